import type { JsonObject } from './json.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `skipped`: not set up, which is no fault. */
  readonly state: 'ok' | 'warning' | 'failure' | 'skipped';
  /** What was found, in a few words; never a secret. */
  readonly detail: string;
  /** What to do about it, one line. */
  readonly remedy?: string;
  /** Figures, for `--json`. */
  readonly facts?: JsonObject;
}

/** A look at a service over its own API, made by the part that knows it. */
export interface ServiceProbe {
  readonly name: string;
  /** Never throws. `serverTime` is what the service's clock says, UTC milliseconds. */
  look(signal: AbortSignal): Promise<Omit<Check, 'name'> & { readonly serverTime?: number }>;
}
