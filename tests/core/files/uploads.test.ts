import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type StoreResult, storeUpload, type UploadOptions } from '../../../src/core/files/uploads.ts';
import { inPieces, pdf, png } from '../../support/sample-files.ts';
import { mountTinyDisk } from '../../support/tiny-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function uploads() {
  const folder = join(temporaryFolder(), 'uploads');
  mkdirSync(folder);
  let count = 0;
  const store = (
    chunks: AsyncIterable<Uint8Array> | Uint8Array,
    options: Partial<UploadOptions> = {},
  ): Promise<StoreResult> =>
    storeUpload({
      folder,
      name: 'file.bin',
      chunks: chunks instanceof Uint8Array ? inPieces(chunks, 1000) : chunks,
      maxBytes: 1_000_000,
      newId: () => `id${++count}`,
      signal: new AbortController().signal,
      ...options,
    });
  return { folder, store };
}

test('a file is whole, private and under a name of its own', async () => {
  const { folder, store } = uploads();
  const bytes = Buffer.from('Grüße aus Zürich\n');
  const first = await store(inPieces(bytes, 3), { name: '../letter.txt' });
  const second = await store(inPieces(bytes, 1), { name: 'letter.txt' });
  const path = join(folder, 'id1-letter.txt');
  expect(first).toEqual({
    ok: true,
    file: {
      path,
      name: 'letter.txt',
      mediaType: 'text/plain',
      kind: 'text',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  });
  expect(second.ok && second.file.path).toBe(join(folder, 'id2-letter.txt'));
  expect(readFileSync(path)).toEqual(bytes);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['id1-letter.txt', 'id2-letter.txt']);
});

test('a folder that was deleted is made again', async () => {
  const { folder, store } = uploads();
  rmSync(folder, { recursive: true });
  expect(await store(Buffer.from('x'))).toMatchObject({ ok: true });
});

describe('the content decides what a file is, not its name', () => {
  const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

  test.each([
    ['a picture called .txt', png(2, 2), 'letter.txt', 'image/png', 'image'],
    ['a PDF', pdf(1), 'x', 'application/pdf', 'pdf'],
    ['a PDF that is plain text', Buffer.from('%PDF-1.4\n1 0 obj\n'), 'x', 'application/pdf', 'pdf'],
    ['text called .png', Buffer.from('hello'), 'x.png', 'text/plain', 'text'],
    ['text that begins like a bitmap', Buffer.from('BMW is a car'), 'x', 'text/plain', 'text'],
    [
      'an SVG, which is text to read',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'x',
      'text/plain',
      'text',
    ],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFhi'), 'x', 'text/plain', 'text'],
    ['UTF-16', utf16('hi €'), 'x', 'text/plain', 'text'],
    ['UTF-16, big-endian', swapped(utf16('hi €')), 'x', 'text/plain', 'text'],
    [
      'UTF-16 cut in the middle of a character',
      utf16('hi €').subarray(0, 7),
      'x',
      'application/octet-stream',
      'other',
    ],
    ['nothing at all', Buffer.alloc(0), 'x.pdf', 'text/plain', 'text'],
    ['one letter', Buffer.from('a'), 'x', 'text/plain', 'text'],
    ['text with a NUL', Buffer.from('a\0b'), 'x.txt', 'application/octet-stream', 'other'],
    [
      'a NUL far inside',
      Buffer.from(`${'a'.repeat(70_000)}\0`),
      'x.txt',
      'application/octet-stream',
      'other',
    ],
    [
      'text in an unknown encoding',
      Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]),
      'x.txt',
      'application/octet-stream',
      'other',
    ],
    ['an archive', Buffer.from([0x50, 0x4b, 3, 4, ...Buffer.alloc(40)]), 'x.txt', 'application/zip', 'other'],
  ])('%s', async (_, bytes, name, mediaType, kind) => {
    const { store } = uploads();
    expect(await store(inPieces(bytes, 5), { name })).toMatchObject({ ok: true, file: { mediaType, kind } });
  });
});

