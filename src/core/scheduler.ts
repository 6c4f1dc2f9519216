import type { DueHandler, DueItem, Scheduler } from './contracts/scheduler.ts';
import type { Database } from './db/database.ts';
import { and, asc, eq, lte } from './db/drizzle.ts';
import { dueItems } from './db/schema/control.ts';
import type { Logger } from './telemetry/log.ts';

const retryMs = 60_000;
const batch = 200;

export function createScheduler(options: {
  database: Database;
  log: Logger;
  handlers(): readonly DueHandler[];
}): Scheduler {
  const { database, log } = options;
  const { orm } = database;
  const is = (item: Pick<DueItem, 'kind' | 'subjectId'>) =>
    and(eq(dueItems.kind, item.kind), eq(dueItems.subjectId, item.subjectId));

  const runOne = (item: DueItem, handler: DueHandler, now: number): void => {
    try {
      database.write(() => {
        orm.delete(dueItems).where(is(item)).run();
        handler.run(item);
      });
      handler.afterwards?.(item);
    } catch (error) {
      log.error(
        { kind: item.kind, subject: item.subjectId, reason: String(error) },
        'due item failed, tried again later',
      );
      postpone(item, now + retryMs);
    }
  };

  const postpone = (item: DueItem, dueAt: number): void => {
    try {
      database.write(() => orm.update(dueItems).set({ dueAt }).where(is(item)).run());
    } catch (error) {
      // The disk is full: it stays due and is tried at the next tick.
      log.error({ kind: item.kind, reason: String(error) }, 'due item not postponed');
    }
  };

  return {
    at({ payload = {}, ...item }) {
      orm
        .insert(dueItems)
        .values({ ...item, payload })
        .onConflictDoUpdate({
          target: [dueItems.kind, dueItems.subjectId],
          set: { dueAt: item.dueAt, payload },
        })
        .run();
    },
    cancel(kind, subjectId) {
      orm.delete(dueItems).where(is({ kind, subjectId })).run();
    },
    find: (kind, subjectId) => orm.select().from(dueItems).where(is({ kind, subjectId })).get(),
    runDue(now) {
      const due = orm
        .select()
        .from(dueItems)
        .where(lte(dueItems.dueAt, now))
        .orderBy(asc(dueItems.dueAt))
        .limit(batch)
        .all();
      for (const item of due) {
        const handler = options.handlers().find((one) => one.kind === item.kind);
        // A kind of a later version waits for it.
        if (handler) runOne(item, handler, now);
      }
    },
  };
}
