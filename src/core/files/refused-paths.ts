import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { AppConfig } from '../config/app-config.ts';
import { isWithin } from '../config/paths.ts';

const systemFolders = ['/etc', '/proc', '/sys', '/dev'];

/**
 * Why a path that the owner named in the terminal must not be read, as the end of a sentence, or undefined when it may
 * be. Judged as written and again where its links lead. Says nothing about whether the file exists.
 */
export function refusedPath(
  absolutePath: string,
  paths: Pick<AppConfig['paths'], 'home' | 'config' | 'workspace'>,
  homeDirectory: string = homedir(),
): string | undefined {
  if (/\p{Cc}/u.test(absolutePath)) return 'its name has control characters';
  return (
    judge(resolve(absolutePath), paths, homeDirectory) ??
    judge(resolveLinks(absolutePath), resolveAll(paths), resolveLinks(homeDirectory))
  );
}

type Places = Pick<AppConfig['paths'], 'home' | 'config' | 'workspace'>;

function judge(path: string, places: Places, homeDirectory: string): string | undefined {
  if (path.split(sep).some((part) => /^\.env/i.test(part))) return 'files named .env hold secrets';
  // A workspace may lie in a hidden folder or the data folder; what is in it is there to be read.
  if (isWithin(path, places.workspace)) return undefined;
  if (isWithin(path, places.home)) return "it belongs to Steward's own data";
  if (isWithin(path, places.config)) return "it belongs to Steward's own configuration";
  for (const folder of [...systemFolders, ...systemFolders.map(resolveLinks)])
    if (isWithin(path, folder)) return `it belongs to the system (${folder})`;
  const isHidden = relativeToHome(path, homeDirectory)
    ?.split(sep)
    .some((part) => part.startsWith('.'));
  return isHidden ? 'it is hidden in a home directory, where keys and passwords are kept' : undefined;
}

/** The way below whatever home directory the path is in: the owner's, root's or another user's. */
function relativeToHome(path: string, homeDirectory: string): string | undefined {
  if (isWithin(path, homeDirectory)) return path.slice(homeDirectory.length);
  if (isWithin(path, '/root')) return path.slice('/root'.length);
  return /^\/(?:home|Users)\/[^/]+(\/.*)$/.exec(path)?.[1];
}

const resolveAll = (places: Places): Places => ({
  home: resolveLinks(places.home),
  config: resolveLinks(places.config),
  workspace: resolveLinks(places.workspace),
});

/** The real path; of what does not exist, its name in the real path of the nearest folder that does. */
function resolveLinks(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // Missing, or not ours to look at: the folder above decides.
    const parent = dirname(path);
    return parent === path ? path : join(resolveLinks(parent), basename(path));
  }
}
