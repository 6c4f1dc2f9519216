import type { AppConfig } from '../config/app-config.ts';
import type { StewardConfig } from '../config/steward-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelCaller } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import { count, eq } from '../db/drizzle.ts';
import { steps } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';
import type { Availability } from '../models/availability.ts';
import { estimateTokens } from '../models/tokens.ts';
import type { Logger } from '../telemetry/log.ts';
import { askModel } from './answer.ts';
import { pastTurns } from './history.ts';
import type { Threads } from './threads.ts';

export interface Summariser {
  /** In the background, with the local model alone: it costs nothing and nothing leaves the house. */
  consider(threadId: string): void;
  /** A turn wants the local model: whatever is being summarised is left for later. */
  yield(): void;
  settled(): Promise<void>;
}

/** Summarise when the turns fill this share of what the local model reads, and keep the newest ones word by word. */
const fullShare = 0.7;
const keptShare = 0.35;
const summaryTokens = 400;

export function createSummariser(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  config: AppConfig;
  threads: Threads;
  caller: ModelCaller;
  availability: Availability;
  steward(): StewardConfig;
}): Summariser {
  const { database, clock, log, config, threads, availability } = options;
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();

  const summarise = async (threadId: string, signal: AbortSignal): Promise<void> => {
    const thread = threads.get(threadId);
    const turns = pastTurns(database, thread, '~');
    const cost = (turn: { question: string; answer: string }) =>
      estimateTokens(turn.question) + estimateTokens(turn.answer);
    const window = options.steward().conversation.localPromptTokens;
    if (turns.reduce((sum, turn) => sum + cost(turn), 0) < window * fullShare) return;
    const local = await availability.local();
    const profile = local.state === 'ready' ? config.models.models[local.model] : undefined;
    if (local.state !== 'ready' || !profile) return;

    let kept = 0;
    const older = [...turns];
    while (older.length > 0 && kept < window * keptShare)
      kept += cost(older.pop() ?? { question: '', answer: '' });
    const last = older.at(-1);
    if (!last) return;
    const isCurrent = thread.summaryUpTo !== null && thread.summaryUpTo > thread.contextAfter;
    const text = [
      ...(isCurrent && thread.summary ? [`Summary so far:\n${thread.summary}`] : []),
      ...older.map((turn) => `Person: ${turn.question}\nSteward: ${turn.answer}`),
    ].join('\n\n');
    const startedAt = clock.now();
    const outcome = await askModel({
      caller: options.caller,
      engine: profile.engine,
      request: {
        model: local.model,
        system: config.prompts.summary?.text ?? '',
        messages: [
          {
            role: 'user',
            content: [{ type: 'text', text: fit(text, profile.contextTokens - summaryTokens - 200) }],
          },
        ],
        maxOutputTokens: summaryTokens,
        contextTokens: profile.contextTokens,
        ...(profile.keepAlive && { keepAlive: profile.keepAlive }),
      },
      signal,
      clock,
      onDelta: () => undefined,
    });
    if (!outcome.ok) {
      log.info({ threadId, code: outcome.fault.code }, 'not summarised this time');
      return;
    }
    database.write(() => {
      // /new may have come meanwhile: then this is about what is no longer context.
      if (threads.get(threadId).contextAfter !== thread.contextAfter) return;
      threads.update(threadId, {
        summary: outcome.text.trim(),
        summaryUpTo: last.taskId,
        isSummaryPrivate: (isCurrent && thread.isSummaryPrivate) || older.some(({ isPrivate }) => isPrivate),
      });
      const before = database.orm
        .select({ n: count() })
        .from(steps)
        .where(eq(steps.taskId, last.taskId))
        .get();
      database.orm
        .insert(steps)
        .values({
          taskId: last.taskId,
          seq: (before?.n ?? 0) + 1,
          traceId: options.ids.traceId(),
          kind: 'summary',
          name: local.model,
          state: 'done',
          output: outcome.text.trim(),
          detail: { ...outcome.usage, turns: older.length },
          costMicroUsd: 0,
          startedAt,
          endedAt: clock.now(),
        })
        .run();
    });
  };

  return {
    consider(threadId) {
      if (running.has(threadId)) return;
      const controller = new AbortController();
      const done = summarise(threadId, controller.signal)
        .catch((error: unknown) => log.warn({ threadId, reason: String(error) }, 'summary failed'))
        .finally(() => running.delete(threadId));
      running.set(threadId, { controller, done });
    },
    yield() {
      for (const { controller } of running.values()) controller.abort();
    },
    async settled() {
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}

/** The newest part of a text that fits so many tokens. */
function fit(text: string, maxTokens: number): string {
  const tokens = estimateTokens(text);
  return tokens <= maxTokens
    ? text
    : text.slice(-Math.floor(text.length * (maxTokens / tokens) * 0.95)).toWellFormed();
}
