import { describe, expect, test } from 'vitest';
import { dayOf } from '../../../src/core/calendar.ts';
import { costMicroUsd, formatUsd, reserveMicroUsd } from '../../../src/core/money/price.ts';

const price = {
  input: 0.1,
  output: 0.5,
  cacheRead: 0.01,
  cacheWrite: 0.125,
  longPrompt: { abovePromptTokens: 100_000, input: 0.5, output: 2.5, cacheRead: 0.05, cacheWrite: 0.625 },
};
const usage = (change: object) => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  ...change,
});

describe('the cost of a call', () => {
  test('counts each kind of token at its own price, in micro-dollars', () => {
    expect(costMicroUsd(price, usage({ inputTokens: 1000, outputTokens: 200 }))).toBe(200);
    expect(costMicroUsd(price, usage({ cacheReadTokens: 1000, cacheWriteTokens: 1000 }))).toBe(135);
  });

  test('is rounded up, so that nothing is free', () => {
    expect(costMicroUsd(price, usage({ cacheReadTokens: 1 }))).toBe(1);
  });

  test('follows the second rate card when the prompt, with what is cached, is long', () => {
    expect(costMicroUsd(price, usage({ inputTokens: 60_000, cacheReadTokens: 50_000 }))).toBe(32_500);
  });

  test('never exceeds the reserve made from the true count', () => {
    for (const inputTokens of [1, 999, 90_000, 99_999, 100_001, 500_000])
      for (const split of [usage({ inputTokens }), usage({ cacheWriteTokens: inputTokens })])
        expect(costMicroUsd(price, { ...split, outputTokens: 4096 })).toBeLessThanOrEqual(
          reserveMicroUsd(price, inputTokens, 4096),
        );
  });

  test('reads well at every size', () => {
    expect([0, 1, 200, 31_000, 1_200_000].map(formatUsd)).toEqual([
      '$0',
      '<$0.0001',
      '$0.0002',
      '$0.0310',
      '$1.20',
    ]);
  });
});

test('a day is the day of the household', () => {
  const at = Date.UTC(2026, 10, 24, 23, 30);
  expect(dayOf(at, 'UTC')).toBe('2026-11-24');
  expect(dayOf(at, 'Europe/Berlin')).toBe('2026-11-25');
  expect(dayOf(at, 'America/Los_Angeles')).toBe('2026-11-24');
});
