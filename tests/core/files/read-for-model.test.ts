import { execFileSync } from 'node:child_process';
import { linkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readForModel, storeUpload, type StoredUpload } from '../../../src/core/files/uploads.ts';
import { gifHead, inPieces, jpegHead, pdf, png, webpHead } from '../../support/sample-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function stored(bytes: Uint8Array): Promise<StoredUpload> {
  const result = await storeUpload({
    folder: join(temporaryFolder(), 'uploads'),
    name: 'file',
    chunks: inPieces(bytes, 100_000),
    maxBytes: 100_000_000,
    newId: () => 'id',
    signal: new AbortController().signal,
  });
  if (!result.ok) throw new Error(result.reason);
  return result.file;
}

const read = async (bytes: Uint8Array, maxInlineCharacters = 1000) =>
  readForModel(await stored(bytes), { maxInlineCharacters });

describe('text', () => {
  test('comes whole, decoded, without its byte order mark', async () => {
    expect(await read(Buffer.from('\uFEFFGrüße'))).toEqual({ kind: 'text', text: 'Grüße' });
    expect(await read(Buffer.from('\uFEFFhi €', 'utf16le'))).toEqual({ kind: 'text', text: 'hi €' });
    expect(await read(Buffer.alloc(0))).toEqual({ kind: 'text', text: '' });
    expect(await read(Buffer.from('x'.repeat(1000)))).toEqual({ kind: 'text', text: 'x'.repeat(1000) });
  });

  test('too long is cut and says how much is missing', async () => {
    expect(await read(Buffer.from('é'.repeat(100_000)), 50_000)).toEqual({
      kind: 'text',
      text: `${'é'.repeat(50_000)}\n[Cut here: the other 100 KB of the file (50 %) are missing.]`,
    });
    expect(await read(Buffer.from('\uFEFFabcd', 'utf16le'), 2)).toEqual({
      kind: 'text',
      text: 'ab\n[Cut here: the other 6 bytes of the file (60 %) are missing.]',
    });
  });

  test('is never cut through a character', async () => {
    const content = await read(Buffer.from('a😀b'), 2);
    expect(content).toMatchObject({ text: expect.stringMatching(/^a\n\[Cut/) });
  });
});

describe('pictures', () => {
  test.each([
    ['PNG', png(3, 4), 'image/png'],
    ['JPEG', jpegHead(300, 400), 'image/jpeg'],
    ['GIF', gifHead(3, 4), 'image/gif'],
    ['WebP, lossy', webpHead('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 3, 0, 4, 0]), 'image/webp'],
    ['WebP, lossless', webpHead('VP8L', [0x2f, 2, 0xc0, 0, 0]), 'image/webp'],
    ['WebP, extended', webpHead('VP8X', [0, 0, 0, 0, 2, 0, 0, 3, 0, 0]), 'image/webp'],
  ])('%s comes as base64', async (_, bytes, mediaType) => {
    expect(await read(bytes)).toEqual({ kind: 'image', mediaType, base64: bytes.toString('base64') });
  });

  test.each([
    ['PNG', png(8001, 1)],
    ['JPEG', jpegHead(1, 8001)],
    ['GIF', gifHead(8001, 1)],
    ['WebP, lossy', webpHead('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x41, 0x1f, 4, 0])],
    ['WebP, lossless', webpHead('VP8L', [0x2f, 0x40, 0x1f, 0, 0])],
    ['WebP, extended', webpHead('VP8X', [0, 0, 0, 0, 0x40, 0x1f, 0, 3, 0, 0])],
  ])('%s with more than 8000 pixels a side is not used', async (_, bytes) => {
    expect(await read(bytes)).toMatchObject({
      kind: 'unusable',
      reason: expect.stringMatching(
        /^Claude takes pictures up to 8000 pixels a side, and this one has .*8001/,
      ),
    });
  });

  test('a size of exactly 8000 is used', async () => {
    expect(await read(png(8000, 1))).toMatchObject({ kind: 'image' });
  });

  test('too many bytes', async () => {
    const bytes = Buffer.concat([png(1, 1), Buffer.alloc(3_932_160)]);
    expect(await read(bytes)).toEqual({
      kind: 'unusable',
      reason: 'Claude takes pictures up to 3.9 MB, and this one has 3.9 MB.',
    });
  });

  test('another format, and one that is cut off in its header', async () => {
    expect(await read(Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)]))).toEqual({
      kind: 'unusable',
      reason: 'Claude reads JPEG, PNG, GIF and WebP pictures, and this one is image/bmp.',
    });
    expect(await read(jpegHead(3, 4).subarray(0, 24))).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('damaged'),
    });
  });
});

describe('PDF', () => {
  test('comes as base64', async () => {
    expect(await read(pdf(600))).toEqual({ kind: 'pdf', base64: pdf(600).toString('base64') });
  });

  test.each([
    ['too many pages', pdf(601), 'up to 600 pages, and this one has about 601'],
    ['encrypted', pdf(1, '/Encrypt 9 0 R'), 'encrypted'],
    [
      'too many bytes',
      Buffer.concat([pdf(1), Buffer.alloc(22_600_000)]),
      'up to 22.5 MB, and this one has 22.6 MB',
    ],
  ])('%s', async (_, bytes, reason) => {
    expect(await read(bytes)).toMatchObject({ kind: 'unusable', reason: expect.stringContaining(reason) });
  });
});

test('another kind of file is named by its type', async () => {
  expect(await read(Buffer.from([0x50, 0x4b, 3, 4, ...Buffer.alloc(40)]))).toEqual({
    kind: 'unusable',
    reason: 'models cannot read this kind of file (application/zip).',
  });
});

describe('a file that is no longer what was stored', () => {
  const limits = { maxInlineCharacters: 1000 };
  const changed = { kind: 'unusable', reason: 'it was changed after it came.' };

  test('is gone', async () => {
    const file = await stored(Buffer.from('hello'));
    rmSync(file.path);
    expect(await readForModel(file, limits)).toEqual({ kind: 'unusable', reason: 'it is no longer there.' });
  });

  test('has other bytes', async () => {
    const text = await stored(Buffer.from('hello'));
    writeFileSync(text.path, 'hello and more');
    expect(await readForModel(text, limits)).toEqual(changed);
    const picture = await stored(png(3, 4));
    writeFileSync(picture.path, png(4, 3).subarray(0, picture.sizeBytes));
    expect(await readForModel(picture, limits)).toEqual(changed);
  });

  test('is a link, a second name of another file, or a pipe', async () => {
    const file = await stored(Buffer.from('hello'));
    const secret = join(temporaryFolder(), 'secret');
    writeFileSync(secret, 'hello');
    rmSync(file.path);
    symlinkSync(secret, file.path);
    expect(await readForModel(file, limits)).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining('ELOOP'),
    });
    rmSync(file.path);
    linkSync(secret, file.path);
    expect(await readForModel(file, limits)).toEqual(changed);
    rmSync(file.path);
    execFileSync('/usr/bin/mkfifo', [file.path]);
    expect(await readForModel(file, limits)).toEqual(changed);
  });

  test('is reached through a link in place of the folder', async () => {
    const file = await stored(Buffer.from('hello'));
    const folder = join(file.path, '..');
    renameSync(folder, `${folder}-moved`);
    symlinkSync(`${folder}-moved`, folder);
    expect(await readForModel(file, limits)).toMatchObject({ kind: 'unusable' });
  });
});
