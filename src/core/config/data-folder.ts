import * as nodeFs from 'node:fs';
import { dirname, join } from 'node:path';
import type { AppConfig, ConfigProblem } from './app-config.ts';
import { errorCode } from './error-code.ts';

/** The few calls this needs, so that a test can bring a disk that is full or read-only. */
export type FolderSystem = Pick<
  typeof nodeFs,
  'mkdirSync' | 'statSync' | 'chmodSync' | 'writeFileSync' | 'rmSync'
>;

const workspaceFolders = ['skills', 'outputs', 'uploads', 'notes'];

/**
 * Makes the data folder (for its owner alone) and the workspace, and proves that both can be written. Never throws;
 * what is wrong comes back as problems, none of them twice for one cause.
 */
export function prepareFolders(
  paths: Pick<AppConfig['paths'], 'home' | 'workspace'>,
  fileSystem: FolderSystem = nodeFs,
): readonly ConfigProblem[] {
  return [
    ...prepare('STEWARD_HOME', [paths.home, join(paths.home, 'logs')], 0o700, fileSystem),
    ...prepare(
      'STEWARD_WORKSPACE',
      [paths.workspace, ...workspaceFolders.map((folder) => join(paths.workspace, folder))],
      0o755,
      fileSystem,
    ),
  ];
}

function prepare(
  key: string,
  folders: readonly string[],
  mode: number,
  fileSystem: FolderSystem,
): readonly ConfigProblem[] {
  for (const folder of folders) {
    const problem = prepareFolder(key, folder, mode, fileSystem);
    if (problem) return [problem];
  }
  return [];
}

function prepareFolder(
  key: string,
  folder: string,
  mode: number,
  fileSystem: FolderSystem,
): ConfigProblem | undefined {
  try {
    makeFolder(folder, mode, fileSystem);
    const found = fileSystem.statSync(folder);
    if (!found.isDirectory()) return folderProblem(key, folder, 'ENOTDIR');
    // Others may look into a workspace, never into the data folder.
    if (mode === 0o700 && (found.mode & 0o077) !== 0) fileSystem.chmodSync(folder, mode);
    proveWritable(folder, fileSystem);
    return undefined;
  } catch (error) {
    return folderProblem(key, folder, errorCode(error));
  }
}

/** Folder by folder: the recursive mkdir of Node calls a read-only disk ENOENT. */
function makeFolder(folder: string, mode: number, fileSystem: FolderSystem): void {
  try {
    fileSystem.mkdirSync(folder, { mode });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    makeFolder(dirname(folder), 0o755, fileSystem);
    fileSystem.mkdirSync(folder, { mode });
  }
}

function proveWritable(folder: string, fileSystem: FolderSystem): void {
  const probe = join(folder, `.steward-probe-${process.pid}`);
  try {
    // Larger than what a file system keeps inside its directory entry: a full disk must show here.
    fileSystem.writeFileSync(probe, new Uint8Array(16_384), { mode: 0o600 });
  } finally {
    fileSystem.rmSync(probe, { force: true });
  }
}

function folderProblem(key: string, folder: string, code: string): ConfigProblem {
  const expected = 'a folder that Steward can write to';
  const base = { where: folder, key, expected };
  switch (code) {
    case 'ENOTDIR':
      return {
        ...base,
        seen: 'a file where a folder should be',
        remedy: `Move the file away, or set ${key} to another folder.`,
      };
    case 'EROFS':
      return {
        ...base,
        seen: 'a read-only file system',
        remedy: `Mount it writable, or set ${key} to another folder.`,
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        ...base,
        seen: 'a disk without free space',
        remedy: `Free some space, or set ${key} to another disk.`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        ...base,
        seen: 'a folder that your user may not change',
        remedy: `sudo chown -R "$(id -un)" '${folder}' (or '${dirname(folder)}' if it does not exist yet)`,
      };
    case 'ENOENT':
      return {
        ...base,
        seen: 'a link that leads nowhere',
        remedy: `Remove the link, or set ${key} to another folder.`,
      };
    case 'ELOOP':
      return {
        ...base,
        seen: 'a link that leads in a circle',
        remedy: `Remove the link, or set ${key} to another folder.`,
      };
    case 'ENAMETOOLONG':
      return { ...base, seen: 'a path that is too long', remedy: `Set ${key} to a shorter one.` };
    default:
      return {
        ...base,
        seen: `a folder that cannot be used (${code})`,
        remedy: `Check the disk, or set ${key} to another folder.`,
      };
  }
}
