import { nextDaily } from '../calendar.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Notifier } from '../contracts/notifier.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import type { Database } from '../db/database.ts';
import { count, eq, gte, sql } from '../db/drizzle.ts';
import { approvals } from '../db/schema/control.ts';
import { tasks } from '../db/schema/work.ts';
import { formatUsd } from '../money/price.ts';

const digestKind = 'daily-digest';
const household = 'household';
const dayMs = 86_400_000;

/** Once a day, at the hour of steward.yaml, what happened since the same time yesterday. */
export function createDigest(options: {
  database: Database;
  clock: Clock;
  scheduler: Scheduler;
  notifier: Notifier;
  outbox: Outbox;
  timezone(): string;
  digestHour(): number;
}): { readonly dueHandlers: readonly DueHandler[]; start(): void } {
  const { database, clock, scheduler, outbox } = options;

  const arm = (): void =>
    scheduler.at({
      kind: digestKind,
      subjectId: household,
      dueAt: nextDaily(clock.now(), options.digestHour() * 60, options.timezone()),
    });

  return {
    /** An hour that passed while Steward was off is made up for at once. */
    start() {
      if (!scheduler.find(digestKind, household)) database.write(arm);
    },
    dueHandlers: [
      {
        kind: digestKind,
        run() {
          options.notifier.notify({
            kind: 'digest',
            markdown: digestText(database, clock.now() - dayMs),
          });
          arm();
        },
        afterwards: () => outbox.flush(),
      },
    ],
  };
}

function digestText({ orm }: Database, since: number): string {
  const rows = orm
    .select({
      state: tasks.state,
      engine: tasks.engine,
      n: count(),
      cost: sql<number>`sum(${tasks.costMicroUsd})`,
    })
    .from(tasks)
    .where(gte(tasks.createdAt, since))
    .groupBy(tasks.state, tasks.engine)
    .all();
  const of = (fits: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(fits).reduce((sum, row) => sum + row.n, 0);
  const answered = of((row) => row.state === 'answered');
  const paid = of((row) => row.state === 'answered' && row.engine === 'anthropic');
  const open = orm.select({ n: count() }).from(approvals).where(eq(approvals.state, 'open')).get()?.n ?? 0;
  return [
    '**The last 24 hours**',
    '',
    `- messages: ${of(() => true)}`,
    `- answered: ${answered}, ${paid} by Claude`,
    `- failed: ${of((row) => row.state === 'failed')}`,
    `- cost: ${formatUsd(rows.reduce((sum, row) => sum + row.cost, 0))}`,
    `- decisions open: ${open}`,
  ].join('\n');
}
