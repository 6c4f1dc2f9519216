import type { FileHandle } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { formatBytes } from './format-bytes.ts';
import { encodingOf } from './text-encoding.ts';

const pieceBytes = 65_536;

/** The text of a file, at most so many characters of it; what was cut off is said in its last line. */
export async function readInlineText(
  handle: FileHandle,
  sizeBytes: number,
  maxCharacters: number,
): Promise<string> {
  const piece = Buffer.alloc(pieceBytes);
  let decoder: TextDecoder | undefined;
  let text = '';
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes);
    const bytes = piece.subarray(0, bytesRead);
    decoder ??= new TextDecoder(encodingOf(bytes));
    text += decoder.decode(bytes, { stream: bytesRead > 0 });
    if (bytesRead === 0) break;
    if (text.length > maxCharacters) return cut(text, maxCharacters, sizeBytes, decoder.encoding);
  }
  return text;
}

function cut(text: string, maxCharacters: number, sizeBytes: number, encoding: string): string {
  // Not through the middle of a character that takes two code units.
  const kept = text.slice(0, maxCharacters).replace(/[\uD800-\uDBFF]$/, '');
  const keptBytes = encoding === 'utf-8' ? Buffer.byteLength(kept) : kept.length * 2;
  const missing = Math.max(0, sizeBytes - keptBytes);
  const percent = Math.min(99, Math.max(1, Math.round((missing / sizeBytes) * 100)));
  return `${kept}\n[Cut here: the other ${formatBytes(missing)} of the file (${percent} %) are missing.]`;
}
