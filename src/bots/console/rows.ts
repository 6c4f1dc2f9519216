import wrapAnsi from 'wrap-ansi';

const tabWidth = 4;

/** The last rows that lines take on a terminal of this width; only as many lines as needed are measured. */
export function tailRows(lines: readonly string[], columns: number, maximumRows: number): string[] {
  const rows: string[] = [];
  for (let index = lines.length - 1; index >= 0 && rows.length < maximumRows; index -= 1)
    rows.unshift(...foldLine(lines[index] ?? '', columns));
  return rows.slice(Math.max(0, rows.length - maximumRows));
}

function foldLine(line: string, columns: number): string[] {
  const spaced = line.replaceAll('\t', ' '.repeat(tabWidth));
  return wrapAnsi(spaced, columns, { hard: true, wordWrap: false, trim: false }).split('\n');
}
