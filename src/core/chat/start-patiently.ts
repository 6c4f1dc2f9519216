import type { Clock } from '../contracts/clock.ts';

/**
 * Waits for a platform to connect, but no longer than `ms`: a refused token is known by then, and a network that is down
 * must not hold up the terminal. The work goes on by itself.
 */
export async function startPatiently(
  clock: Clock,
  ms: number,
  stopped: AbortSignal,
  work: Promise<void>,
): Promise<void> {
  const patience = new AbortController();
  const pause = clock.sleep(ms, AbortSignal.any([patience.signal, stopped]));
  await Promise.race([work, pause.catch(() => undefined)]);
  patience.abort();
}
