import type { ModelPrice } from '../config/models-schema.ts';
import type { CallMeter, ModelEngine, ModelRequest, Usage } from '../contracts/models.ts';
import { modelFault } from '../models/fault.ts';
import { tokenUpperBound } from '../models/tokens.ts';
import type { CallToPay, Ledger } from './ledger.ts';
import { costMicroUsd, reserveMicroUsd } from './price.ts';

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

/**
 * Reserves before each attempt of a paid call and settles after it. The input is bounded by its bytes where that
 * already fits the budget; only where it does not, or where pictures make it meaningless, the engine is asked to count.
 */
export function createCallMeter(options: {
  ledger: Ledger;
  engine: ModelEngine;
  call: CallToPay;
  request: ModelRequest;
  price: ModelPrice;
  /** The settled cost of each attempt. */
  onSettled(microUsd: number): void;
}): CallMeter {
  const { ledger, engine, call, request, price } = options;
  const reserves = new Map<number, { spendId: string; countedTokens: number }>();

  const reserve = (attempt: number, countedTokens: number): boolean => {
    const spendId = ledger.reserve(call, reserveMicroUsd(price, countedTokens, request.maxOutputTokens));
    if (spendId) reserves.set(attempt, { spendId, countedTokens });
    return spendId !== undefined;
  };

  return {
    async open(attempt, signal) {
      const bound = tokenUpperBound(request);
      if (bound !== undefined && reserve(attempt, bound)) return;
      const counted = await engine.countTokens?.(request, signal);
      if (counted !== undefined && reserve(attempt, counted)) return;
      throw modelFault({
        code: 'over-budget',
        engine: engine.name,
        model: request.model,
        message: 'this call does not fit what is left of the budget',
      });
    },
    close(attempt, usage, outcome, outputCharacters) {
      const reserved = reserves.get(attempt);
      if (!reserved) return;
      reserves.delete(attempt);
      const { spendId, countedTokens } = reserved;
      // Nothing was answered: a refused or failed request is not billed.
      if (!usage && outputCharacters === 0 && outcome === 'fault') return ledger.release(spendId);
      const known = usage ?? { ...noUsage, inputTokens: countedTokens };
      const complete = outcome === 'done';
      const spent = complete
        ? known
        : {
            ...known,
            // Cut off in the middle: at least what was seen, each character counted as if it were its own token.
            outputTokens: Math.min(request.maxOutputTokens, Math.max(known.outputTokens, outputCharacters)),
          };
      const microUsd = costMicroUsd(price, spent);
      ledger.settle(spendId, { microUsd, usage: spent, estimated: !complete });
      options.onSettled(microUsd);
    },
  };
}
