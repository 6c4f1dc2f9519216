import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq, inArray, isNotNull } from '../db/drizzle.ts';
import { answerCache } from '../db/schema/routing.ts';
import { decisions, signals, tasks } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';

interface Source {
  readonly database: Database;
  readonly ids: IdSource;
  readonly clock: Clock;
}

type NewTask = typeof tasks.$inferInsert;

/** A message that waits for its turn. In the caller's transaction. */
export function addTask(
  { database, ids, clock }: Source,
  task: Pick<NewTask, 'threadId' | 'personId' | 'inboxId' | 'text'> & Partial<NewTask>,
): void {
  database.orm
    .insert(tasks)
    .values({
      ...task,
      id: ids.next(),
      traceId: ids.traceId(),
      state: 'received',
      interruptions: 0,
      inputTokens: 0,
      outputTokens: 0,
      costMicroUsd: 0,
      createdAt: clock.now(),
    })
    .run();
}

type SignalKind = (typeof signals.$inferInsert)['kind'];
type Outcome = NonNullable<(typeof decisions.$inferSelect)['outcome']>;

/** What a signal says of the decision that led to the answer. */
const outcomes: Readonly<Partial<Record<SignalKind, Outcome>>> = {
  good: 'good',
  bad: 'bad',
  retry: 'reask',
  reask: 'reask',
  escalated: 'escalated',
};

/** What a person or the program thinks of an answer. In the caller's transaction. */
export function addSignal(
  { database, ids, clock }: Source,
  task: { readonly id: string; readonly traceId: string },
  kind: SignalKind,
  reason?: string,
): void {
  database.orm
    .insert(signals)
    .values({
      id: ids.next(),
      taskId: task.id,
      traceId: task.traceId,
      kind,
      reason: reason ?? null,
      at: clock.now(),
    })
    .run();
  const outcome = outcomes[kind];
  if (!outcome) return;
  noteOutcome(database, task.id, { outcome, outcomeAt: clock.now() });
  if (outcome !== 'good') forgetCached(database, task.id);
}

/** An answer that was not good is not given again, nor the one that it repeated. */
function forgetCached({ orm }: Database, taskId: string): void {
  const given = orm.select({ from: tasks.cachedFrom }).from(tasks).where(eq(tasks.id, taskId)).get();
  orm
    .delete(answerCache)
    .where(inArray(answerCache.taskId, [taskId, given?.from ?? taskId]))
    .run();
}

/** What became of the last decision of a turn that named a model; null takes back what was said. */
export function noteOutcome(
  { orm }: Database,
  taskId: string,
  what: { readonly outcome: Outcome | null; readonly outcomeAt: number | null },
): void {
  const decision = orm
    .select({ id: decisions.id })
    .from(decisions)
    .where(and(eq(decisions.taskId, taskId), isNotNull(decisions.model)))
    .orderBy(desc(decisions.id))
    .limit(1)
    .get();
  if (decision) orm.update(decisions).set(what).where(eq(decisions.id, decision.id)).run();
}
