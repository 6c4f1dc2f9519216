import { describe, expect, test } from 'vitest';
import { spend } from '../../../src/core/db/schema/money.ts';
import { createLedger } from '../../../src/core/money/ledger.ts';
import { testDatabase } from '../../support/database.ts';

const call = { traceId: 't', taskId: 'task', personId: 'p', model: 'claude-haiku-5-5' };
const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 };

function setup(
  limits: { dayUsd: number; monthUsd: number; personDayUsd?: number } = { dayUsd: 1, monthUsd: 2 },
) {
  const base = testDatabase();
  const ledgerOf = (runId: string) =>
    createLedger({ ...base, runId, limits: () => ({ ...limits, timezone: 'UTC' }) });
  return { ...base, ledger: ledgerOf('run-1'), ledgerOf };
}

describe('the ledger', () => {
  test('counts reserves as spent, so that calls at once cannot overrun the day', () => {
    const { ledger } = setup();
    const reserved = Array.from({ length: 50 }, () => ledger.reserve(call, 30_000)).filter(Boolean);
    expect(reserved).toHaveLength(33);
    expect(ledger.balance().dayMicroUsd).toBe(990_000);
  });

  test('gives back what was not used', () => {
    const { ledger } = setup();
    const id = ledger.reserve(call, 900_000) ?? '';
    expect(ledger.reserve(call, 200_000)).toBeUndefined();
    expect(ledger.settle(id, { microUsd: 1_000, usage, estimated: false })).toBe(false);
    expect(ledger.reserve(call, 200_000)).toBeDefined();
  });

  test('a month is full though the day is not', async () => {
    const { ledger, clock } = setup();
    for (let day = 0; day < 2; day++) {
      ledger.reserve(call, 1_000_000);
      await clock.advance(86_400_000);
    }
    expect(ledger.balance()).toMatchObject({ dayMicroUsd: 0, monthMicroUsd: 2_000_000 });
    expect(ledger.reserve(call, 1)).toBeUndefined();
  });

  test('a clock that was put back over midnight gives no second budget', async () => {
    const { ledger, clock } = setup();
    await clock.advance(86_400_000);
    expect(ledger.reserve(call, 1_000_000)).toBeDefined();
    clock.putBack(3_600_000 * 13);
    expect(ledger.reserve(call, 1)).toBeUndefined();
    expect(ledger.usedUp('p')).toBe('today');
  });

  test('one person has their own share of it, and the others the rest', () => {
    const { ledger } = setup({ dayUsd: 1, monthUsd: 2, personDayUsd: 0.3 });
    expect(ledger.reserve(call, 300_000)).toBeDefined();
    expect(ledger.reserve(call, 1)).toBeUndefined();
    expect(ledger.usedUp('p')).toBe('one person for today');
    expect(ledger.usedUp('q')).toBeUndefined();
    expect(ledger.reserve({ ...call, personId: 'q' }, 300_000)).toBeDefined();
    expect(ledger.balance('q')).toMatchObject({ dayMicroUsd: 300_000, dayLimitMicroUsd: 300_000 });
  });

  test('marks a call that cost more than its reserve', () => {
    const { ledger, database } = setup();
    const id = ledger.reserve(call, 100) ?? '';
    expect(ledger.settle(id, { microUsd: 101, usage, estimated: false })).toBe(true);
    expect(database.orm.select().from(spend).get()).toMatchObject({ note: 'exceeded', microUsd: 101 });
  });

  test('counts the whole reserve of a run that died, and leaves those of this run alone', () => {
    const { ledger, ledgerOf, database } = setup();
    ledger.reserve(call, 500);
    const second = ledgerOf('run-2');
    second.reserve(call, 700);
    second.settleAbandoned();
    expect(database.orm.select().from(spend).all()).toMatchObject([
      { runId: 'run-1', state: 'settled', note: 'estimated', microUsd: 500 },
      { runId: 'run-2', state: 'reserved', microUsd: 700 },
    ]);
  });
});
