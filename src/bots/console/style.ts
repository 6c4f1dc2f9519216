import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** How text is set apart: with colours on a terminal, not at all in a pipe. */
export interface Style {
  readonly colours: boolean;
  paint(format: Format, text: string): string;
}

export interface RenderOptions {
  readonly style: Style;
  /** Columns to wrap at; Infinity in a pipe. Code is never wrapped: what is copied is the code. */
  readonly width: number;
}

export function createStyle(colours: boolean): Style {
  return {
    colours,
    paint: (format, text) =>
      colours && text !== '' ? styleText(format, text, { validateStream: false }) : text,
  };
}
