import type { Clock } from '../contracts/clock.ts';
import type { Usage } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import { and, eq, gte, lte, ne, sql } from '../db/drizzle.ts';
import { spend } from '../db/schema/money.ts';
import type { IdSource } from '../ids.ts';
import { dayOf } from '../calendar.ts';
import { microUsdOf } from './price.ts';

export interface Limits {
  readonly dayUsd: number;
  readonly monthUsd: number;
  readonly timezone: string;
}

export interface Balance {
  readonly dayMicroUsd: number;
  readonly monthMicroUsd: number;
  readonly dayLimitMicroUsd: number;
  readonly monthLimitMicroUsd: number;
}

export interface CallToPay {
  readonly traceId: string;
  readonly taskId: string;
  readonly personId: string;
  readonly model: string;
}

export interface Ledger {
  /** Spent and reserved so far; reserves count as spent until they are settled. */
  balance(): Balance;
  /** Sets the amount aside, or undefined when it does not fit today or this month. One transaction decides. */
  reserve(call: CallToPay, microUsd: number): string | undefined;
  /** Replaces the reserve by what was used; true when that was more than the reserve. */
  settle(spendId: string, actual: { microUsd: number; usage: Usage; estimated: boolean }): boolean;
  /** Gives the reserve back: the call was never answered. */
  release(spendId: string): void;
  /** Reserves of runs that are dead stay spent: what was used is not known, so it is counted upward. */
  settleAbandoned(): void;
}

export function createLedger(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  runId: string;
  limits(): Limits;
  /** After each call that was paid, with what is spent by then. */
  onSpent?(balance: Balance): void;
}): Ledger {
  const { database, ids, clock, runId, limits } = options;
  const { orm } = database;
  const total = sql<number>`coalesce(sum(${spend.microUsd}), 0)`;

  const balance = (): Balance => {
    const { dayUsd, monthUsd, timezone } = limits();
    const day = dayOf(clock.now(), timezone);
    const month = day.slice(0, 7);
    const today = orm.select({ total }).from(spend).where(eq(spend.day, day)).get();
    const thisMonth = orm
      .select({ total })
      .from(spend)
      .where(and(gte(spend.day, `${month}-01`), lte(spend.day, `${month}-31`)))
      .get();
    return {
      dayMicroUsd: today?.total ?? 0,
      monthMicroUsd: thisMonth?.total ?? 0,
      dayLimitMicroUsd: microUsdOf(dayUsd),
      monthLimitMicroUsd: microUsdOf(monthUsd),
    };
  };

  return {
    balance,
    reserve(call, microUsd) {
      return database.write(() => {
        const now = balance();
        if (now.dayMicroUsd + microUsd > now.dayLimitMicroUsd) return undefined;
        if (now.monthMicroUsd + microUsd > now.monthLimitMicroUsd) return undefined;
        const id = ids.next();
        orm
          .insert(spend)
          .values({
            id,
            ...call,
            runId,
            state: 'reserved',
            reservedMicroUsd: microUsd,
            microUsd,
            inputTokens: 0,
            outputTokens: 0,
            cacheReadTokens: 0,
            cacheWriteTokens: 0,
            day: dayOf(clock.now(), limits().timezone),
            at: clock.now(),
          })
          .run();
        return id;
      });
    },
    settle(spendId, { microUsd, usage, estimated }) {
      const isAbove = database.write(() => {
        const row = orm.select().from(spend).where(eq(spend.id, spendId)).get();
        if (!row) return false;
        const exceeded = microUsd > row.reservedMicroUsd;
        orm
          .update(spend)
          .set({
            state: 'settled',
            microUsd,
            ...usage,
            note: exceeded ? 'exceeded' : estimated ? 'estimated' : null,
          })
          .where(eq(spend.id, spendId))
          .run();
        return exceeded;
      });
      options.onSpent?.(balance());
      return isAbove;
    },
    release(spendId) {
      database.write(() =>
        orm.update(spend).set({ state: 'settled', microUsd: 0 }).where(eq(spend.id, spendId)).run(),
      );
    },
    settleAbandoned() {
      database.write(() =>
        orm
          .update(spend)
          .set({ state: 'settled', note: 'estimated' })
          .where(and(eq(spend.state, 'reserved'), ne(spend.runId, runId)))
          .run(),
      );
    },
  };
}
