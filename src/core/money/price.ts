import type { ModelPrice } from '../config/models-schema.ts';
import type { Usage } from '../contracts/models.ts';

/** Dollars per million tokens times tokens is micro-dollars; rounded up, so that no call is counted too low. */
export function costMicroUsd(price: ModelPrice, usage: Usage): number {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const { longPrompt } = price;
  const rates = longPrompt && promptTokens > longPrompt.abovePromptTokens ? longPrompt : price;
  return Math.ceil(
    usage.inputTokens * rates.input +
      usage.outputTokens * rates.output +
      usage.cacheReadTokens * rates.cacheRead +
      usage.cacheWriteTokens * rates.cacheWrite,
  );
}

/**
 * The most a call can cost: 1.1 × the counted input at its dearest rate (a cache write costs more than plain input)
 * and the whole of the allowed output.
 */
export function reserveMicroUsd(
  price: ModelPrice,
  countedInputTokens: number,
  maxOutputTokens: number,
): number {
  const inputTokens = Math.ceil(countedInputTokens * 1.1);
  const { longPrompt } = price;
  const rates = longPrompt && inputTokens > longPrompt.abovePromptTokens ? longPrompt : price;
  return Math.ceil(inputTokens * Math.max(rates.input, rates.cacheWrite) + maxOutputTokens * rates.output);
}

export const microUsdOf = (usd: number): number => Math.round(usd * 1_000_000);

/** `$0.0123`, `$1.20`: as many digits as a small amount needs, never rounded to nothing. */
export function formatUsd(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  if (microUsd === 0) return '$0';
  if (usd >= 1) return `$${usd.toFixed(2)}`;
  if (microUsd < 100) return '<$0.0001';
  return `$${usd.toFixed(4)}`;
}
