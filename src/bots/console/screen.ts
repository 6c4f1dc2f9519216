import stringWidth from 'string-width';
import { DeliveryFault } from '../../core/chat/delivery-fault.ts';
import type { EditRows } from './edit-view.ts';
import { tailRows } from './rows.ts';

export interface ScreenChange {
  /** Lines that go to the scrollback for good. */
  readonly print?: readonly string[];
  /** An answer that grows: shown above the edit line, its end where it is taller than the screen. */
  readonly preview?: readonly string[];
  /** Lines about what is going on, between preview and edit line. */
  readonly status?: readonly string[];
  /** Lays out the edit line for the terminal's present size. */
  readonly edit?: (columns: number, maximumRows: number) => EditRows;
}

export interface Screen {
  /** Whether what was drawn can be drawn over: preview, status and edit line show only then. */
  readonly canRedraw: boolean;
  columns(): number;
  /** Draws a change at once; resolves when the output has taken it, throws DeliveryFault when it did not. */
  draw(change: ScreenChange): Promise<void>;
  /** The output is behind: a preview would only make it later. */
  isBehind(): boolean;
  /** Takes away what is not scrollback. Nothing is drawn after it. */
  close(): Promise<void>;
}

export type TerminalOutput = NodeJS.WritableStream & {
  readonly columns?: number;
  readonly rows?: number;
  readonly writableNeedDrain?: boolean;
};

/** A pipe: what is printed and nothing else. */
export function createPlainScreen(output: TerminalOutput): Screen {
  let closed = false;
  output.on('error', toldByWrite);
  return {
    canRedraw: false,
    columns: () => Infinity,
    draw: ({ print = [] }) =>
      print.length === 0 ? Promise.resolve() : write(output, `${print.join('\n')}\n`, closed),
    isBehind: () => output.writableNeedDrain === true,
    close() {
      closed = true;
      return Promise.resolve();
    },
  };
}

const control = {
  begin: '\x1b[?2026h\x1b[?25l',
  /** From the second column on: tmux puts a screen that is cleared from its first cell into its scrollback. */
  clearBelow: '\x1b[K\x1b[C\x1b[J\r',
  end: '\x1b[?25h\x1b[?2026l',
  /** A row that this terminal takes for wider than we do is cut at the edge instead of pushing the rest down. */
  wrapOff: '\x1b[?7l',
  wrapOn: '\x1b[?7h',
  up: (rows: number) => (rows > 0 ? `\x1b[${rows}A` : ''),
  right: (columns: number) => (columns > 0 ? `\x1b[${columns}C` : ''),
};

const fallbackSize = { columns: 80, rows: 24 };
const noEdit: EditRows = { rows: [''], cursorRow: 0, cursorColumn: 0 };

/**
 * A terminal: scrollback above, below it a live region (preview, status, edit line) that is taken away and drawn
 * anew with each change. Everything goes out in one write, so that a terminal never shows a half-drawn state.
 */
export function createTerminalScreen(output: TerminalOutput): Screen {
  let state: Required<Omit<ScreenChange, 'print'>> = { preview: [], status: [], edit: () => noEdit };
  /** What stands on the terminal now. */
  let drawn: EditRows = noEdit;
  let closed = false;

  // A terminal that does not know its size says 0.
  const columns = () => output.columns || fallbackSize.columns;
  const rows = () => Math.max(2, output.rows || fallbackSize.rows);

  /** A narrower terminal has folded our rows, so the cursor stands further below the region's top. */
  function rowsAboveCursor(): number {
    const width = columns();
    const folded = drawn.rows
      .slice(0, drawn.cursorRow)
      .map((row) => Math.max(1, Math.ceil(stringWidth(row) / width)));
    return folded.reduce((sum, count) => sum + count, 0) + Math.floor(drawn.cursorColumn / width);
  }

  function region(): EditRows {
    const space = rows() - 1;
    const edit = state.edit(columns(), Math.max(1, Math.floor(space / 2)));
    const status = tailRows(state.status, columns(), Math.max(0, Math.min(4, space - edit.rows.length)));
    const left = space - edit.rows.length - status.length - 1;
    const preview = left > 0 && state.preview.length > 0 ? tailRows(state.preview, columns(), left) : [];
    const above = [...preview, ...(preview.length > 0 ? [''] : []), ...status];
    return { ...edit, rows: [...above, ...edit.rows], cursorRow: above.length + edit.cursorRow };
  }

  function draw(change: ScreenChange): Promise<void> {
    const { print = [], ...rest } = change;
    state = { ...state, ...rest };
    const erase = `${control.up(rowsAboveCursor())}\r${control.clearBelow}`;
    drawn = region();
    const backUp = control.up(drawn.rows.length - 1 - drawn.cursorRow);
    const text = [
      control.begin,
      erase,
      ...print.map((line) => `${line}\r\n`),
      control.wrapOff,
      drawn.rows.join('\r\n'),
      control.wrapOn,
      `${backUp}\r${control.right(drawn.cursorColumn)}`,
      control.end,
    ];
    return write(output, text.join(''), closed);
  }

  const redraw = (): void => {
    // What stood on the screen is still known; a terminal that is gone shows at the next message.
    draw({}).catch(() => undefined);
  };
  output.on('resize', redraw);
  output.on('error', toldByWrite);

  return {
    canRedraw: true,
    columns,
    draw,
    isBehind: () => output.writableNeedDrain === true,
    async close() {
      if (closed) return;
      output.off('resize', redraw);
      const erase = `${control.up(rowsAboveCursor())}\r${control.clearBelow}${control.end}`;
      const done = write(output, erase, closed);
      closed = true;
      await done;
    },
  };
}

/** A reader that went away (`… | head`) fails the write that met it; unheard, the event would end the process. */
const toldByWrite = (): void => undefined;

function write(output: TerminalOutput, text: string, closed: boolean): Promise<void> {
  const failed = (cause?: unknown) => new DeliveryFault('the console is closed', { permanent: true, cause });
  if (closed || !output.writable) return Promise.reject(failed());
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(failed(error)) : resolve()));
  });
}
