import stringWidth from 'string-width';

type Alignment = 'left' | 'right' | 'center' | null;

const gap = '  ';

/** How wide a table is in characters of one width. Rows may be shorter than the first one. */
export function tableWidth(rows: readonly (readonly string[])[]): number {
  const widths = columnWidths(rows);
  return widths.reduce((sum, width) => sum + width, gap.length * Math.max(0, widths.length - 1));
}

/** The lines of a table for a font of one width, with a rule under the head. */
export function alignedTable(
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[],
): string[] {
  const widths = columnWidths(rows);
  const lines = rows.map((row) =>
    widths
      .map((width, column) => padded(row[column] ?? '', width, alignments[column] ?? 'left'))
      .join(gap)
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join(gap));
  return lines;
}

function columnWidths(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
}

function padded(text: string, width: number, alignment: NonNullable<Alignment>): string {
  const space = ' '.repeat(width - stringWidth(text));
  if (alignment === 'right') return space + text;
  if (alignment === 'left') return text + space;
  const left = Math.floor(space.length / 2);
  return space.slice(0, left) + text + space.slice(left);
}
