import { createHash } from 'node:crypto';
import { constants, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { refusedBySize, refusedImage, refusedPdf } from './claude-limits.ts';
import { formatBytes } from './format-bytes.ts';
import { openFolder, openPlainFile } from './guarded-folder.ts';
import { readInlineText } from './inline-text.ts';
import { interruptible, SourceFault } from './interruptible.ts';
import { detectMediaType, type FileKind, headBytes } from './media-type.ts';
import { createTextProbe } from './text-encoding.ts';
import { safeFileName } from './upload-name.ts';

/** A file that came with a message, whole and on the disk. */
export interface StoredUpload {
  readonly path: string;
  /** Made safe: what people and models are shown. */
  readonly name: string;
  /** By its content, whatever the platform or the name said. */
  readonly mediaType: string;
  readonly kind: FileKind;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface UploadOptions {
  readonly folder: string;
  /** As the sender called it. */
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly maxBytes: number;
  newId(): string;
  readonly signal: AbortSignal;
}

export type StoreResult =
  | { readonly ok: true; readonly file: StoredUpload }
  /** `reason` ends a sentence that begins with the file's name: "… was not taken: it is larger than 20 MB." */
  | { readonly ok: false; readonly reason: string };

type Facts = Pick<StoredUpload, 'mediaType' | 'kind' | 'sizeBytes' | 'sha256'>;

/**
 * Writes an attachment into the folder chunk by chunk and names it only when all of it is on the disk. Whatever goes
 * wrong, an abort included, leaves nothing behind.
 */
export async function storeUpload(options: UploadOptions): Promise<StoreResult> {
  const { signal } = options;
  const name = safeFileName(options.name);
  try {
    // An agent may have deleted it; what it may have put in its place instead is refused by openFolder.
    await mkdir(options.folder, { recursive: true });
    const folder = await openFolder(options.folder);
    try {
      await folder.verify();
      const id = options.newId();
      const temporary = folder.entry(`.incoming-${id}`);
      try {
        const received = await receive(temporary, options);
        if (!received) return { ok: false, reason: `it is larger than ${formatBytes(options.maxBytes)}.` };
        signal.throwIfAborted();
        await folder.verify();
        await rename(temporary, folder.entry(`${id}-${name}`));
        await folder.sync();
        return { ok: true, file: { path: join(options.folder, `${id}-${name}`), name, ...received } };
      } finally {
        await rm(temporary, { force: true });
      }
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (signal.aborted) return { ok: false, reason: 'it was cancelled.' };
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { ok: false, reason };
  }
}

/** Undefined when there is more than fits. */
async function receive(path: string, options: UploadOptions): Promise<Facts | undefined> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(path, flags, 0o600);
  try {
    const hash = createHash('sha256');
    const probe = createTextProbe();
    const head: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of interruptible(options.chunks, options.signal)) {
      if (sizeBytes + chunk.length > options.maxBytes) return undefined;
      if (sizeBytes < headBytes) head.push(chunk.slice(0, headBytes - sizeBytes));
      sizeBytes += chunk.length;
      hash.update(chunk);
      probe.push(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
    const type = await detectMediaType(Buffer.concat(head), probe.finish());
    return { ...type, sizeBytes, sha256: hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

// Linux says ENOTDIR for a link where a folder is asked for, others ELOOP.
const notAFolder = 'the folder for uploads is a link or no folder at all; neither is used.';

const diskReasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of Steward is full; free some space and send it again.',
  EDQUOT: 'the disk quota of Steward is used up; free some space and send it again.',
  EROFS: 'the folder for uploads is on a read-only disk.',
  EACCES: 'Steward may not write to the folder for uploads.',
  EPERM: 'Steward may not write to the folder for uploads.',
  ELOOP: notAFolder,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  ENOENT: 'the folder for uploads was taken away meanwhile.',
  EIO: 'the disk of Steward failed.',
};

function reasonOf(error: unknown): string | undefined {
  if (error instanceof SourceFault) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return diskReasons[code];
}

export type FileForModel =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: string; readonly base64: string }
  | { readonly kind: 'pdf'; readonly base64: string }
  /** `reason` ends a sentence that begins with the file's name: "… was not read: …". */
  | { readonly kind: 'unusable'; readonly reason: string };

/** A stored file as a model takes it, or why it cannot be used. Follows no link that was put in its place since. */
export async function readForModel(
  file: StoredUpload,
  options: { readonly maxInlineCharacters: number },
): Promise<FileForModel> {
  const { kind, mediaType, sizeBytes } = file;
  if (kind === 'other') return unusable(`models cannot read this kind of file (${mediaType}).`);
  const tooMuch = kind === 'text' ? undefined : refusedBySize({ kind, mediaType, sizeBytes });
  if (tooMuch !== undefined) return unusable(tooMuch);
  try {
    const folder = await openFolder(dirname(file.path));
    try {
      await folder.verify();
      const handle = await openPlainFile(folder, basename(file.path));
      if (!handle) return unusable(changed);
      try {
        if ((await handle.stat()).size !== sizeBytes) return unusable(changed);
        if (kind === 'text')
          return { kind, text: await readInlineText(handle, sizeBytes, options.maxInlineCharacters) };
        const bytes = await handle.readFile();
        if (createHash('sha256').update(bytes).digest('hex') !== file.sha256) return unusable(changed);
        const refused = kind === 'image' ? refusedImage(bytes, mediaType) : refusedPdf(bytes);
        if (refused !== undefined) return unusable(refused);
        const base64 = bytes.toString('base64');
        return kind === 'image' ? { kind, mediaType, base64 } : { kind, base64 };
      } finally {
        await handle.close();
      }
    } finally {
      await folder.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return unusable(code === 'ENOENT' ? 'it is no longer there.' : `it could not be opened (${code}).`);
  }
}

const changed = 'it was changed after it came.';
const unusable = (reason: string): FileForModel => ({ kind: 'unusable', reason });
