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
  /** What one person may spend of it; as much as all together where nothing is said. */
  readonly personDayUsd?: number | undefined;
  readonly personMonthUsd?: number | undefined;
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
  /** Spent and reserved so far, by all or by one person; reserves count as spent until they are settled. */
  balance(personId?: string): Balance;
  /** Whose budget of which period leaves nothing, of all or of this person: words for a sentence. */
  usedUp(personId: string | undefined): string | undefined;
  /** Sets the amount aside, or undefined when it does not fit today or this month. One transaction decides. */
  reserve(call: CallToPay, microUsd: number): string | undefined;
  /** Replaces the reserve by what was used; true when that was more than the reserve. */
  settle(spendId: string, actual: { microUsd: number; usage: Usage; estimated: boolean }): boolean;
  /** Gives the reserve back: the call was never answered. */
  release(spendId: string): void;
  /** Reserves of runs that are dead stay spent: what was used is not known, so it is counted upward. */
  settleAbandoned(): void;
}

const dayMs = 86_400_000;

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

  /**
   * What was spent on the day after counts too: a clock that was put back over midnight gives no second budget. Later
   * days are those of a clock that was wrong.
   */
  const spentSince = (firstDay: string, personId: string | undefined, timezone: string): number => {
    const lastDay = dayOf(clock.now() + dayMs, timezone);
    const isMeant = and(gte(spend.day, firstDay), lte(spend.day, lastDay));
    const row = orm
      .select({ total })
      .from(spend)
      .where(personId === undefined ? isMeant : and(isMeant, eq(spend.personId, personId)))
      .get();
    return row?.total ?? 0;
  };

  const balance = (personId?: string): Balance => {
    const { dayUsd, monthUsd, personDayUsd, personMonthUsd, timezone } = limits();
    const day = dayOf(clock.now(), timezone);
    const isOne = personId !== undefined;
    return {
      dayMicroUsd: spentSince(day, personId, timezone),
      monthMicroUsd: spentSince(`${day.slice(0, 7)}-01`, personId, timezone),
      dayLimitMicroUsd: microUsdOf(isOne ? Math.min(personDayUsd ?? dayUsd, dayUsd) : dayUsd),
      monthLimitMicroUsd: microUsdOf(isOne ? Math.min(personMonthUsd ?? monthUsd, monthUsd) : monthUsd),
    };
  };

  /** Without them nobody can have spent more than all together. */
  const hasOwnLimits = (): boolean => {
    const { personDayUsd, personMonthUsd } = limits();
    return personDayUsd !== undefined || personMonthUsd !== undefined;
  };

  const fits = (now: Balance, microUsd: number): boolean =>
    now.dayMicroUsd + microUsd <= now.dayLimitMicroUsd &&
    now.monthMicroUsd + microUsd <= now.monthLimitMicroUsd;

  return {
    balance,
    usedUp(personId) {
      const periodOf = (now: Balance): string | undefined => {
        if (now.dayMicroUsd >= now.dayLimitMicroUsd) return 'today';
        return now.monthMicroUsd >= now.monthLimitMicroUsd ? 'this month' : undefined;
      };
      const ofAll = periodOf(balance());
      if (ofAll !== undefined || personId === undefined || !hasOwnLimits()) return ofAll;
      const ofPerson = periodOf(balance(personId));
      return ofPerson && `one person for ${ofPerson}`;
    },
    reserve(call, microUsd) {
      return database.write(() => {
        if (!fits(balance(), microUsd)) return undefined;
        if (hasOwnLimits() && !fits(balance(call.personId), microUsd)) return undefined;
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
