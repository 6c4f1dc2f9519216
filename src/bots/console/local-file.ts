import { constants, statSync } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { AttachmentRef } from '../../core/contracts/chat.ts';
import type { FileLookup } from './file-paths.ts';

export interface LocalFileOptions {
  readonly maximumBytes: number;
  /** Why a path may not be sent, in a sentence; undefined where it may. */
  refusesPath(absolutePath: string): string | undefined;
}

/** The open never waits (a FIFO without a writer would) and never follows a link put where the file was. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The bytes of a regular file that the person named. Throws with a sentence for the chat. */
export async function* readLocalFile(
  ref: AttachmentRef,
  signal: AbortSignal,
  options: LocalFileOptions,
): AsyncGenerator<Uint8Array> {
  const path = ref.nativeId;
  signal.throwIfAborted();
  const realPath = await realpath(path).catch((error: unknown) => {
    throw unreadable(ref, error);
  });
  const reason = options.refusesPath(path) ?? options.refusesPath(realPath);
  if (reason !== undefined) throw new Error(reason);
  const handle = await open(path, openFlags).catch((error: unknown) => {
    throw unreadable(ref, error);
  });
  try {
    await assertSendable(handle, ref, options.maximumBytes);
    let bytes = 0;
    for await (const chunk of handle.createReadStream({ signal, autoClose: false })) {
      bytes += chunk.length;
      // A log that somebody is writing may grow past what was checked.
      if (bytes > options.maximumBytes) throw tooLarge(ref, options.maximumBytes);
      yield chunk;
    }
  } finally {
    await handle.close();
  }
}

async function assertSendable(handle: FileHandle, ref: AttachmentRef, maximumBytes: number): Promise<void> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw new Error(`"${ref.name}" is a folder, not a file.`);
  if (!stats.isFile()) throw new Error(`"${ref.name}" is not a regular file.`);
  if (stats.size > maximumBytes) throw tooLarge(ref, maximumBytes);
}

const tooLarge = (ref: AttachmentRef, maximumBytes: number): Error =>
  new Error(`"${ref.name}" is larger than ${Math.floor(maximumBytes / 1_048_576)} MB.`);

const sentences: Readonly<Record<string, string>> = {
  ENOENT: 'is not there any more',
  ENOTDIR: 'is not there any more',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a link; name the file itself',
  EMLINK: 'is a link; name the file itself',
  ENXIO: 'is not a regular file',
};

function unreadable(ref: AttachmentRef, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return new Error(`"${ref.name}" ${sentences[code] ?? `cannot be read (${code})`}.`, { cause });
}

/** The files of this machine as typed paths name them. */
export function localFiles(): FileLookup {
  return {
    cwd: process.cwd(),
    home: homedir(),
    fileAt(path) {
      try {
        const facts = statSync(path);
        return facts.isFile() ? { sizeBytes: facts.size } : undefined;
      } catch {
        // Not there, too long for a path, or not ours to see: then the word is a word.
        return undefined;
      }
    },
  };
}
