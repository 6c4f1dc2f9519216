import type { ChatAdapter, LiveMessage } from '../contracts/chat.ts';
import { writeUntilStored } from './persist.ts';
import { isShutdown, type Turn, type TurnOptions } from './running-turn.ts';
import { addressOf, type Thread } from './threads.ts';
import type { Closing, Task } from './turn-records.ts';
import { brokenText, stoppedText } from './turn-text.ts';
import { createTurnWork } from './turn-work.ts';

/** Carries one message from its row to its stored answer. Throws StorageFault alone, with the task still waiting. */
export function createTurnRunner(
  options: TurnOptions,
): (taskId: string, signal: AbortSignal) => Promise<void> {
  const { database, clock, log, metrics, config, threads, records } = options;
  const work = createTurnWork(options, store);

  return async (taskId, signal) => {
    const task = records.begin(taskId, config.prompts.chat?.hash ?? null);
    if (!task) return;
    metrics.stage('queued', (task.startedAt ?? task.createdAt) - task.createdAt);
    const thread = threads.get(task.threadId);
    const adapter = options.adapter(thread.platform);
    if (!adapter) throw new Error(`no adapter for ${thread.platform}`);
    const turn: Turn = { task, thread, adapter, live: openLive(adapter, task, thread), signal };
    try {
      const closing = await work(turn).catch((error: unknown) => closingAfter(turn, error));
      await turn.live?.settle();
      if (closing === 'parked') return;
      if (closing !== 'held') await close(turn, closing);
      options.outbox.flush();
      if (closing !== 'held' && closing.state === 'answered') options.onAnswered(thread.id);
    } finally {
      if (isShutdown(signal)) parkQuietly(task);
    }
  };

  function openLive(adapter: ChatAdapter, task: Task, thread: Thread): LiveMessage | undefined {
    if (adapter.openLive)
      return adapter.openLive(addressOf(thread), {
        ...(task.liveNativeId
          ? { existing: { nativeId: task.liveNativeId } }
          : task.interruptions > 0 && { earlier: records.earlierAnswer(task, thread) }),
        partId: task.id,
        ...records.askedIn(task),
        onRef: (ref) => records.noteLive(task.id, ref.nativeId),
      });
    if (adapter.capabilities.typing)
      adapter
        .showTyping(addressOf(thread))
        .catch((error: unknown) => log.debug({ reason: String(error) }, 'typing not shown'));
    return undefined;
  }

  function closingAfter(turn: Turn, error: unknown): Closing | 'parked' {
    const { task, signal } = turn;
    if (isShutdown(signal)) return 'parked';
    if (signal.aborted) return { state: 'cancelled', message: { markdown: stoppedText('') } };
    const stack = error instanceof Error ? error.stack : undefined;
    log.error({ taskId: task.id, traceId: task.traceId, reason: String(error), stack }, 'turn broke');
    metrics.error('turn', 'broken');
    return { state: 'failed', errorCode: 'broken', message: { markdown: brokenText } };
  }

  /** A full disk does not lose an answer that was paid for: it is kept and stored when the disk takes it. */
  function store<T>(turn: Turn, write: () => T): Promise<T> {
    return writeUntilStored({
      database,
      clock,
      hasEnded: () => isShutdown(turn.signal),
      work: write,
      onTrouble: (fault) => {
        metrics.error('storage', fault.code);
        log.error({ taskId: turn.task.id, code: fault.code }, 'turn not stored yet');
        turn.live?.note(fault.message);
      },
    });
  }

  function parkQuietly(task: Task): void {
    try {
      records.park(task.id);
    } catch (error) {
      // Stays `running`: the next start counts it as an interruption and resumes it.
      log.error({ taskId: task.id, reason: String(error) }, 'turn not parked');
    }
  }

  async function close(turn: Turn, closing: Closing): Promise<void> {
    const { task, thread } = turn;
    await store(turn, () => records.close(task, thread, closing));
    metrics.turn(closing.state);
    log.info(
      {
        taskId: task.id,
        traceId: task.traceId,
        state: closing.state,
        errorCode: closing.errorCode,
        model: closing.candidate?.model,
        ms: clock.now() - task.createdAt,
      },
      'turn ended',
    );
  }
}
