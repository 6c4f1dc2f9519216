import type { TextEncoding } from './text-encoding.ts';

export type FileKind = 'image' | 'pdf' | 'text' | 'other';

/** How many of the first bytes the detection wants to see. */
export const headBytes = 65_536;

/** What a file is, by its content alone: the head of its bytes and whether all of them are text. */
export async function detectMediaType(
  head: Uint8Array,
  encoding: TextEncoding | undefined,
): Promise<{ readonly mediaType: string; readonly kind: FileKind }> {
  const mediaType = await typeByMagic(head);
  if (mediaType === 'application/pdf') return { mediaType, kind: 'pdf' };
  // Before the pictures: short magic numbers such as BM also begin words, while a real picture is never valid text.
  if (encoding) return { mediaType: 'text/plain', kind: 'text' };
  if (mediaType?.startsWith('image/'))
    // An animated PNG is a PNG to whoever does not animate it.
    return { mediaType: mediaType === 'image/apng' ? 'image/png' : mediaType, kind: 'image' };
  return { mediaType: mediaType ?? 'application/octet-stream', kind: 'other' };
}

async function typeByMagic(head: Uint8Array): Promise<string | undefined> {
  if (head.length === 0) return undefined;
  // 55 ms to load, and most messages have no file.
  const { fileTypeFromBuffer } = await import('file-type');
  try {
    return (await fileTypeFromBuffer(head))?.mime;
  } catch {
    // A hostile or cut-off container: its type stays unknown.
    return undefined;
  }
}
