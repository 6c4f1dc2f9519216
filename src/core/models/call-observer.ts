import type { ModelFaultCode } from '../contracts/models.ts';
import type { BreakerState } from './breaker.ts';

/** For metrics; must not throw. */
export interface CallObserver {
  retried?(engine: string, code: ModelFaultCode): void;
  /** Each attempt that failed, and each call that the breaker refused; not the cancelled ones. */
  faulted?(engine: string, code: ModelFaultCode): void;
  breakerChanged?(engine: string, state: BreakerState): void;
  /** How many calls wait for a slot now. */
  queued?(engine: string, waiting: number): void;
  /** From the start of an attempt to its first text or tool call. */
  firstToken?(engine: string, ms: number): void;
}
