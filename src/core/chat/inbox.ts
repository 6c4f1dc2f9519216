import type { InboundEvent } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Door } from '../access/door.ts';
import { addSignal, addTask } from '../conversation/births.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, eq, inArray } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';

export interface Inbox {
  /**
   * Stores a batch in one commit and drops what was stored before; the effects that need no one else (a task for a
   * message, an edit or deletion of a waiting one) are part of it. Throws StorageFault with nothing kept.
   */
  accept(events: readonly InboundEvent[]): void;
}

export interface InboxOptions {
  readonly database: Database;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly door: Door;
  readonly threads: Threads;
  /** Set for a one-shot run: the live copy leaves its rows alone. */
  readonly ownerRun?: string;
  /** After the commit: something may stand in the outbox, said at the door. */
  onRefused(): void;
  /** After the commit: there are new messages. */
  onMessages(): void;
  /** After the commit: a command, press or stop stands in this row. */
  onControl(inboxId: string): void;
  /** After the commit: a waiting or running task lost its message. */
  onWithdrawn(taskId: string): void;
}

const controlKinds = new Set<InboundEvent['kind']>(['command', 'press', 'form', 'stop']);

export function createInbox(options: InboxOptions): Inbox {
  const { database, ids, clock, door, threads } = options;
  const { orm } = database;
  const ownerRun = options.ownerRun ?? null;

  const insert = (
    event: InboundEvent,
    inboxId: string,
  ): { personId: string; threadId: string } | undefined => {
    const { address } = event;
    const person = door.admit(event);
    if (!person) return undefined;
    const threadId = threads.at(address, event.chat?.kind).id;
    const inserted = orm
      .insert(inbox)
      .values({
        id: inboxId,
        platform: address.platform,
        account: address.account,
        kind: event.kind,
        nativeId: event.nativeId,
        revision: event.revision,
        event,
        personId: person.id,
        threadId,
        state: controlKinds.has(event.kind) ? 'received' : 'done',
        ownerRun,
        receivedAt: clock.now(),
      })
      .onConflictDoNothing()
      .run();
    return inserted.changes === 0 ? undefined : { personId: person.id, threadId };
  };

  /** The task that a message of this native id in this chat became. */
  const taskOf = (event: InboundEvent, nativeId: string) =>
    orm
      .select({ id: tasks.id, traceId: tasks.traceId, state: tasks.state })
      .from(tasks)
      .innerJoin(inbox, eq(inbox.id, tasks.inboxId))
      .where(
        and(
          eq(inbox.platform, event.address.platform),
          eq(inbox.account, event.address.account),
          eq(inbox.kind, 'message'),
          eq(inbox.nativeId, nativeId),
          eq(tasks.threadId, threads.at(event.address).id),
        ),
      )
      .get();

  return {
    accept(batch) {
      const after: (() => void)[] = [];
      let messages = false;
      let refused = false;
      database.write(() => {
        for (const event of batch) {
          const inboxId = ids.next();
          const place = insert(event, inboxId);
          if (!place) {
            refused = true;
            continue;
          }
          if (event.kind === 'message') {
            messages = true;
            addTask(options, {
              ...place,
              inboxId,
              ownerRun,
              text: event.text,
              quote: event.quote?.text ?? null,
              quoteAuthor: event.quote?.author ?? null,
              forwardedFrom: event.forwardedFrom ?? null,
            });
          } else if (event.kind === 'edit') {
            const task = taskOf(event, event.nativeId);
            if (task?.state === 'received')
              orm.update(tasks).set({ text: event.text }).where(eq(tasks.id, task.id)).run();
            else if (task) addSignal(options, task, 'edited');
          } else if (event.kind === 'deletion') {
            const task = taskOf(event, event.targetNativeId);
            if (!task) continue;
            const withdrawn = orm
              .update(tasks)
              .set({ state: 'cancelled', endedAt: clock.now() })
              .where(and(eq(tasks.id, task.id), inArray(tasks.state, ['received', 'waiting'])))
              .run();
            if (withdrawn.changes > 0) after.push(() => options.onWithdrawn(task.id));
          } else if (controlKinds.has(event.kind)) {
            after.push(() => options.onControl(inboxId));
          }
        }
      });
      if (refused) options.onRefused();
      if (messages) options.onMessages();
      for (const effect of after) effect();
    },
  };
}
