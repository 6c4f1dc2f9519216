import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const lookMs = 250;

/**
 * Runs `work` while no other start does, waiting for one that is at it. The lock is a folder that appears together
 * with the process id in it; one whose process is gone is taken over. A signal aborts the work and frees the lock.
 * Resolves to what `work` resolves to, or to 130 after a signal, or 1 when the folder cannot be made.
 */
export async function withLock(lock, say, work) {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, interrupt);
  try {
    let hasSaid = false;
    while (!take(lock)) {
      if (interrupted.signal.aborted) return 130;
      const holder = holderOf(lock);
      if (holder === undefined || !isInstalling(holder)) removeStale(lock, holder);
      else {
        if (!hasSaid) say(`Another start (process ${holder}) is installing; waiting for it …`);
        hasSaid = true;
        await wait(lookMs, undefined, { signal: interrupted.signal }).catch(() => undefined);
      }
    }
    try {
      const code = await work(interrupted.signal);
      return interrupted.signal.aborted ? 130 : code;
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  } catch (error) {
    if (!error.code) throw error;
    say(
      `Steward could not be installed: ${error.message}\n` +
        'Remedy: make the project folder writable for your user and see that its disk has space.',
    );
    return 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, interrupt);
  }
}

/** A folder is never renamed onto one with something in it: whoever comes second fails, and no moment is without a pid. */
function take(lock) {
  const draft = mkdtempSync(`${lock}-`);
  try {
    writeFileSync(join(draft, 'pid'), String(process.pid));
    renameSync(draft, lock);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (
      ['EEXIST', 'ENOTEMPTY', 'EPERM', 'EACCES', 'ENOTDIR'].includes(error.code) &&
      holderOf(lock) !== undefined
    )
      return false;
    if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR'].includes(error.code)) return false;
    throw error;
  }
}

function holderOf(lock) {
  try {
    return Number(readFileSync(join(lock, 'pid'), 'utf8')) || undefined;
  } catch {
    // Released in this moment, or no lock of ours.
    return undefined;
  }
}

/** Moves it away first, so that of two who saw it stale only one removes it. */
function removeStale(lock, holder) {
  const away = mkdtempSync(join(dirname(lock), '.install-lock-'));
  const moved = join(away, 'stale');
  try {
    renameSync(lock, moved);
    // Somebody else was faster and this is the lock of a live process: give it back.
    if (holderOf(moved) !== holder) renameSync(moved, lock);
  } catch (error) {
    if (!['ENOENT', 'EEXIST', 'ENOTEMPTY'].includes(error.code)) throw error;
  } finally {
    rmSync(away, { recursive: true, force: true });
  }
}

function isInstalling(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    // After a restart of the machine the number may belong to something else.
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ensure-install');
  } catch {
    // No /proc here, or it ended just now and the next look will tell.
    return true;
  }
}
