import type { Key } from 'node:readline';

/** What is being typed. `cursor` is an index into `text`, always between two whole characters. */
export interface EditState {
  readonly text: string;
  readonly cursor: number;
}

export const emptyEdit: EditState = { text: '', cursor: 0 };

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Longest character looked for beside the cursor, so that a key costs the same in a long text. */
const reach = 64;

export function insertText({ text, cursor }: EditState, added: string): EditState {
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
}

/** What an editing key makes of the line (the keys of a shell), or undefined where the key means nothing here. */
export function applyKey(state: EditState, key: Key): EditState | undefined {
  const { text, cursor } = state;
  const moved = (to: number): EditState => ({ text, cursor: to });
  const cut = (from: number, to: number): EditState => ({
    text: text.slice(0, from) + text.slice(to),
    cursor: from,
  });
  switch (nameOf(key)) {
    case 'left':
    case 'ctrl-b':
      return moved(cursor - lengthBefore(state));
    case 'right':
    case 'ctrl-f':
      return moved(cursor + lengthAfter(state));
    case 'home':
    case 'ctrl-a':
      return moved(rowStart(state));
    case 'end':
    case 'ctrl-e':
      return moved(rowEnd(state));
    case 'ctrl-left':
    case 'meta-left':
    case 'meta-b':
      return moved(wordStart(state));
    case 'ctrl-right':
    case 'meta-right':
    case 'meta-f':
      return moved(wordEnd(state));
    case 'up':
      return text.lastIndexOf('\n', cursor - 1) < 0 || cursor === 0 ? undefined : moved(rowAbove(state));
    case 'down':
      return text.indexOf('\n', cursor) < 0 ? undefined : moved(rowBelow(state));
    case 'backspace':
    case 'ctrl-h':
      return cut(cursor - lengthBefore(state), cursor);
    case 'delete':
    case 'ctrl-d':
      return cut(cursor, cursor + lengthAfter(state));
    case 'ctrl-w':
    case 'meta-backspace':
      return cut(wordStart(state), cursor);
    case 'meta-d':
      return cut(cursor, wordEnd(state));
    case 'ctrl-u':
      return cut(rowStart(state), cursor);
    case 'ctrl-k':
      return cut(cursor, rowEnd(state));
    default:
      return undefined;
  }
}

export function nameOf(key: Key): string {
  return `${key.ctrl === true ? 'ctrl-' : ''}${key.meta === true ? 'meta-' : ''}${key.name ?? ''}`;
}

function lengthBefore({ text, cursor }: EditState): number {
  const near = text.slice(Math.max(0, cursor - reach), cursor);
  return [...graphemes.segment(near)].at(-1)?.segment.length ?? 0;
}

function lengthAfter({ text, cursor }: EditState): number {
  const [next] = graphemes.segment(text.slice(cursor, cursor + reach));
  return next?.segment.length ?? 0;
}

const rowStart = ({ text, cursor }: EditState): number => text.slice(0, cursor).lastIndexOf('\n') + 1;

function rowEnd({ text, cursor }: EditState): number {
  const end = text.indexOf('\n', cursor);
  return end < 0 ? text.length : end;
}

const wordStart = ({ text, cursor }: EditState): number =>
  text.slice(0, cursor).replace(/[^\s]*\s*$/, '').length;

const wordEnd = ({ text, cursor }: EditState): number =>
  cursor + (/^\s*[^\s]*/.exec(text.slice(cursor))?.[0].length ?? 0);

function rowAbove(state: EditState): number {
  const column = state.cursor - rowStart(state);
  const end = rowStart(state) - 1;
  const start = rowStart({ text: state.text, cursor: end });
  return wholeCharacter(state.text, Math.min(end, start + column));
}

function rowBelow(state: EditState): number {
  const column = state.cursor - rowStart(state);
  const start = rowEnd(state) + 1;
  const end = rowEnd({ text: state.text, cursor: start });
  return wholeCharacter(state.text, Math.min(end, start + column));
}

/** Another row may have a character across this column. */
function wholeCharacter(text: string, index: number): number {
  const start = rowStart({ text, cursor: index });
  const row = text.slice(start, rowEnd({ text, cursor: index }));
  const at = graphemes.segment(row).containing(index - start);
  return at ? start + at.index : index;
}
