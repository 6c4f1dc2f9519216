/** The only source of time in core. Tests pass one they move by hand. */
export interface Clock {
  /** UTC milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
