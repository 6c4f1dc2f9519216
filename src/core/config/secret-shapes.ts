// Shapes that are secrets wherever they stand. Each begins at a token's own start or is bounded in length, so that a
// long hostile text costs one pass and no more.
const shapes: readonly RegExp[] = [
  /sk-ant-[\w-]{8,}/g,
  /(?<![\w-])sk-[\w-]{20,}/g,
  /(?<![\w-])tvly-[\w-]{16,}/g,
  // Telegram: no word boundary before it, for it stands behind `bot` in every address.
  /(?<!\d)\d{6,12}(?::|%3[aA])[\w-]{30,}/g,
  // Discord bot tokens, then the tokens of its webhooks and interactions.
  /(?<![\w-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /(?<=\/(?:webhooks|interactions)\/\d{15,22}\/)[\w-]{40,}/g,
  // JSON Web Tokens.
  /(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g,
  /(?<=\bBearer(?:\s|%20){1,4})(?:(?=[\w.~+/=-]{0,80}\d)[\w.~+/=-]{6,}|[\w.~+/=-]{20,})/gi,
  // The password in `scheme://name:password@host`.
  /(?<=:\/\/[^\s/:@]{0,64}:)[^\s/@"]+(?=@)/g,
];

const hiddenSecret = '[secret hidden]';

/** Hides what has the shape of a known kind of secret: API keys, bot tokens, bearer tokens, passwords in addresses. */
export function hideSecretShapes(text: string): string {
  let hidden = text;
  for (const shape of shapes) hidden = hidden.replace(shape, hiddenSecret);
  return hidden;
}
