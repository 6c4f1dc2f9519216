import type { Table } from 'mdast';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { renderInline } from './render-inline.ts';
import type { RenderOptions } from './style.ts';

const gap = ' │ ';
/** Columns narrower than this are harder to read than rows written one under the other. */
const readableColumn = 8;

type Alignment = 'left' | 'right' | 'center' | null | undefined;

/** A table aligned in columns, folded inside its cells to fit, or with its rows stacked where that is too narrow. */
export function renderTable(table: Table, options: RenderOptions): string[] {
  const { style, width } = options;
  const rows = table.children.map((row) =>
    row.children.map((cell) => renderInline(cell.children, style).replaceAll('\n', ' ')),
  );
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const natural = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  const cap = widestColumn(natural, width - gap.length * (columns - 1));
  const [header = [], ...body] = rows;
  if (cap < readableColumn) return stackedRows(header, body, options);
  const widths = natural.map((value) => Math.min(value, cap));
  const alignments = table.align ?? [];
  const bar = style.paint('dim', gap);
  const head = tableRow(
    header.map((cell) => style.paint('bold', cell)),
    widths,
    alignments,
    bar,
  );
  const rule = style.paint('dim', widths.map((value) => '─'.repeat(value)).join('─┼─'));
  return [...head, rule, ...body.flatMap((row) => tableRow(row, widths, alignments, bar))];
}

/** The width to which wide columns must come down so that all fit; Infinity where they do already. */
function widestColumn(natural: readonly number[], available: number): number {
  let remaining = available;
  const ascending = natural.toSorted((left, right) => left - right);
  for (const [index, value] of ascending.entries()) {
    const share = Math.floor(remaining / (ascending.length - index));
    if (value > share) return share;
    remaining -= value;
  }
  return Infinity;
}

function tableRow(
  row: readonly string[],
  widths: readonly number[],
  alignments: readonly Alignment[],
  bar: string,
): string[] {
  const cells = widths.map((width, column) => {
    const cell = row[column] ?? '';
    return stringWidth(cell) <= width ? [cell] : wrapAnsi(cell, width, { hard: true }).split('\n');
  });
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, column) => align(lines[line] ?? '', widths[column] ?? 0, alignments[column]))
      .join(bar)
      .trimEnd(),
  );
}

function align(text: string, width: number, alignment: Alignment): string {
  const space = Math.max(0, width - stringWidth(text));
  const before = alignment === 'right' ? space : alignment === 'center' ? Math.floor(space / 2) : 0;
  return ' '.repeat(before) + text + ' '.repeat(space - before);
}

function stackedRows(
  header: readonly string[],
  body: readonly (readonly string[])[],
  { style, width }: RenderOptions,
): string[] {
  if (body.length === 0) return header.map((cell) => style.paint('bold', cell));
  return body.flatMap((row, index) => [
    ...(index > 0 ? [''] : []),
    ...row.flatMap((cell, column) => {
      const name = header[column] ?? '';
      const text = name === '' ? cell : `${style.paint('bold', `${name}:`)} ${cell}`;
      return Number.isFinite(width) ? wrapAnsi(text, width, { hard: false }).split('\n') : [text];
    }),
  ]);
}
