import type { PhrasingContent, Table, TableCell } from 'mdast';
import { alignedTable, tableWidth } from '../../core/chat/aligned-table.ts';
import { plainText } from '../../core/chat/markdown.ts';
import { writeInline } from './inline-text.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';

/** What a narrow phone shows in one line of fixed width. */
const phoneWidth = 34;

/** A table as aligned columns where a phone can show them, else row by row, each value behind its heading. */
export function writeTable(table: Table, to: TextBuilder): void {
  const [head, ...rows] = table.children;
  if (!head) return;
  const texts = table.children.map((row) => row.children.map(cellText));
  if (tableWidth(texts) <= phoneWidth)
    to.marked({ type: 'pre' }, () => to.literal(alignedTable(texts, table.align ?? []).join('\n')));
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
