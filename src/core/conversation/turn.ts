import { join } from 'node:path';
import type { Outbox } from '../chat/outbox.ts';
import type { ChatAdapter, LiveMessage } from '../contracts/chat.ts';
import type { ModelFault } from '../contracts/models.ts';
import { eq } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import type { IdSource } from '../ids.ts';
import type { Availability } from '../models/availability.ts';
import { type Candidate, chooseRoute, type Route } from '../routing/router.ts';
import type { Answered, Unanswered } from './answer.ts';
import { type AskedCandidate, type AskOptions, createCandidateAsker } from './ask-candidate.ts';
import { type Collected, collectAttachments } from './attachments.ts';
import type { EndReason } from './dispatcher.ts';
import { writeUntilStored } from './persist.ts';
import { addressOf, type Thread, type Threads } from './threads.ts';
import type { Closing, Task, TurnRecords } from './turn-records.ts';
import { answerText, brokenText, failedText, keptText, noModelText, stoppedText } from './turn-text.ts';

export interface TurnOptions extends AskOptions {
  readonly ids: IdSource;
  readonly threads: Threads;
  readonly outbox: Outbox;
  readonly records: TurnRecords;
  readonly availability: Availability;
  /** Guests are answered by the local model alone. */
  mayUseCloud(personId: string): boolean;
  adapter(platform: string): ChatAdapter | undefined;
  /** For a turn that found no model: the write that holds it with a card (fetch one, answer later), if there is one. */
  offerModel(task: Task, thread: Thread, text: string): Promise<(() => void) | undefined>;
  /** A turn of this thread has ended well; nothing waits on it. */
  onAnswered(threadId: string): void;
}

interface Turn {
  readonly task: Task;
  readonly thread: Thread;
  readonly adapter: ChatAdapter;
  readonly live: LiveMessage | undefined;
  readonly signal: AbortSignal;
}

/** Carries one message from its row to its stored answer. Throws StorageFault alone, with the task still waiting. */
export function createTurnRunner(
  options: TurnOptions,
): (taskId: string, signal: AbortSignal) => Promise<void> {
  const { database, ids, clock, log, metrics, config, threads, records } = options;
  const askCandidate = createCandidateAsker(options);

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

  async function work(turn: Turn): Promise<Closing | 'held'> {
    const { task, thread, adapter } = turn;
    const collected = await collect(turn);
    if (task.text.trim() === '' && collected.files.length === 0)
      return {
        state: 'failed',
        errorCode: 'nothing-usable',
        message: { markdown: collected.refusals.join('\n') || 'That message was empty.' },
      };

    if (task.text.trim() === '' && !task.quote && collected.files.every((file) => file.kind === 'other'))
      return {
        state: 'failed',
        errorCode: 'nothing-usable',
        message: { markdown: [...collected.files.map(keptText), ...collected.refusals].join('\n') },
      };

    const route = await routeOf(task, thread, collected);
    const faults: ModelFault[] = [];
    for (const candidate of route.candidates) {
      const after = faults.at(-1);
      const reason = after ? `${after.model} failed (${after.code}). ${candidate.reason}` : candidate.reason;
      await store(turn, () => records.decide(task, { candidate, reason }));
      const { outcome, notes } = await ask(turn, candidate, collected);
      if (turn.signal.aborted) return stopped(turn, candidate, outcome);
      if (outcome.ok) return answered(candidate, outcome, [...collected.refusals, ...notes]);
      faults.push(outcome.fault);
      learnFrom(outcome.fault, candidate.engine);
    }

    const last = faults.at(-1);
    if (last)
      return {
        state: 'failed',
        errorCode: last.code,
        message: { markdown: failedText(faults, route.missing) },
      };
    const markdown = noModelText(route.missing);
    await store(turn, () => records.decide(task, { reason: route.missing.join(' ') }));
    const hold = adapter.capabilities.buttons ? await options.offerModel(task, thread, markdown) : undefined;
    if (!hold) return { state: 'failed', errorCode: 'no-model', message: { markdown } };
    await store(turn, hold);
    return 'held';
  }

  function isLong(task: Task): boolean {
    return task.text.length > options.steward().maxMessageCharacters;
  }

  async function collect(turn: Turn): Promise<Collected> {
    const { task, adapter, signal } = turn;
    const row = database.orm
      .select({ event: inbox.event })
      .from(inbox)
      .where(eq(inbox.id, task.inboxId))
      .get();
    const attachments = row && 'attachments' in row.event ? row.event.attachments : [];
    if (attachments.length === 0 && !isLong(task)) return { files: [], refusals: [] };
    turn.live?.note('taking the files');
    return collectAttachments({
      database,
      ids,
      clock,
      adapter,
      taskId: task.id,
      traceId: task.traceId,
      attachments,
      longText: isLong(task) ? task.text : undefined,
      folder: join(config.paths.workspace, 'uploads'),
      limits: options.steward().files,
      signal,
    });
  }

  async function routeOf(task: Task, thread: Thread, collected: Collected): Promise<Route> {
    const begun = clock.now();
    const kinds = new Set(collected.files.map((file) => file.kind));
    const route = chooseRoute(
      {
        choice: options.mayUseCloud(task.personId) ? (task.modelChoice ?? thread.modelChoice) : 'local',
        local: await options.availability.local(),
        cloud: options.availability.cloud(),
        needs: [
          ...(kinds.has('image') ? (['images'] as const) : []),
          ...(kinds.has('pdf') ? (['pdf'] as const) : []),
        ],
      },
      config.models,
    );
    metrics.stage('route', clock.now() - begun);
    return route;
  }

  async function ask(turn: Turn, candidate: Candidate, collected: Collected): Promise<AskedCandidate> {
    const { task, thread, live, signal } = turn;
    live?.note(`asking ${candidate.model}`);
    const asked = await askCandidate({
      task,
      thread,
      candidate,
      uploads: collected.files,
      textIsFile: isLong(task),
      live,
      signal,
    });
    await store(turn, () => records.addStep(task, candidate, asked.outcome, asked.facts));
    return asked;
  }

  function answered(candidate: Candidate, outcome: Answered, notes: readonly string[]): Closing {
    return {
      state: 'answered',
      answer: outcome.text,
      candidate,
      firstTextAt: outcome.firstTextAt,
      message: { markdown: answerText(outcome.text, outcome.reason, notes) },
    };
  }

  function stopped(turn: Turn, candidate: Candidate, outcome: Answered | Unanswered): Closing {
    if (isShutdown(turn.signal)) throw new Error('shutdown');
    records.noteStop(turn.task);
    return {
      state: 'cancelled',
      candidate,
      answer: outcome.text,
      firstTextAt: outcome.firstTextAt,
      message: { markdown: stoppedText(outcome.text) },
    };
  }

  function learnFrom(fault: ModelFault, engine: string): void {
    if (fault.code === 'key-refused') options.availability.noteKeyRefused();
    if (fault.code === 'unreachable' || fault.code === 'model-missing') options.availability.forget(engine);
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

const isShutdown = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason === ('shutdown' satisfies EndReason);
