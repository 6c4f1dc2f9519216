import { PassThrough, Writable } from 'node:stream';
import headless from '@xterm/headless';

export interface TestTerminal {
  readonly input: PassThrough & { setRawMode(isRaw: boolean): void };
  readonly output: Writable & { columns: number; rows: number };
  isRaw(): boolean;
  /** Keys as a keyboard sends them; `{enter}` style names are not understood, write `\r`. */
  type(keys: string): void;
  paste(text: string): void;
  resize(columns: number, rows: number): void;
  /** Everything in the window and above it, without the blank lines at the end. */
  text(): Promise<string>;
  /** All bytes that were written to it. */
  raw(): string;
}

/** A terminal emulator behind the streams that a program gets from a real one. */
export function createTestTerminal(size = { columns: 80, rows: 24 }): TestTerminal {
  const screen = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 5_000,
    allowProposedApi: true,
  });
  let raw = '';
  let isRaw = false;
  const input = Object.assign(new PassThrough(), {
    setRawMode(on: boolean) {
      isRaw = on;
    },
  });
  const output = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        raw += chunk;
        screen.write(chunk, done);
      },
    }),
    size,
  );
  return {
    input,
    output,
    isRaw: () => isRaw,
    type: (keys) => void input.write(keys),
    paste: (text) => void input.write(`\u001b[200~${text}\u001b[201~`),
    resize(columns, rows) {
      Object.assign(output, { columns, rows });
      screen.resize(columns, rows);
      output.emit('resize');
    },
    async text() {
      // What was typed travels through streams, what was drawn through the emulator.
      for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
      await new Promise<void>((done) => screen.write('', done));
      const { active } = screen.buffer;
      const lines = Array.from(
        { length: active.length },
        (_, row) => active.getLine(row)?.translateToString(true) ?? '',
      );
      return lines.join('\n').trimEnd();
    },
    raw: () => raw,
  };
}
