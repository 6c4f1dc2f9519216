import type { Outbox } from '../chat/outbox.ts';
import { earlierAttempt } from '../chat/chat-trail.ts';
import type { EarlierAttempt, OutboundMessage } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Usage } from '../contracts/models.ts';
import type { KeptClassification } from '../contracts/routing.ts';
import type { Database } from '../db/database.ts';
import { and, count, eq, sql } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import { decisions, steps, tasks } from '../db/schema/work.ts';
import type { EventLog } from '../event-log.ts';
import type { IdSource } from '../ids.ts';
import type { CacheScope, ExactCache } from '../routing/exact-cache.ts';
import type { Candidate } from '../routing/router.ts';
import type { Answered, Unanswered } from './answer.ts';
import type { AnswerAct, AnswerButtons } from './answer-buttons.ts';
import { addSignal } from './births.ts';
import { addressOf, type Thread } from './threads.ts';

export type Task = typeof tasks.$inferSelect;

/** How a turn ends: what the person gets, and what its row says. */
export interface Closing {
  readonly state: 'answered' | 'failed' | 'cancelled';
  readonly message: OutboundMessage;
  readonly errorCode?: string;
  readonly answer?: string;
  readonly candidate?: Candidate;
  readonly firstTextAt?: number | undefined;
  /** Buttons under it, where the chat is one for that. */
  readonly acts?: readonly AnswerAct[];
  /** The answer may be given again to the same words. */
  readonly cacheScope?: CacheScope | undefined;
  /** The turn whose answer was given again. */
  readonly cachedFrom?: string;
}

export interface StepFacts {
  readonly startedAt: number;
  readonly costMicroUsd: number;
  readonly usage: Usage | undefined;
}

export interface DecisionFacts {
  readonly route: 'local' | 'cloud' | 'none' | 'cache' | 'ask';
  readonly model?: string;
  readonly reason: string;
  readonly classification: KeptClassification;
  /** Its words stay at home. */
  readonly isPrivate: boolean;
}

/** The rows of a turn. Each call is one transaction, or joins the caller's. */
export interface TurnRecords {
  /** Undefined when the task is no longer waiting for a turn. */
  begin(taskId: string, promptHash: string | null): Task | undefined;
  decide(task: Task, decision: DecisionFacts): void;
  /** A local answer was not good enough: the decision for it is judged, and the turn goes on with another. */
  noteEscalation(task: Task, verdict: string): void;
  /** The same question was put again: the earlier answer was not good enough. */
  noteAskedAgain(earlier: Pick<Task, 'id' | 'traceId'>): void;
  addStep(task: Task, candidate: Candidate, outcome: Answered | Unanswered, facts: StepFacts): void;
  noteLive(taskId: string, nativeId: string): void;
  /** What the answer is a reply to, where that still is a message. */
  askedIn(task: Task): { readonly replyTo?: string };
  /** What the run that was cut off may have shown of its answer without telling. */
  earlierAnswer(task: Task, thread: Thread): EarlierAttempt;
  noteStop(task: Task): void;
  /** State, answer and outgoing parts in one commit: there is never one without the others. */
  close(task: Task, thread: Thread, closing: Closing): void;
  /** Left for the next start as if it had never begun: a shutdown is no interruption. */
  park(taskId: string): void;
}

