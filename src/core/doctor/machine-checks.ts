import { statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, freemem, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { AppConfig } from '../config/app-config.ts';
import { prepareFolders } from '../config/data-folder.ts';
import type { Check } from '../contracts/doctor.ts';

const wantedNode = 24;
const littleDisk = 5e9;
const noDisk = 500e6;
const littleMemory = 1e9;
const gb = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

export const versionCheck = (version: string): Check => {
  const node = process.versions.node;
  const isWanted = Number(node.split('.')[0]) >= wantedNode;
  return {
    name: 'versions',
    state: isWanted ? 'ok' : 'failure',
    detail: `Steward ${version}, Node ${node}, ${platform()} ${release()} ${arch()}`,
    ...(!isWanted && { remedy: `start it with npm start, which brings Node ${wantedNode}` }),
    facts: { steward: version, node, platform: platform(), arch: arch(), cores: availableParallelism() },
  };
};

export function folderChecks(paths: AppConfig['paths'], cwd: string): Check[] {
  const problems = prepareFolders(paths);
  const folders: Check =
    problems.length === 0
      ? { name: 'folders', state: 'ok', detail: `data in ${paths.home}, files in ${paths.workspace}` }
      : {
          name: 'folders',
          state: 'failure',
          detail: problems.map((problem) => `${problem.key}: ${problem.expected}`).join('; '),
          remedy: problems[0]?.remedy ?? '',
        };
  return [folders, secretsCheck(join(cwd, '.env'))];
}

/** Nobody else on the machine should read tokens and keys. */
function secretsCheck(file: string): Check {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return { name: '.env', state: 'skipped', detail: 'there is none' };
  const isOpen = (mode & 0o077) !== 0;
  return {
    name: '.env',
    state: isOpen ? 'warning' : 'ok',
    detail: isOpen ? 'others on this machine can read it' : 'only you can read it',
    ...(isOpen && { remedy: `chmod 600 ${file}` }),
  };
}

/** For a database that has just been opened. */
export function databaseCheck(home: string): Check {
  const bytes = statSync(join(home, 'steward.sqlite'), { throwIfNoEntry: false })?.size ?? 0;
  return {
    name: 'database',
    state: 'ok',
    detail: `opens, ${(bytes / 1e6).toFixed(1)} MB`,
    facts: { bytes },
  };
}

export async function diskCheck(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const state = free < noDisk ? 'failure' : free < littleDisk ? 'warning' : 'ok';
  return {
    name: 'disk',
    state,
    detail: `${gb(free)} free`,
    ...(state !== 'ok' && { remedy: 'make room: a model takes 0.6 to 5 GB' }),
    facts: { freeBytes: free },
  };
}

export function memoryCheck(): Check {
  const free = freemem();
  return {
    name: 'memory',
    state: free < littleMemory ? 'warning' : 'ok',
    detail: `${gb(free)} of ${gb(totalmem())} free`,
    ...(free < littleMemory && { remedy: 'close something, or choose a smaller model in models.yaml' }),
    facts: { freeBytes: free, totalBytes: totalmem() },
  };
}

export function timezoneCheck(configured: string): Check {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const differs = configured !== own && own !== 'UTC';
  return {
    name: 'time zone',
    state: differs ? 'warning' : 'ok',
    detail: differs ? `Steward uses ${configured}, this machine ${own}` : configured,
    ...(differs && { remedy: `/settings household.timezone ${own}` }),
  };
}
