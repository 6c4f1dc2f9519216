import type { ModelPrice } from '../config/models-schema.ts';
import type { CallMeter, ModelEngine, ModelFaultCode, ModelRequest, Usage } from '../contracts/models.ts';
import { StorageFault } from '../db/storage-fault.ts';
import { modelFault } from '../models/fault.ts';
import { tokenUpperBound } from '../models/tokens.ts';
import type { CallToPay, Ledger } from './ledger.ts';
import { costMicroUsd, reserveMicroUsd } from './price.ts';

/** The service said no, or was not reached: nothing was read, nothing is billed. A call that fell silent may be. */
const unbilled: ReadonlySet<'done' | ModelFaultCode> = new Set([
  'unreachable',
  'rate-limited',
  'overloaded',
  'server-error',
  'key-refused',
  'model-missing',
  'request-refused',
  'too-long',
] as const);

interface Reserve {
  readonly spendId: string;
  readonly countedTokens: number;
}

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
  /** The settled cost of each attempt; `exceeded` when it was above its reserve, which is a fault of ours. */
  onSettled(microUsd: number, exceeded: boolean): void;
  /** The cost could not be written down; its reserve stays. */
  onUnsettled(fault: StorageFault): void;
}): CallMeter {
  const { ledger, engine, call, request, price } = options;
  const reserves = new Map<number, Reserve>();

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
      try {
        settle(reserved, usage, outcome, outputCharacters);
      } catch (error) {
        // The disk is full: the reserve stays in the books, which is more than was spent, and the answer is not lost.
        if (!(error instanceof StorageFault)) throw error;
        options.onUnsettled(error);
      }
    },
  };

  function settle(
    { spendId, countedTokens }: Reserve,
    usage: Usage | undefined,
    outcome: 'done' | ModelFaultCode,
    outputCharacters: number,
  ): void {
    if (!usage && outputCharacters === 0 && unbilled.has(outcome)) return ledger.release(spendId);
    const known = usage ?? { ...noUsage, inputTokens: countedTokens };
    const complete = outcome === 'done';
    // Cut off in the middle: at least what was seen, each character counted as if it were a token of its own.
    const atMost = Math.min(request.maxOutputTokens, Math.max(known.outputTokens, outputCharacters));
    const spent = complete ? known : { ...known, outputTokens: atMost };
    const microUsd = costMicroUsd(price, spent);
    const exceeded = ledger.settle(spendId, { microUsd, usage: spent, estimated: !complete });
    options.onSettled(microUsd, exceeded);
  }
}
