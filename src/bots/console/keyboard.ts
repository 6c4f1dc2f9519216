import { emitKeypressEvents, type Key } from 'node:readline';
import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

const pasteBegin = '\x1b[200~';
const pasteEnd = '\x1b[201~';
const marking = { on: '\x1b[?2004h', off: '\x1b[?2004l' };

export type TerminalInput = NodeJS.ReadableStream & { setRawMode?(isRaw: boolean): unknown };

export interface KeyboardHandlers {
  /** One key; `typed` is the character where it is one. */
  onKey(key: Key, typed: string | undefined): void;
  /** A pasted text as a whole, with its line ends as they came. */
  onPaste(text: string): void;
}

export interface Keyboard {
  /** Gives the terminal back as it was. No handler is called after it. */
  close(): void;
}

/** Raw keys of a terminal. Pasted text comes in one piece, as terminals mark it on request (bracketed paste). */
export function openKeyboard(
  input: TerminalInput,
  output: NodeJS.WritableStream,
  handlers: KeyboardHandlers,
): Keyboard {
  const keys = new PassThrough();
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let pasted: string[] | undefined;

  const onKeypress = (typed: string | undefined, key: Key): void => handlers.onKey(key, typed);
  const onData = (chunk: Buffer | string): void => {
    pending += typeof chunk === 'string' ? chunk : decoder.write(chunk);
    for (;;) {
      const mark = pasted ? pasteEnd : pasteBegin;
      const at = pending.indexOf(mark);
      const ready = pending.slice(0, at === -1 ? pending.length - unfinished(pending, mark) : at);
      pending = pending.slice(at === -1 ? ready.length : at + mark.length);
      if (pasted) pasted.push(ready);
      else if (ready !== '') keys.write(ready);
      if (at === -1) return;
      if (pasted) handlers.onPaste(pasted.join('').replaceAll(/\r\n?/g, '\n'));
      pasted = pasted ? undefined : [];
    }
  };

  emitKeypressEvents(keys);
  keys.on('keypress', onKeypress);
  input.setRawMode?.(true);
  output.write(marking.on);
  input.on('data', onData);
  input.resume();

  return {
    close() {
      input.off('data', onData);
      keys.off('keypress', onKeypress);
      keys.destroy();
      if (output.writable) output.write(marking.off);
      input.setRawMode?.(false);
      input.pause();
    },
  };
}

/**
 * How much of the end may be the beginning of a mark. A lone escape is none: it is a key, and must not wait for what
 * may never follow.
 */
function unfinished(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 1; length -= 1)
    if (mark.startsWith(text.slice(-length))) return length;
  return 0;
}
