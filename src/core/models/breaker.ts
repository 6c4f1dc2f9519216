import type { Clock } from '../contracts/clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** What an admitted call says when it is over: exactly one of these, once. */
interface BreakerTicket {
  succeeded(): void;
  failed(): void;
  /** It says nothing about the service: cancelled, or refused for its own sake. */
  neutral(): void;
}

/**
 * Stops asking a service that failed `faults` times in a row; after `openMs` one call tries whether it is back. Our
 * own because cockatiel's reads the real time, lets calls wait for that trial instead of refusing them, and counts a
 * promise, not a stream.
 */
export interface Breaker {
  state(): BreakerState;
  /** Would `admit` refuse now? */
  refuses(): boolean;
  /** Undefined while open, and while another call is the trial. */
  admit(): BreakerTicket | undefined;
  /** Until the next trial may start. */
  waitMs(): number;
}

export interface BreakerOptions {
  readonly faults: number;
  readonly openMs: number;
  readonly clock: Clock;
  readonly onChange: (state: BreakerState) => void;
}

export function createBreaker(options: BreakerOptions): Breaker {
  let state: BreakerState = 'closed';
  let inARow = 0;
  let openUntil = 0;
  let trial = false;

  const move = (to: BreakerState): void => {
    if (state === to) return;
    state = to;
    options.onChange(to);
  };
  const look = (): BreakerState => {
    if (state === 'open' && options.clock.now() >= openUntil) move('half-open');
    return state;
  };
  const open = (): void => {
    openUntil = options.clock.now() + options.openMs;
    inARow = 0;
    move('open');
  };
  const refuses = (): boolean => look() === 'open' || (state === 'half-open' && trial);

  return {
    state: look,
    refuses,
    waitMs: () => (look() === 'open' ? openUntil - options.clock.now() : 0),
    admit() {
      if (refuses()) return undefined;
      const isTrial = state === 'half-open';
      trial = isTrial;
      const settle = (verdict: () => void): void => {
        if (isTrial) trial = false;
        // A call from before the breaker opened comes too late to say anything.
        if (isTrial || state === 'closed') verdict();
      };
      return {
        succeeded: () =>
          settle(() => {
            inARow = 0;
            move('closed');
          }),
        failed: () =>
          settle(() => {
            inARow++;
            if (isTrial || inARow >= options.faults) open();
          }),
        neutral: () => settle(() => undefined),
      };
    },
  };
}
