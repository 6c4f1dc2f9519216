import { existsSync } from 'node:fs';
import { constants, type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder that is held open, so that nobody can put another one or a link in its place under a running call. */
export interface GuardedFolder {
  /** The path of an entry, below the open folder itself where the system can name that. */
  entry(name: string): string;
  /** Throws a system error when the path no longer leads to this folder. */
  verify(): Promise<void>;
  /** Makes renames and new entries survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a folder that must not be a link. Throws system errors: ELOOP or ENOTDIR when it is one. */
export async function openFolder(path: string): Promise<GuardedFolder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const held = `/proc/self/fd/${handle.fd}`;
  const base = existsSync(held) ? held : path;
  return {
    entry: (name) => join(base, name),
    async verify() {
      const [there, here] = await Promise.all([lstat(path), handle.stat()]);
      if (there.dev !== here.dev || there.ino !== here.ino)
        throw Object.assign(new Error(`${path} was exchanged`), { code: 'ELOOP' });
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

/** Opens a plain file of a guarded folder for reading; undefined for links, pipes, devices and shared inodes. */
export async function openPlainFile(folder: GuardedFolder, name: string): Promise<FileHandle | undefined> {
  // Without O_NONBLOCK a pipe put in the file's place would wait for a writer for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(folder.entry(name), flags);
  const found = await handle.stat();
  if (found.isFile() && found.nlink === 1) return handle;
  await handle.close();
  return undefined;
}
