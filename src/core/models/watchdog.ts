import type { Clock } from '../contracts/clock.ts';

export type Expiry = 'first-token' | 'idle' | 'total';

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly firstTokenMs: number;
  readonly idleMs: number;
  /** The time at which the whole call is over. */
  readonly totalAt: number;
  /** Called once at most. */
  readonly expired: (what: Expiry) => void;
}

/** Watches one stream. Only the time spent waiting for the model counts, not the time its reader takes. */
export interface Watchdog {
  waiting(): void;
  received(): void;
  stop(): void;
}

/** One sleeping timer for the whole stream instead of one for each token: it looks at the clock when it wakes. */
export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { clock, totalAt } = options;
  const stopped = new AbortController();
  const longestNap = Math.min(options.firstTokenMs, options.idleMs);
  let began = false;
  let dueAt: number | undefined;

  const watch = async (): Promise<void> => {
    for (;;) {
      const now = clock.now();
      if (now >= totalAt) return options.expired('total');
      if (dueAt !== undefined && now >= dueAt) return options.expired(began ? 'idle' : 'first-token');
      await clock.sleep(Math.min(totalAt, dueAt ?? Infinity, now + longestNap) - now, stopped.signal);
      if (stopped.signal.aborted) return;
    }
  };

  return {
    waiting() {
      const first = dueAt === undefined && !began;
      dueAt = clock.now() + (began ? options.idleMs : options.firstTokenMs);
      if (first)
        watch().catch(() => {
          // A sleep that ends because of stop() is the normal end; any other leaves the stream unwatched.
          if (!stopped.signal.aborted) options.expired('total');
        });
    },
    received() {
      began = true;
      dueAt = undefined;
    },
    stop: () => stopped.abort(),
  };
}
