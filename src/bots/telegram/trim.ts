import type { PlainText } from './part.ts';

/** No ink: Telegram calls such a text empty. */
const invisible = /^[\s\u200b-\u200f\u2028\u2029\u2060-\u2064\u2800\u3164\ufeff\u00ad]*$/;

/**
 * The text as Telegram will keep it, with blanks and empty lines cut off at both ends; a first line that begins with
 * an entity keeps its blanks. Undefined when nothing would be seen. Sent untrimmed it would be the same message, but
 * what is compared later would differ.
 */
export function trimmed({ text, entities }: PlainText): PlainText | undefined {
  if (invisible.test(text)) return undefined;
  const end = text.replace(/[ \n\t\u00a0]+$/, '').length;
  const kept = entities
    .map((entity) => ({ ...entity, length: Math.min(entity.offset + entity.length, end) - entity.offset }))
    .filter(({ offset, length }) => length > 0 && !/^[ \n]*$/.test(text.slice(offset, offset + length)));
  const firstEntity = Math.min(end, ...kept.map((entity) => entity.offset));
  const begin = Math.min(firstEntity, /^[ \n]*/.exec(text)?.[0].length ?? 0);
  return {
    text: text.slice(begin, end),
    entities: kept.map((entity) => ({ ...entity, offset: entity.offset - begin })),
  };
}
