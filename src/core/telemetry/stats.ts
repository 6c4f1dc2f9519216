import { daysAfter, dayOf, firstInstantOfDay } from '../calendar.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Database } from '../db/database.ts';
import { and, count, desc, eq, gte, lt, lte, sql } from '../db/drizzle.ts';
import { approvals } from '../db/schema/control.ts';
import { spend } from '../db/schema/money.ts';
import { signals, tasks } from '../db/schema/work.ts';
import { savedMicroUsd } from '../money/savings.ts';
import { type FirstText, firstTextOf } from './first-text.ts';

/** How many of how many; undefined where there are none to judge. */
export interface Share {
  readonly part: number;
  readonly of: number;
}

/** A day of the household, or some days together where there are too many to show. */
export interface StatsPeriod {
  /** YYYY-MM-DD */
  readonly firstDay: string;
  readonly costMicroUsd: number;
  /** What the answers given at home would have cost by the fast model of Claude. */
  readonly savedMicroUsd: number;
  readonly firstText: FirstText | undefined;
}

/** The last days in figures: today and those before it. Messages count on the day on which they came. */
export interface HouseholdStats {
  readonly days: number;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly messages: number;
  readonly answered: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly costMicroUsd: number;
  readonly savedMicroUsd: number;
  /** Answers by the model that gave them, most first; undefined: given again without asking one. */
  readonly models: readonly { readonly name: string | undefined; readonly answers: number }[];
  /** Oldest first, without gaps, each of `periodDays` days; the last may be shorter. */
  readonly periods: readonly StatsPeriod[];
  readonly periodDays: number;
  readonly firstText: FirstText | undefined;
  /** Failed, of all that were answered or failed. */
  readonly errors: Share | undefined;
  /** Answered and not complained of, of all that ended but what its writer took back. */
  readonly wentWell: Share | undefined;
  /** Said yes to, of the proposals that were decided in these days. */
  readonly approved: Share | undefined;
}

/** What a picture of a phone's width can show. */
const mostPeriods = 31;

export function householdStats(
  options: {
    readonly database: Database;
    readonly models: ModelsConfig;
    readonly timezone: string;
    readonly now: number;
  },
  days: number,
): HouseholdStats {
  const { database, models, timezone, now } = options;
  const { orm } = database;
  const lastDay = dayOf(now, timezone);
  const firstDay = daysAfter(lastDay, 1 - days);
  const until = firstInstantOfDay(daysAfter(lastDay, 1), timezone);
  const from = firstInstantOfDay(firstDay, timezone);
  // A plus before the state keeps SQLite from its index, behind which nearly all that ever was stands.
  const inTime = and(gte(tasks.createdAt, from), lt(tasks.createdAt, until));

  const byState = new Map(
    orm
      .select({ state: tasks.state, n: count() })
      .from(tasks)
      .where(inTime)
      .groupBy(sql`+${tasks.state}`)
      .all()
      .map(({ state, n }) => [state, n]),
  );
  const [answered = 0, failed = 0] = [byState.get('answered'), byState.get('failed')];

  const byModel = orm
    .select({ name: tasks.model, answers: count() })
    .from(tasks)
    .where(and(inTime, sql`+${tasks.state} = 'answered'`))
    .groupBy(tasks.model)
    .orderBy(desc(count()), tasks.model)
    .all();

  const costByDay = orm
    .select({ day: spend.day, microUsd: sql<number>`sum(${spend.microUsd})` })
    .from(spend)
    .where(and(eq(spend.state, 'settled'), gte(spend.day, firstDay), lte(spend.day, lastDay)))
    .groupBy(spend.day)
    .all();
  const costIn = (first: string, end: string): number =>
    costByDay.reduce((sum, { day, microUsd }) => sum + (day >= first && day < end ? microUsd : 0), 0);

  const periodDays = Math.ceil(days / mostPeriods);
  const periodOf = (n: number): StatsPeriod => {
    const first = daysAfter(firstDay, n * periodDays);
    const end = daysAfter(firstDay, Math.min(days, (n + 1) * periodDays));
    const [begin, over] = [firstInstantOfDay(first, timezone), firstInstantOfDay(end, timezone)];
    return {
      firstDay: first,
      costMicroUsd: costIn(first, end),
      savedMicroUsd: savedMicroUsd(database, models, begin, over),
      firstText: firstTextOf(database, begin, over),
    };
  };

  const judged = judgedIn(database, from, until);
  const decided = decidedIn(database, from, until);
  return {
    days,
    firstDay,
    lastDay,
    messages: [...byState.values()].reduce((sum, n) => sum + n, 0),
    answered,
    failed,
    cancelled: byState.get('cancelled') ?? 0,
    costMicroUsd: costIn(firstDay, daysAfter(lastDay, 1)),
    savedMicroUsd: savedMicroUsd(database, models, from, until),
    models: byModel.map(({ name, answers }) => ({ name: name ?? undefined, answers })),
    periods: Array.from({ length: Math.ceil(days / periodDays) }, (_, n) => periodOf(n)),
    periodDays,
    firstText: firstTextOf(database, from, until),
    errors: shareOf(failed, answered + failed),
    wentWell: shareOf(judged.well, judged.ended),
    approved: shareOf(decided.filter(Boolean).length, decided.length),
  };
}

const shareOf = (part: number, of: number): Share | undefined => (of === 0 ? undefined : { part, of });

/**
 * What a person said of an answer counts, the last word of several; where nobody did, asking again and stopping it
 * speak against it. A message that was taken back, or dropped before its turn, is nothing to judge.
 */
function judgedIn({ orm }: Database, from: number, until: number): { ended: number; well: number } {
  const verdict = sql`(select ${signals.kind} from ${signals} where ${signals.taskId} = ${tasks.id}
    and ${signals.kind} in ('good', 'bad') order by ${signals.id} desc limit 1)`;
  const has = (
    ...kinds: string[]
  ) => sql`exists (select 1 from ${signals} where ${signals.taskId} = ${tasks.id}
    and ${signals.kind} in ${kinds})`;
  const well = sql`${tasks.state} = 'answered' and
    coalesce(${verdict} = 'good', not ${has('retry', 'reask', 'stop')})`;
  return orm.get<{ ended: number; well: number }>(sql`
    select count(*) as ended, coalesce(sum(${well}), 0) as well from ${tasks}
    where ${tasks.createdAt} >= ${from} and ${tasks.createdAt} < ${until}
      and (+${tasks.state} in ('answered', 'failed') or (+${tasks.state} = 'cancelled' and ${has('stop')}))`);
}

/** Yes or no of each proposal; "later" is neither. */
function decidedIn({ orm }: Database, from: number, until: number): boolean[] {
  return orm
    .select({ choice: approvals.choice, choices: approvals.choices })
    .from(approvals)
    .where(
      and(
        eq(approvals.kind, 'change'),
        eq(approvals.state, 'decided'),
        gte(approvals.decidedAt, from),
        lt(approvals.decidedAt, until),
      ),
    )
    .all()
    .flatMap(({ choice, choices }) => {
      const style = choices.find(({ name }) => name === choice)?.style;
      return style === undefined ? [] : [style === 'success'];
    });
}
