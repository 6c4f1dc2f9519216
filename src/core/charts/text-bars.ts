import stringWidth from 'string-width';
import { shortLabel } from './short-label.ts';

export interface TextBar {
  readonly label: string;
  readonly value: number;
  /** Drawn lighter behind it. */
  readonly more?: number;
  /** Aligned columns behind the bar. */
  readonly figures: readonly string[];
}

const barCells = 24;
const longestLabel = 24;
const gap = '  ';

/** Bars of block characters, all in one scale, for a font of one width: no line is longer than 80 columns. */
export function textBars(bars: readonly TextBar[], head: readonly string[]): string[] {
  const largest = Math.max(0, ...bars.map(({ value, more = 0 }) => value + more));
  const scale = (value: number): number =>
    value <= 0 ? 0 : Math.max(1, Math.round((value / largest) * barCells));
  const labels = bars.map(({ label }) => shortLabel(label, longestLabel));
  const labelWidth = Math.max(0, ...labels.map((label) => stringWidth(label)));
  const columns = Math.max(0, head.length, ...bars.map(({ figures }) => figures.length));
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(stringWidth(head[at] ?? ''), ...bars.map(({ figures }) => stringWidth(figures[at] ?? ''))),
  );
  const line = (label: string, bar: string, figures: readonly string[]): string =>
    [
      label + ' '.repeat(labelWidth - stringWidth(label)),
      bar.padEnd(barCells),
      ...widths.map((width, at) => (figures[at] ?? '').padStart(width)),
    ]
      .join(gap)
      .trimEnd();
  return [
    ...(head.length > 0 ? [line('', '', head)] : []),
    ...bars.map(({ value, more = 0, figures }, at) => {
      const dark = scale(value);
      const light = Math.min(scale(more), barCells - dark);
      return line(labels[at] ?? '', '█'.repeat(dark) + '░'.repeat(light), figures);
    }),
  ];
}
