import type { EngineLimits } from '../config/models-schema.ts';
import type { ModelFault, ModelFaultCode } from '../contracts/models.ts';
import { isTransient } from './fault.ts';

/** A model's slip: asking once more often helps, asking twice more never did. */
const slips: ReadonlySet<ModelFaultCode> = new Set(['unknown-tool', 'empty-output', 'bad-output']);

/** Decides for one call, fault by fault, whether and when it is tried again. */
export interface RetryPlan {
  /** How long to wait before the next attempt; undefined: give up with this fault. */
  next(fault: ModelFault): number | undefined;
}

/**
 * Full jitter: anything between nothing and the exponential step, so that calls that failed together do not come back
 * together. Where the service says how long, that is how long; if that is too long, somebody else should answer.
 */
export function createRetryPlan(
  limits: Pick<EngineLimits, 'retries' | 'retryBaseMs' | 'retryMaxMs'>,
  random: () => number,
): RetryPlan {
  let retried = 0;
  let slipped = false;

  return {
    next(fault) {
      const slip = slips.has(fault.code);
      if (retried >= limits.retries || !(slip || isTransient(fault)) || (slip && slipped)) return undefined;
      const asked = fault.retryAfterMs ?? 0;
      if (asked > limits.retryMaxMs * 4) return undefined;
      const step = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** retried);
      retried++;
      slipped ||= slip;
      return asked > 0 ? asked : Math.floor(random() * step);
    },
  };
}
