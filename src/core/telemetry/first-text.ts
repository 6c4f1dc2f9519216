import type { Database } from '../db/database.ts';
import { sql } from '../db/drizzle.ts';
import { approvals } from '../db/schema/control.ts';
import { tasks } from '../db/schema/work.ts';

/** From a message to the first words of its answer. */
export interface FirstText {
  readonly answers: number;
  readonly medianMs: number;
  /** So long or less for 95 of 100. */
  readonly p95Ms: number;
  readonly withinGoal: number;
}

export const firstTextGoalMs = 5_000;

/** An answer that is given again shows whole. Where a person was asked first, the wait for them is not ours. */
const waitedMs = sql`coalesce(${tasks.firstTextAt}, iif(${tasks.cachedFrom} is null, null, ${tasks.endedAt}))
  - iif(exists (select 1 from ${approvals} where ${approvals.subjectId} = ${tasks.id}),
    coalesce(${tasks.startedAt}, ${tasks.createdAt}), ${tasks.createdAt})`;

/** Of the answers to messages in [from, until); undefined where there are none. */
export function firstTextOf({ orm }: Database, from: number, until: number): FirstText | undefined {
  const rows = orm.all<{ ms: number; place: number; answers: number; withinGoal: number }>(sql`
    with waits as (
      select ${waitedMs} as ms from ${tasks}
      where ${tasks.createdAt} >= ${from} and ${tasks.createdAt} < ${until} and +${tasks.state} = 'answered'
    ), ranked as (
      select ms, row_number() over (order by ms) as place, count(*) over () as answers,
        sum(ms < ${firstTextGoalMs}) over () as withinGoal
      from waits where ms is not null
    )
    select * from ranked where place in ((answers + 1) / 2, (95 * answers + 99) / 100)
    order by place`);
  const [median] = rows;
  if (!median) return undefined;
  const { answers, withinGoal } = median;
  return { answers, withinGoal, medianMs: median.ms, p95Ms: rows.at(-1)?.ms ?? median.ms };
}
