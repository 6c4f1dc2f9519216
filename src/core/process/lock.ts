import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { openExclusively } from '../db/exclusive-file.ts';

interface LockHolder {
  /** Undefined when the holder had no time to say who it is. */
  readonly pid: number | undefined;
  readonly startedAt: number | undefined;
  readonly host: string | undefined;
}

export type LockResult =
  | { readonly ok: true; release(): void }
  | { readonly ok: false; readonly holder: LockHolder };

const holderSchema = z.object({ pid: z.int().positive(), startedAt: z.int(), host: z.string() });

// The holder writes its name right after it has the lock; a newcomer that is faster looks again this often.
const looks = 10;
const lookMs = 20;

/**
 * One live copy per data folder. The lock is the operating system's and ends with the process, kill -9 included: no
 * stale lock is ever guessed. The name beside it only tells a refused copy whom to look for. Throws when the folder
 * cannot hold a lock at all.
 */
export function acquireLock(home: string, now: () => number = Date.now): LockResult {
  const card = join(home, 'steward.lock.json');
  const lock = openExclusively(join(home, 'steward.lock'));
  if (!lock) return { ok: false, holder: readHolder(card) };
  try {
    writeCard(card, { pid: process.pid, startedAt: now(), host: hostname() });
  } catch (error) {
    lock.release();
    throw error;
  }
  const state = { held: true };
  return {
    ok: true,
    release() {
      if (!state.held) return;
      state.held = false;
      // Before the lock, or it might be the next holder's card.
      rmSync(card, { force: true });
      lock.release();
    },
  };
}

function writeCard(card: string, holder: z.infer<typeof holderSchema>): void {
  const draft = `${card}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  renameSync(draft, card);
}

function readHolder(card: string): LockHolder {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (let look = 0; look < looks; look++) {
    const holder = readCard(card);
    if (holder && mayLive(holder)) return holder;
    Atomics.wait(sleeper, 0, 0, lookMs);
  }
  return { pid: undefined, startedAt: undefined, host: undefined };
}

function readCard(card: string): z.infer<typeof holderSchema> | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(readFileSync(card, 'utf8'))).data;
  } catch {
    // Not written yet, or half of it lost in a power cut: the lock itself has decided already.
    return undefined;
  }
}

/** A card of a killed process may still lie there; on another host nobody can tell. */
function mayLive(holder: z.infer<typeof holderSchema>): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
