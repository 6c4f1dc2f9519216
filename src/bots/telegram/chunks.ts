import type { PlainText } from './part.ts';
import { trimmed } from './trim.ts';

export const maximumLength = 4096;
export const maximumEntities = 100;

const separator = '\n\n';

/** What Telegram links by itself and counts as an entity; rather too many than too few. */
const linkedBySelf = /[^\s]*[\w-]\.[a-z]{2}[^\s]*|[^\s]+@[^\s]+|\+\d{7}/gi;

/**
 * Blocks as few messages within the limits of length and entities. Cuts lie between blocks; a block too long for a
 * message is cut at an empty line, a line, a blank, or as a last resort between two characters as people see them.
 */
export function packBlocks(blocks: readonly PlainText[]): PlainText[] {
  const messages: PlainText[] = [];
  let open: PlainText | undefined;
  for (const block of blocks) {
    if (trimmed(block) === undefined) continue;
    const together: PlainText = open ? joined(open, block) : block;
    if (fits(together)) {
      open = together;
      continue;
    }
    if (open) messages.push(open);
    const pieces = splitLong(block);
    open = pieces.pop();
    messages.push(...pieces);
  }
  if (open) messages.push(open);
  return messages.flatMap((message) => trimmed(message) ?? []);
}

function joined(one: PlainText, other: PlainText): PlainText {
  const text = one.text + separator;
  return {
    text: text + other.text,
    entities: [
      ...one.entities,
      ...other.entities.map((entity) => ({ ...entity, offset: entity.offset + text.length })),
    ],
  };
}

const fits = (part: PlainText): boolean =>
  part.text.length <= maximumLength && entityStarts(part).length <= maximumEntities;

function entityStarts({ text, entities }: PlainText): number[] {
  const found = Array.from(text.matchAll(linkedBySelf), (match) => match.index);
  const byServer = found.filter(
    (at) =>
      !entities.some(({ type, offset, length }) => isSolid(type) && offset <= at && at < offset + length),
  );
  return [...entities.map((entity) => entity.offset), ...byServer].toSorted((a, b) => a - b);
}

const isSolid = (type: string): boolean => type === 'text_link' || type === 'code' || type === 'pre';

function splitLong(block: PlainText): PlainText[] {
  const pieces: PlainText[] = [];
  const starts = entityStarts(block);
  let from = 0;
  let passed = 0;
  while (from < block.text.length) {
    while ((starts[passed] ?? Infinity) < from) passed += 1;
    // An entity that is cut in two counts in both pieces.
    const open = block.entities.filter(
      ({ offset, length }) => offset < from && offset + length > from,
    ).length;
    const crowded = starts[passed + maximumEntities - open] ?? Infinity;
    const limit = Math.min(from + maximumLength, Math.max(crowded, from + 1));
    const to = limit >= block.text.length ? block.text.length : cutBefore(block.text, from, limit);
    pieces.push(slice(block, from, to));
    from = to;
    if (block.text[from] === '\n' || block.text[from] === ' ') from += 1;
  }
  return pieces;
}

/** The best place in the second half of what fits. */
function cutBefore(text: string, from: number, limit: number): number {
  const half = from + (limit - from) / 2;
  for (const sign of [separator, '\n', ' ']) {
    const at = text.lastIndexOf(sign, limit);
    if (at > half) return at;
  }
  const segments = new Intl.Segmenter().segment(text.slice(from, limit + 64));
  let cut = from + (segments.containing(limit - from)?.index ?? limit - from);
  // A sign at the beginning of a message would link what follows it.
  while (cut > from && /[@/#$]/.test(text[cut] ?? '')) cut -= 1;
  if (cut > from) return cut;
  const isLowSurrogate = /[\udc00-\udfff]/.test(text[limit] ?? '');
  return isLowSurrogate && limit - from > 1 ? limit - 1 : limit;
}

function slice({ text, entities }: PlainText, from: number, to: number): PlainText {
  const inside = entities.flatMap((entity) => {
    const offset = Math.max(entity.offset, from);
    const length = Math.min(entity.offset + entity.length, to) - offset;
    return length > 0 ? [{ ...entity, offset: offset - from, length }] : [];
  });
  return { text: text.slice(from, to), entities: inside };
}
