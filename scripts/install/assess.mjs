import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Is what stands in node_modules what package-lock.json asks for? `.steward-install` remembers the answer by the hash
 * of the lock; without it, npm's own record of what it installed is compared, so that an `npm ci` by hand counts too.
 */
export function assess(root, wantsDevelopment) {
  const lockfile = read(join(root, 'package-lock.json'));
  const modules = join(root, 'node_modules');
  const hasOwnNode = existsSync(join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'));
  const nothing = { isReady: false, lockfile, hasDevelopment: false, hasOwnNode };
  if (lockfile === undefined || !existsSync(join(modules, '.package-lock.json')))
    return { ...nothing, reason: 'Nothing is installed yet.' };

  const stamp = readStamp(modules);
  const isFresh = stamp !== undefined && stamp.lock === hashOf(lockfile);
  const installed = isFresh
    ? { isCurrent: true, hasDevelopment: stamp.development }
    : compare(modules, lockfile);
  const found = { ...nothing, hasDevelopment: installed.hasDevelopment };
  if (!installed.isCurrent)
    return { ...found, reason: 'The installed packages are not those of package-lock.json.' };
  if (wantsDevelopment && !installed.hasDevelopment)
    return { ...found, reason: 'What tests need is not installed.' };
  if (!isWhole(root, modules, installed.hasDevelopment) || (isFresh && stamp.ownNode && !hasOwnNode))
    return { ...found, reason: 'Installed packages have gone missing.' };
  if (!isFresh) markInstalled(root, installed.hasDevelopment);
  return { ...found, isReady: true };
}

/** Remembers that node_modules is what the lock asks for, with or without development packages. */
export function markInstalled(root, development) {
  const lockfile = read(join(root, 'package-lock.json'));
  const modules = join(root, 'node_modules');
  const ownNode = existsSync(join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'));
  const stamp = { lock: hashOf(lockfile), development, ownNode };
  try {
    writeFileSync(join(modules, '.steward-install'), `${JSON.stringify(stamp)}\n`);
  } catch (error) {
    // A read-only install (a container image) is compared anew at each start, which takes some milliseconds.
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error;
  }
}

/** npm's record of what it installed against the lock: optional packages of other platforms may be absent. */
function compare(modules, lockfile) {
  const wanted = packagesOf(lockfile);
  const present = packagesOf(read(join(modules, '.package-lock.json')));
  let isCurrent = true;
  let hasDevelopment = false;
  let lacksDevelopment = false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const found = present[path];
    if (found === undefined) {
      if (entry.dev || entry.devOptional) lacksDevelopment ||= !entry.optional && !entry.peer;
      else if (!entry.optional) isCurrent = false;
    } else {
      if (found.version !== entry.version || found.integrity !== entry.integrity) isCurrent = false;
      if (entry.dev) hasDevelopment = true;
    }
  }
  for (const path of Object.keys(present)) if (wanted[path] === undefined) isCurrent = false;
  return { isCurrent, hasDevelopment: hasDevelopment && !lacksDevelopment };
}

/** Packages that package.json names and that a careless hand may have removed since. */
function isWhole(root, modules, development) {
  const manifest = JSON.parse(read(join(root, 'package.json')) ?? '{}');
  const names = Object.keys({ ...manifest.dependencies, ...(development ? manifest.devDependencies : {}) });
  return names.every((name) => existsSync(join(modules, name, 'package.json')));
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(lockfile).packages ?? {};
  } catch {
    // Cut off by a crash: as good as none.
    return {};
  }
}

function readStamp(modules) {
  try {
    return JSON.parse(read(join(modules, '.steward-install')));
  } catch {
    // Absent, or cut off by a crash: as good as none.
    return undefined;
  }
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

const hashOf = (text) => createHash('sha256').update(text).digest('hex');
