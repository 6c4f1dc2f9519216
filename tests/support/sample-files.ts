import { deflateSync, crc32 } from 'node:zlib';

/** A real PNG of one colour. */
export function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc((width + 1) * height))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  frame.set(body, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** The headers of a JPEG: a comment segment, a fill byte, then the frame. */
export const jpegHead = (width: number, height: number): Buffer =>
  Buffer.concat([
    Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
    Buffer.from('fffe00046869ff', 'hex'),
    Buffer.from('ffc2001108', 'hex'),
    Buffer.from([height >> 8, height & 255, width >> 8, width & 255, 3, 1, 0x22, 0]),
  ]);

export const gifHead = (width: number, height: number): Buffer =>
  Buffer.concat([
    Buffer.from('GIF89a', 'latin1'),
    Buffer.from([width & 255, width >> 8, height & 255, height >> 8, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
  ]);

/** The head of a WebP with the first chunk of that name. */
export function webpHead(chunk: string, body: readonly number[]): Buffer {
  const head = Buffer.alloc(20);
  head.write('RIFF', 0, 'latin1');
  head.write('WEBP', 8, 'latin1');
  head.write(chunk, 12, 'latin1');
  return Buffer.concat([head, Buffer.from(body), Buffer.alloc(16)]);
}

/** As much of a PDF as tells its pages; each gets a dictionary of its own. */
export const pdf = (pages: number, trailer = ''): Buffer =>
  Buffer.from(
    `%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n<< /Type /Pages /Count ${pages} >>\nendobj\n${'<</Type/Page /Parent 1 0 R>>\n'.repeat(pages)}trailer << /Root 1 0 R ${trailer} >>\n%%EOF\n`,
    'latin1',
  );

/** Bytes as they would come over a network, in pieces of that size. */
export async function* inPieces(bytes: Uint8Array, size = 7): AsyncGenerator<Uint8Array, void, undefined> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}