describe('what goes wrong leaves nothing behind', () => {
  test('more than the limit, known as soon as it is passed', async () => {
    const { folder, store } = uploads();
    const pieces = { taken: 0 };
    const endless = async function* () {
      for (;;) {
        pieces.taken += 1;
        yield new Uint8Array(1000);
      }
    };
    expect(await store(endless(), { maxBytes: 2500 })).toEqual({
      ok: false,
      reason: 'it is larger than 2.5 KB.',
    });
    expect(pieces.taken).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
    expect(await store(new Uint8Array(2500), { maxBytes: 2500 })).toMatchObject({ ok: true });
  });

  test('a source that fails, in its own words', async () => {
    const { folder, store } = uploads();
    const failing = async function* () {
      yield Buffer.from('half');
      throw new Error('Telegram no longer has this file.');
    };
    expect(await store(failing())).toEqual({ ok: false, reason: 'Telegram no longer has this file.' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an abort, even when the source hangs', async () => {
    const { folder, store } = uploads();
    const life = new AbortController();
    const hanging = async function* () {
      yield Buffer.from('half');
      life.abort();
      await new Promise(() => undefined);
    };
    expect(await store(hanging(), { signal: life.signal })).toEqual({
      ok: false,
      reason: 'it was cancelled.',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an abort before anything came', async () => {
    const { folder, store } = uploads();
    expect(await store(Buffer.from('x'), { signal: AbortSignal.abort() })).toMatchObject({ ok: false });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a code of the source is not taken for one of the disk', async () => {
    const { folder, store } = uploads();
    const failing = async function* () {
      yield Buffer.from('x');
      throw Object.assign(new Error('the source is full'), { code: 'ENOSPC' });
    };
    expect(await store(failing())).toEqual({ ok: false, reason: 'the source is full' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a disk that fills up', async (context) => {
    const { store } = uploads();
    const folder = mountTinyDisk('size=64k') ?? context.skip('needs the right to mount');
    expect(await store(new Uint8Array(200_000), { folder })).toEqual({
      ok: false,
      reason: 'the disk of Steward is full; free some space and send it again.',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a disk that is read-only', async (context) => {
    const { store } = uploads();
    const folder = mountTinyDisk('ro,size=64k') ?? context.skip('needs the right to mount');
    expect(await store(Buffer.from('x'), { folder })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('read-only'),
    });
  });

  test('a fault of ours is not dressed up as a refusal', async () => {
    const { folder, store } = uploads();
    const broken = {
      newId: () => {
        throw new TypeError('no ids');
      },
    };
    await expect(store(Buffer.from('x'), broken)).rejects.toThrow('no ids');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('links and tricks in the folder', () => {
  test('a folder that is a link is refused', async () => {
    const { folder, store } = uploads();
    const elsewhere = temporaryFolder();
    rmSync(folder, { recursive: true });
    symlinkSync(elsewhere, folder);
    expect(await store(Buffer.from('x'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('a link or no folder'),
    });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('a file in place of the folder is refused', async () => {
    const { folder, store } = uploads();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    expect(await store(Buffer.from('x'))).toMatchObject({
      ok: false,
      reason: expect.stringContaining('no folder'),
    });
  });

  test('a folder exchanged for a link while the file arrives changes nothing outside', async () => {
    const { folder, store } = uploads();
    const elsewhere = temporaryFolder();
    const exchanging = async function* () {
      yield Buffer.from('one');
      rmSync(folder, { recursive: true });
      symlinkSync(elsewhere, folder);
      yield Buffer.from('two');
    };
    expect(await store(exchanging())).toMatchObject({ ok: false });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test('a folder that was moved away does not keep a file that nobody will find', async () => {
    const { folder, store } = uploads();
    const moving = async function* () {
      yield Buffer.from('one');
      renameSync(folder, `${folder}-moved`);
      mkdirSync(folder);
      yield Buffer.from('two');
    };
    expect(await store(moving())).toMatchObject({ ok: false });
    expect([...readdirSync(folder), ...readdirSync(`${folder}-moved`)]).toEqual([]);
  });
});
