const wordJoiner = '\u2060';

/**
 * What Telegram would link by itself: a name after @, a word after /, a tag after #, a currency after $. Slightly
 * more than it really links; a lone number after # (an issue, a rank) is none of it.
 */
const linkable =
  /(?<![\w@])@(?=\w)|(?<![\w/<>@])\/(?=\w)|(?<![\p{L}\p{N}_#])#(?=[\p{L}\p{N}_]*[\p{L}_])|(?<![\p{L}\p{N}_$])\$(?=[A-Z])/gu;

/**
 * Text of a model, made unable to mention, command or tag by itself: a word joiner, which nobody sees, stands after
 * the sign. `before` is what is shown in front of it.
 */
export function inert(text: string, before = ''): string {
  // The sign may also be the last of what came before: `@**name**`.
  const joiner = /[@/#$]$/.test(before) && /^[\p{L}\p{N}_]/u.test(text) ? wordJoiner : '';
  const context = joiner ? '' : before.slice(-2);
  const replaced = (context + text).replace(linkable, (sign, at: number) =>
    at < context.length ? sign : sign + wordJoiner,
  );
  return joiner + replaced.slice(context.length);
}
