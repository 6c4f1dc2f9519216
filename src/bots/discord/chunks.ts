const separator = '\n\n';
const fenceMark = '```';

/**
 * Blocks as few texts of at most `limit` UTF-16 units. Cuts lie between blocks; a longer block is cut between lines, a
 * longer line at a blank or between two characters as people see them. A fence that is cut is closed and opened again.
 */
export function packTexts(blocks: readonly string[], limit: number): string[] {
  const texts: string[] = [];
  let open = '';
  for (const block of blocks) {
    if (block.trim() === '') continue;
    const together = open === '' ? block : open + separator + block;
    if (together.length <= limit) {
      open = together;
      continue;
    }
    if (open !== '') texts.push(open);
    const pieces = block.length <= limit ? [block] : cutBlock(block, limit);
    open = pieces.pop() ?? '';
    texts.push(...pieces);
  }
  return open === '' ? texts : [...texts, open];
}

function cutBlock(block: string, limit: number): string[] {
  const pieces: string[] = [];
  let lines: string[] = [];
  let length = 0;
  /** The line that opened the fence in which the next line stands. */
  let fence: string | undefined;

  const close = (): void => {
    if (lines.length === 0) return;
    pieces.push([...lines, ...(fence === undefined ? [] : [closingOf(fence)])].join('\n'));
    lines = fence === undefined ? [] : [fence];
    length = fence === undefined ? 0 : fence.length + 1;
  };

  for (const line of block.split('\n')) {
    const reserve = fence === undefined ? 0 : closingOf(fence).length + 1;
    for (const part of cutLine(line, limit - reserve - (fence === undefined ? 0 : fence.length + 1))) {
      if (length + part.length + 1 + reserve > limit) close();
      lines.push(part);
      length += part.length + 1;
    }
    if (isFence(line)) fence = fence === undefined ? line : undefined;
  }
  if (lines.length > 0) pieces.push(lines.join('\n'));
  return pieces;
}

const isFence = (line: string): boolean => /^[\s>]*(?:[-\d.]+\s+)?```/.test(line);

/** What stands before the fence belongs to its quotation or list. */
const closingOf = (fence: string): string =>
  fence.slice(0, fence.indexOf(fenceMark)).replace(/[-\d.]/g, ' ') + fenceMark;

function cutLine(line: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = line;
  while (rest.length > limit) {
    const blank = rest.lastIndexOf(' ', limit);
    const to = blank > limit / 2 ? blank : boundaryBefore(rest, limit);
    parts.push(rest.slice(0, to));
    rest = rest.slice(to).replace(/^ /, '');
  }
  return [...parts, rest];
}

/** Not within what a person sees as one character, nor right after a backslash. */
function boundaryBefore(text: string, limit: number): number {
  const window = text.slice(0, limit + 64);
  const cut = new Intl.Segmenter().segment(window).containing(limit)?.index ?? limit;
  const at = cut > 0 ? cut : limit;
  return text[at - 1] === '\\' && at > 1 ? at - 1 : at;
}
