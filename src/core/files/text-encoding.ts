import { TextDecoder } from 'node:util';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** UTF-16 only by its byte order mark, else UTF-8. */
export function encodingOf(start: Uint8Array): TextEncoding {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** Watches bytes go by and tells at the end whether all of them were text. Holds no more than two of them. */
export interface TextProbe {
  push(chunk: Uint8Array): void;
  finish(): TextEncoding | undefined;
}

export function createTextProbe(): TextProbe {
  let start = new Uint8Array(0);
  let reader: { readonly encoding: TextEncoding; readonly decoder: TextDecoder } | undefined;
  let isText = true;

  const check = (bytes: Uint8Array, stream: boolean): void => {
    reader ??= { encoding: encodingOf(bytes), decoder: new TextDecoder(encodingOf(bytes), { fatal: true }) };
    try {
      isText &&= !reader.decoder.decode(bytes, { stream }).includes('\0');
    } catch {
      // The decoder's way of saying that these bytes are no text.
      isText = false;
    }
  };

  return {
    push(chunk) {
      if (!isText) return;
      if (reader) check(chunk, true);
      else {
        start = Buffer.concat([start, chunk]);
        if (start.length >= 2) check(start, true);
      }
    },
    finish() {
      if (isText) check(reader ? new Uint8Array(0) : start, false);
      return isText ? reader?.encoding : undefined;
    },
  };
}
