import type { AppConfig } from '../config/app-config.ts';
import type { StewardConfig } from '../config/steward-schema.ts';
import type { LiveMessage } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelCaller, ModelEngine } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import type { EventLog } from '../event-log.ts';
import type { StoredUpload } from '../files/uploads.ts';
import type { Ledger } from '../money/ledger.ts';
import { createCallMeter } from '../money/meter.ts';
import type { Candidate } from '../routing/router.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type Answered, askModel, type Unanswered } from './answer.ts';
import { contentOfFiles } from './attachments.ts';
import type { HistoryTurn } from './history.ts';
import type { Thread } from './threads.ts';
import type { StepFacts, Task } from './turn-records.ts';
import { buildRequest } from './turn-request.ts';

export interface AskOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly config: AppConfig;
  readonly events: EventLog;
  readonly caller: ModelCaller;
  readonly engines: ReadonlyMap<string, ModelEngine>;
  readonly ledger: Ledger;
  /** Config with what was changed in the chat laid over it. */
  steward(): StewardConfig;
  /** What doctor measured that a local model reads in time. */
  readableTokens(model: string): number | undefined;
}

export interface AskInput {
  readonly task: Task;
  readonly thread: Thread;
  readonly candidate: Candidate;
  readonly uploads: readonly StoredUpload[];
  readonly textIsFile: boolean;
  /** Nothing of what was said before is needed. */
  readonly standsAlone: boolean;
  /** The turns before it. */
  readonly past: readonly HistoryTurn[];
  readonly live: LiveMessage | undefined;
  readonly signal: AbortSignal;
}

export interface AskedCandidate {
  readonly outcome: Answered | Unanswered;
  /** Sentences for the person about what this model could not take. */
  readonly notes: readonly string[];
  readonly facts: StepFacts;
}

/** Asks one model for one turn: its files and history fitted to that model, paid calls metered, everything measured. */
export function createCandidateAsker(options: AskOptions): (input: AskInput) => Promise<AskedCandidate> {
  const { clock, log, metrics, config, events } = options;

  return async ({ task, thread, candidate, uploads, textIsFile, standsAlone, past, live, signal }) => {
    const profile = config.models.models[candidate.model];
    const engine = options.engines.get(candidate.engine);
    if (!profile || !engine) throw new Error(`model ${candidate.model} is not configured`);
    const steward = options.steward();
    const content = await contentOfFiles(
      uploads,
      { name: candidate.model, capabilities: profile.capabilities },
      steward.files,
    );
    const { request, notes } = buildRequest({
      readableTokens: options.readableTokens(candidate.model),
      task,
      thread,
      candidate,
      past,
      fileParts: content.parts,
      textIsFile,
      standsAlone,
      config,
      steward,
    });
    const startedAt = clock.now();
    let costMicroUsd = 0;
    const meter =
      profile.price &&
      createCallMeter({
        ledger: options.ledger,
        engine,
        call: { traceId: task.traceId, taskId: task.id, personId: task.personId, model: candidate.model },
        request,
        price: profile.price,
        onSettled: (microUsd, exceeded) => {
          costMicroUsd += microUsd;
          metrics.cost(candidate.model, microUsd);
          if (!exceeded) return;
          metrics.error('money', 'reserve-exceeded');
          log.error(
            { taskId: task.id, traceId: task.traceId, microUsd },
            'a call cost more than its reserve',
          );
        },
        onUnsettled: (fault) => {
          metrics.error('storage', fault.code);
          log.error({ taskId: task.id, code: fault.code }, 'cost not settled, its reserve stays');
        },
      });
    const outcome = await askModel({
      caller: options.caller,
      engine: candidate.engine,
      request,
      signal,
      clock,
      ...(meter && { meter }),
      live,
      onDelta: (text) => events.emit({ name: 'task-delta', taskId: task.id, text }),
    });
    if (outcome.firstTextAt) metrics.stage('first-token', outcome.firstTextAt - startedAt);
    metrics.stage('answer', clock.now() - startedAt);
    const usage = outcome.ok ? outcome.usage : undefined;
    if (usage) metrics.tokens(candidate.engine, candidate.model, usage);
    if (!outcome.ok) metrics.error(candidate.engine, outcome.fault.code);
    return { outcome, notes: [...content.unused, ...notes], facts: { startedAt, costMicroUsd, usage } };
  };
}
