import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq, inArray, isNull, sql } from '../db/drizzle.ts';
import { threads } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';
import { StorageFault } from '../db/storage-fault.ts';
import type { Logger } from '../telemetry/log.ts';

/** Why a turn was told to end. */
export type EndReason = 'stopped' | 'shutdown';

export interface Dispatcher {
  /** Starts what can be started: one turn a thread in order, up to the limit over all threads. */
  wake(): void;
  /** Ends the running turn of a thread; false when none runs. */
  stop(threadId: string): boolean;
  isRunning(threadId: string): boolean;
  runningCount(): number;
  /** Lets running turns end for so long, or until `hurry`, then parks them for the next start. Starts nothing any more. */
  drain(ms: number, hurry: AbortSignal): Promise<void>;
  /** Resolves when nothing runs and nothing more can be started. */
  settled(): Promise<void>;
}

export function createDispatcher(options: {
  database: Database;
  clock: Clock;
  log: Logger;
  concurrentTurns: number;
  /** Chats that are connected; messages of others wait until they are. */
  platforms: readonly string[];
  ownerRun?: string;
  run(taskId: string, signal: AbortSignal): Promise<void>;
}): Dispatcher {
  const { database, clock, log } = options;
  const { orm } = database;
  const mine = options.ownerRun ? eq(tasks.ownerRun, options.ownerRun) : isNull(tasks.ownerRun);
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  const closing = new AbortController();

  const oldest = sql<string>`min(${tasks.id})`;
  /** The oldest waiting task of each thread, so that a flood in one chat holds up no other. */
  const nextTasks = () =>
    orm
      .select({ id: oldest, threadId: tasks.threadId })
      .from(tasks)
      .innerJoin(threads, eq(threads.id, tasks.threadId))
      .where(and(eq(tasks.state, 'received'), mine, inArray(threads.platform, [...options.platforms])))
      .groupBy(tasks.threadId)
      .orderBy(oldest)
      .all();

  const start = (taskId: string, threadId: string): void => {
    const controller = new AbortController();
    const done = options
      .run(taskId, controller.signal)
      .catch(async (error: unknown) => {
        if (closing.signal.aborted) return;
        if (!(error instanceof StorageFault)) {
          log.error(
            { taskId, reason: String(error), stack: error instanceof Error ? error.stack : undefined },
            'turn broke',
          );
          return;
        }
        log.error({ taskId, reason: error.message }, 'turn waits for the disk');
        await clock.sleep(2_000, closing.signal).catch(() => undefined);
      })
      .finally(() => {
        running.delete(threadId);
        wake();
      });
    running.set(threadId, { controller, done });
  };

  const wake = (): void => {
    if (closing.signal.aborted || running.size >= options.concurrentTurns) return;
    for (const task of nextTasks()) {
      if (running.size >= options.concurrentTurns) return;
      if (!running.has(task.threadId)) start(task.id, task.threadId);
    }
  };

  return {
    wake,
    stop(threadId) {
      const turn = running.get(threadId);
      turn?.controller.abort('stopped' satisfies EndReason);
      return turn !== undefined;
    },
    isRunning: (threadId) => running.has(threadId),
    runningCount: () => running.size,
    async drain(ms, hurry) {
      closing.abort();
      const turns = [...running.values()];
      const patience = new AbortController();
      const given = AbortSignal.any([patience.signal, hurry]);
      await Promise.race([
        Promise.all(turns.map((turn) => turn.done)),
        clock.sleep(ms, given).catch(() => undefined),
      ]);
      patience.abort();
      for (const turn of running.values()) turn.controller.abort('shutdown' satisfies EndReason);
      await Promise.all(turns.map((turn) => turn.done));
    },
    async settled() {
      while (running.size > 0) await Promise.all([...running.values()].map((turn) => turn.done));
    },
  };
}
