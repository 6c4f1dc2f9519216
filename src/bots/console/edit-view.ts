import stringWidth from 'string-width';
import type { EditState } from './editor.ts';
import type { PastedTexts } from './pasted-text.ts';

/** Rows of the edit line with the cursor among them. */
export interface EditRows {
  readonly rows: readonly string[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

export interface EditViewOptions {
  readonly columns: number;
  readonly maximumRows: number;
  readonly show: PastedTexts['show'];
  readonly paintPrompt: (text: string) => string;
}

const prompt = '› ';
const continuation = '  ';
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Lays the edit line out in rows of the terminal; where they are too many, those around the cursor. */
export function layoutEdit({ text, cursor }: EditState, options: EditViewOptions): EditRows {
  const before = cellsOf(options.show(text.slice(0, cursor)));
  const after = cellsOf(options.show(text.slice(cursor)));
  const room = Math.max(1, options.columns - stringWidth(prompt));
  const rows: string[] = [];
  let row = '';
  let column = 0;
  const put = (cell: string): void => {
    const width = cell === '\n' ? 0 : stringWidth(cell);
    if (cell === '\n' || column + width > room) {
      rows.push(row);
      row = '';
      column = 0;
    }
    if (cell !== '\n') row += cell;
    column += width;
  };
  for (const cell of before) put(cell);
  if (column >= room) {
    rows.push(row);
    row = '';
    column = 0;
  }
  const cursorRow = rows.length;
  const cursorColumn = column + stringWidth(prompt);
  for (const cell of after) put(cell);
  rows.push(row);
  const first = Math.max(0, Math.min(cursorRow - options.maximumRows + 1, rows.length - options.maximumRows));
  const shown = rows.map((line, index) => (index === 0 ? options.paintPrompt(prompt) : continuation) + line);
  return {
    rows: shown.slice(first, first + options.maximumRows),
    cursorRow: cursorRow - first,
    cursorColumn,
  };
}

function cellsOf(text: string): string[] {
  const spaced = text.replaceAll('\t', ' ');
  if (/^[\x20-\x7e\n]*$/.test(spaced)) return spaced.split('');
  return Array.from(graphemes.segment(spaced), ({ segment }) => segment);
}