export function createTurnRecords(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  outbox: Outbox;
  events: EventLog;
  cache: ExactCache;
  buttons: AnswerButtons;
}): TurnRecords {
  const { database, ids, clock, outbox, events } = options;
  const { orm } = database;
  const askedBy = (task: Task) =>
    orm.select({ nativeId: inbox.nativeId }).from(inbox).where(eq(inbox.id, task.inboxId)).get();
  const isRunning = (taskId: string) => and(eq(tasks.id, taskId), eq(tasks.state, 'running'));

  return {
    begin(taskId, promptHash) {
      return database.write(() => {
        const task = orm
          .update(tasks)
          .set({ state: 'running', startedAt: clock.now(), promptHash })
          .where(and(eq(tasks.id, taskId), eq(tasks.state, 'received')))
          .returning()
          .get();
        if (task) events.emit({ name: 'task-started', taskId });
        return task;
      });
    },
    decide(task, { route, model, reason, classification, isPrivate }) {
      database.write(() => {
        orm.update(tasks).set({ isPrivate }).where(eq(tasks.id, task.id)).run();
        orm
          .insert(decisions)
          .values({
            id: ids.next(),
            taskId: task.id,
            traceId: task.traceId,
            route,
            model: model ?? null,
            reason,
            classification,
            at: clock.now(),
          })
          .run();
      });
    },
    noteEscalation(task, verdict) {
      database.write(() => addSignal(options, task, 'escalated', verdict));
    },
    noteAskedAgain(earlier) {
      database.write(() => addSignal(options, earlier, 'reask'));
    },
    addStep(task, candidate, outcome, { startedAt, costMicroUsd, usage }) {
      database.write(() => {
        const before = orm.select({ n: count() }).from(steps).where(eq(steps.taskId, task.id)).get();
        const seq = (before?.n ?? 0) + 1;
        orm
          .insert(steps)
          .values({
            taskId: task.id,
            seq,
            traceId: task.traceId,
            kind: 'model',
            name: candidate.model,
            state: outcome.ok ? 'done' : outcome.fault.code === 'cancelled' ? 'cancelled' : 'failed',
            output: outcome.text,
            detail: outcome.ok ? { ...outcome.usage, reason: outcome.reason } : { code: outcome.fault.code },
            costMicroUsd,
            startedAt,
            endedAt: clock.now(),
          })
          .run();
        const inputTokens = usage ? usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens : 0;
        orm
          .update(tasks)
          .set({
            costMicroUsd: sql`${tasks.costMicroUsd} + ${costMicroUsd}`,
            inputTokens: sql`${tasks.inputTokens} + ${inputTokens}`,
            outputTokens: sql`${tasks.outputTokens} + ${usage?.outputTokens ?? 0}`,
          })
          .where(eq(tasks.id, task.id))
          .run();
        events.emit({ name: 'task-step', taskId: task.id, seq });
      });
    },
    askedIn(task) {
      const asked = askedBy(task);
      return asked ? { replyTo: asked.nativeId } : {};
    },
    earlierAnswer(task, thread) {
      return earlierAttempt(database, thread, askedBy(task)?.nativeId);
    },
    noteLive(taskId, nativeId) {
      database.write(() =>
        orm.update(tasks).set({ liveNativeId: nativeId }).where(eq(tasks.id, taskId)).run(),
      );
    },
    noteStop(task) {
      database.write(() => addSignal(options, task, 'stop'));
    },
    close(task, thread, closing) {
      database.write(() => {
        const row = orm
          .update(tasks)
          .set({
            state: closing.state,
            errorCode: closing.errorCode ?? null,
            answer: closing.answer ?? null,
            engine: closing.candidate?.engine ?? null,
            model: closing.candidate?.model ?? null,
            firstTextAt: closing.firstTextAt ?? null,
            modelChoice: null,
            consent: null,
            cachedFrom: closing.cachedFrom ?? null,
            endedAt: clock.now(),
          })
          .where(isRunning(task.id))
          .returning({ liveNativeId: tasks.liveNativeId })
          .get();
        if (!row) return;
        const asked = askedBy(task);
        const buttons = options.buttons.create(task, closing.acts ?? []);
        if (closing.cacheScope) options.cache.put(closing.cacheScope, task.text, task.id);
        outbox.put({
          address: addressOf(thread),
          message: {
            ...closing.message,
            ...(asked && { replyTo: asked.nativeId }),
            ...(buttons.length > 0 && { buttons }),
          },
          traceId: task.traceId,
          taskId: task.id,
          ...(row.liveNativeId && { editNativeId: row.liveNativeId }),
        });
        events.emit({ name: 'task-ended', taskId: task.id, state: closing.state });
      });
    },
    park(taskId) {
      database.write(() => orm.update(tasks).set({ state: 'received' }).where(isRunning(taskId)).run());
    },
  };
}
