import type { Clock } from '../../src/core/contracts/clock.ts';

/** A clock that stands still until a test moves it. */
export interface HandClock extends Clock {
  /** Lets `ms` go by: wakes, in order, whoever sleeps until then, and whoever those start to sleep. */
  advance(ms: number): Promise<void>;
  /** Somebody sets it to an earlier time. */
  putBack(ms: number): void;
  /** How many sleep now. */
  sleepers(): number;
}

export function createHandClock(start = 1_000_000): HandClock {
  let now = start;
  const sleeping = new Set<{ until: number; wake: () => void }>();

  return {
    now: () => now,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const fail = (): void => {
          sleeping.delete(entry);
          reject(new Error('aborted'));
        };
        if (signal?.aborted) return reject(new Error('aborted'));
        const entry = {
          until: now + ms,
          wake: () => {
            sleeping.delete(entry);
            signal?.removeEventListener('abort', fail);
            resolve();
          },
        };
        sleeping.add(entry);
        signal?.addEventListener('abort', fail, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settled();
        const next = [...sleeping].toSorted((a, b) => a.until - b.until)[0];
        if (!next || next.until > end) break;
        now = Math.max(now, next.until);
        next.wake();
      }
      now = end;
      await settled();
    },
    putBack(ms) {
      now -= ms;
    },
    sleepers: () => sleeping.size,
  };
}

/** Resolves when the promises that can go on have gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
