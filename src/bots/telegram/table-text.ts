import type { PhrasingContent, Table, TableCell } from 'mdast';
import stringWidth from 'string-width';
import { plainText } from '../../core/chat/markdown.ts';
import { writeInline } from './inline-text.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';

/** What a narrow phone shows in one line of fixed width. */
const phoneWidth = 34;
const gap = '  ';

/** A table as aligned columns where a phone can show them, else row by row, each value behind its heading. */
export function writeTable(table: Table, to: TextBuilder): void {
  const [head, ...rows] = table.children;
  if (!head) return;
  const texts = table.children.map((row) => row.children.map(cellText));
  const widths = head.children.map((_, column) =>
    Math.max(...texts.map((row) => stringWidth(row[column] ?? ''))),
  );
  const total = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  if (total <= phoneWidth) writeAligned(table, texts, widths, to);
  else if (rows.length === 0) writeInline(joinedCells(head.children), to);
  else
    for (const [index, row] of rows.entries()) {
      if (index > 0) to.literal('\n\n');
      writeStacked(head.children, row.children, to);
    }
}

const cellText = (cell: TableCell): string => shownPlainly(cell.children).replace(/\s+/g, ' ').trim();

function shownPlainly(nodes: readonly PhrasingContent[]): string {
  const builder = createTextBuilder();
  writeInline(nodes, builder);
  // Inside the fixed width nothing links, so the words need no joiners.
  return builder.built().text.replaceAll('\u2060', '');
}

function writeAligned(table: Table, texts: string[][], widths: number[], to: TextBuilder): void {
  const lines = texts.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width, table.align?.[column] ?? 'left'))
      .join(gap)
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join(gap));
  to.marked({ type: 'pre' }, () => to.literal(lines.join('\n')));
}

function padded(text: string, width: number, align: 'left' | 'right' | 'center'): string {
  const space = ' '.repeat(width - stringWidth(text));
  if (align === 'right') return space + text;
  if (align === 'left') return text + space;
  const left = Math.floor(space.length / 2);
  return space.slice(0, left) + text + space.slice(left);
}

function writeStacked(head: readonly TableCell[], row: readonly TableCell[], to: TextBuilder): void {
  const filled = head
    .map((title, column) => ({ title, cell: row[column] }))
    .filter(({ cell }) => cell && plainText(cell).trim() !== '');
  for (const [index, { title, cell }] of filled.entries()) {
    if (index > 0) to.literal('\n');
    to.marked({ type: 'bold' }, () => writeInline(title.children, to));
    if (plainText(title).trim() !== '') to.literal(': ');
    writeInline(cell?.children ?? [], to);
  }
}

const joinedCells = (cells: readonly TableCell[]): PhrasingContent[] =>
  cells.flatMap((cell, index): PhrasingContent[] =>
    index === 0 ? cell.children : [{ type: 'text', value: ' | ' }, ...cell.children],
  );
