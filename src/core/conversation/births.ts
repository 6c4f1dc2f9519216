import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { signals, tasks } from '../db/schema/work.ts';
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

/** What a person or the program thinks of an answer. In the caller's transaction. */
export function addSignal(
  { database, ids, clock }: Source,
  task: { readonly id: string; readonly traceId: string },
  kind: (typeof signals.$inferInsert)['kind'],
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
}
