import type { Outbox } from '../chat/outbox.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq, isNotNull, isNull } from '../db/drizzle.ts';
import { runs } from '../db/schema/control.ts';
import { tasks } from '../db/schema/work.ts';
import type { EventLog } from '../event-log.ts';
import { addressOf, type Threads } from './threads.ts';
import { apologyText } from './turn-text.ts';

const maxInterruptions = 3;

/**
 * On start, before anything new: turns that a dead process had in hand go back to the queue, at most three times each,
 * then they are answered with an apology. Questions of dead one-shot runs have nobody left to be told.
 */
export function recoverTurns(options: {
  database: Database;
  clock: Clock;
  threads: Threads;
  outbox: Outbox;
  events: EventLog;
  canReach(platform: string): boolean;
  isAlive(pid: number): boolean;
}): void {
  const { database, clock, threads, outbox, events } = options;
  const { orm } = database;
  database.write(() => {
    const cutOff = orm
      .select()
      .from(tasks)
      .where(and(eq(tasks.state, 'running'), isNull(tasks.ownerRun)))
      .all();
    for (const task of cutOff) {
      const interruptions = task.interruptions + 1;
      const thread = threads.get(task.threadId);
      if (interruptions <= maxInterruptions || !options.canReach(thread.platform)) {
        orm.update(tasks).set({ state: 'received', interruptions }).where(eq(tasks.id, task.id)).run();
        continue;
      }
      orm
        .update(tasks)
        .set({ state: 'failed', interruptions, errorCode: 'interrupted', endedAt: clock.now() })
        .where(eq(tasks.id, task.id))
        .run();
      outbox.put({
        address: addressOf(thread),
        message: { markdown: apologyText(interruptions) },
        traceId: task.traceId,
        taskId: task.id,
        ...(task.liveNativeId && { editNativeId: task.liveNativeId }),
      });
      events.emit({ name: 'task-ended', taskId: task.id, state: 'failed' });
    }

    const onceRuns = orm
      .select()
      .from(runs)
      .where(and(eq(runs.kind, 'once'), isNull(runs.endedAt)))
      .all();
    for (const run of onceRuns) {
      if (options.isAlive(run.pid)) continue;
      orm.update(runs).set({ endedAt: clock.now() }).where(eq(runs.id, run.id)).run();
      orm
        .update(tasks)
        .set({ state: 'cancelled', errorCode: 'interrupted', endedAt: clock.now() })
        .where(and(eq(tasks.ownerRun, run.id), isNotNull(tasks.ownerRun), isNull(tasks.endedAt)))
        .run();
    }
  });
}
