import type { Approvals, ApprovalKind } from '../approvals/service.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { ModelEngine } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import { and, eq, isNotNull } from '../db/drizzle.ts';
import { outbox as outboxTable } from '../db/schema/chat.ts';
import { approvals as approvalsTable } from '../db/schema/control.ts';
import { tasks } from '../db/schema/work.ts';
import { explainFault, ModelFaultError } from '../models/fault.ts';
import type { Availability } from '../models/availability.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Dispatcher } from './dispatcher.ts';
import { addressOf, type Thread } from './threads.ts';
import type { Task } from './turn-records.ts';

/** What a turn without a model can wait for: a model to be fetched after a yes, or any model to come back. */
export interface ModelOffers {
  readonly kinds: readonly ApprovalKind[];
  /** The write that holds the turn with a card, or undefined when there is nothing to offer. */
  offer(task: Task, thread: Thread, text: string): Promise<(() => void) | undefined>;
  /** Goes on with pulls that a dead process had begun, and looks for models that came back. */
  start(signal: AbortSignal): void;
  settled(): Promise<void>;
}

const lookEveryMs = 15_000;
const progressStep = 10;
const listingLooks = 20;
const listingPauseMs = 500;

export function createModelOffers(options: {
  database: Database;
  clock: Clock;
  log: Logger;
  outbox: Outbox;
  models: ModelsConfig;
  engines: ReadonlyMap<string, ModelEngine>;
  availability: Availability;
  approvals(): Approvals;
  dispatcher(): Dispatcher;
}): ModelOffers {
  const { database, clock, log, outbox, models, engines, availability } = options;
  const { orm } = database;
  const pulls = new Map<string, Promise<void>>();
  const life = { signal: new AbortController().signal };

  const requeue = (waitingFor: string): void => {
    database.write(() =>
      orm
        .update(tasks)
        .set({ state: 'received', waitingFor: null })
        .where(and(eq(tasks.state, 'waiting'), eq(tasks.waitingFor, waitingFor)))
        .run(),
    );
    options.dispatcher().wake();
  };

  const giveUp = (waitingFor: string): void => {
    orm
      .update(tasks)
      .set({ state: 'failed', errorCode: 'no-model', waitingFor: null, endedAt: clock.now() })
      .where(and(eq(tasks.state, 'waiting'), eq(tasks.waitingFor, waitingFor)))
      .run();
  };

  /** Edits the card that asked; progress is worth a row only every ten percent. */
  const showOnCard = (approvalId: string, markdown: string): void => {
    const approval = options.approvals().get(approvalId);
    const card = orm
      .select()
      .from(outboxTable)
      .where(and(eq(outboxTable.approvalId, approvalId), isNotNull(outboxTable.nativeId)))
      .get();
    if (!approval || !card) return;
    outbox.put({
      address: addressOf(card),
      message: { markdown, isCard: true },
      traceId: approval.traceId,
      approvalId,
      editOf: card.id,
    });
    outbox.flush();
  };

  const pull = async (approvalId: string, model: string): Promise<void> => {
    const engine = engines.get(models.models[model]?.engine ?? 'ollama');
    if (!engine?.pull) return;
    try {
      let shown = 0;
      for await (const progress of engine.pull(model, life.signal)) {
        const percent =
          progress.totalBytes > 0 ? Math.floor((progress.completedBytes / progress.totalBytes) * 100) : 0;
        if (percent < shown + progressStep) continue;
        shown = percent;
        showOnCard(approvalId, `Fetching ${model}: ${percent} %`);
      }
      await untilListed(engine.name);
      showOnCard(approvalId, `Fetched ${model}. It answers from now on.`);
      requeue(approvalId);
    } catch (error) {
      if (life.signal.aborted) return;
      log.error({ model, reason: String(error) }, 'model not fetched');
      const reason = error instanceof ModelFaultError ? explainFault(error) : 'The log has the details.';
      showOnCard(approvalId, `${model} could not be fetched. ${reason} \`/retry\` offers it again.`);
      database.write(() => giveUp(approvalId));
    }
  };

  /** A service may say that it has a model a moment before it lists it. */
  const untilListed = async (engineName: string): Promise<void> => {
    for (let look = 0; look < listingLooks; look++) {
      availability.forget(engineName);
      if ((await availability.local()).state === 'ready') return;
      await clock.sleep(listingPauseMs, life.signal);
    }
  };

  const startPull = (approvalId: string, model: string): void => {
    if (pulls.has(model)) return;
    pulls.set(
      model,
      pull(approvalId, model).finally(() => pulls.delete(model)),
    );
  };

  const hold = (task: Task, waitingFor: string): void => {
    orm.update(tasks).set({ state: 'waiting', waitingFor }).where(eq(tasks.id, task.id)).run();
  };

  const watch = async (): Promise<void> => {
    while (!life.signal.aborted) {
      await clock.sleep(lookEveryMs, life.signal).catch(() => undefined);
      if (life.signal.aborted) return;
      const waiting = orm
        .select({ id: tasks.id })
        .from(tasks)
        .where(and(eq(tasks.state, 'waiting'), eq(tasks.waitingFor, 'model')))
        .get();
      if (waiting && (await anyModel())) requeue('model');
    }
  };

  const anyModel = async (): Promise<boolean> =>
    (await availability.local()).state === 'ready' || availability.cloud().state === 'ready';

  return {
    kinds: [
      {
        kind: 'model-pull',
        onDecided(approval, choice) {
          const model = modelOf(approval.payload);
          if (choice === 'yes') return `Fetching ${model} …`;
          giveUp(approval.id);
          return `Not fetched. \`/retry\` offers it again.`;
        },
        onExpired: (approval) => giveUp(approval.id),
        afterDecided(approval, choice) {
          if (choice === 'yes') startPull(approval.id, modelOf(approval.payload));
        },
      },
      {
        kind: 'answer-later',
        onExpired: (approval) => giveUp(approval.id),
        onDecided(approval, choice) {
          if (choice === 'later') {
            const kept = orm
              .update(tasks)
              .set({ waitingFor: 'model' })
              .where(and(eq(tasks.id, approval.subjectId), eq(tasks.state, 'waiting')))
              .run();
            return kept.changes > 0
              ? 'I answer as soon as a model can be asked.'
              : 'The message was dropped meanwhile; `/retry` asks again.';
          }
          giveUp(approval.id);
          return 'Dropped. `/retry` asks again.';
        },
      },
    ],
    async offer(task, thread, text) {
      const local = await availability.local();
      const common = { subjectId: task.id, traceId: task.traceId, addresses: [addressOf(thread)] };
      if (local.state === 'model-missing') {
        const { model } = local;
        const bytes = models.models[model]?.downloadBytes;
        const size = bytes ? ` (${(bytes / 1e9).toFixed(1)} GB)` : '';
        return () => {
          const open = options
            .approvals()
            .openOf('model-pull')
            .find((one) => one.payload.model === model);
          const approval =
            open ??
            options.approvals().ask({
              ...common,
              kind: 'model-pull',
              payload: { model },
              choices: [
                { name: 'yes', label: `Fetch ${model}${size}`, style: 'success' },
                { name: 'no', label: 'Not now' },
              ],
              markdown: `${text}\n\nOllama runs. Shall I fetch ${model}${size} for it? Your message is answered then.`,
            });
          hold(task, approval.id);
          if (open)
            outbox.put({
              address: addressOf(thread),
              message: { markdown: `This waits for ${model} too: the question above is still open.` },
              traceId: task.traceId,
              taskId: task.id,
            });
        };
      }
      return () => {
        const approval = options.approvals().ask({
          ...common,
          kind: 'answer-later',
          payload: {},
          choices: [
            { name: 'later', label: 'Answer when a model is there', style: 'success' },
            { name: 'drop', label: 'Drop it' },
          ],
          markdown: text,
        });
        hold(task, approval.id);
      };
    },
    start(signal) {
      life.signal = signal;
      const begun = orm
        .select({ id: approvalsTable.id, payload: approvalsTable.payload })
        .from(approvalsTable)
        .innerJoin(tasks, eq(tasks.waitingFor, approvalsTable.id))
        .where(
          and(
            eq(approvalsTable.kind, 'model-pull'),
            eq(approvalsTable.state, 'decided'),
            eq(tasks.state, 'waiting'),
          ),
        )
        .all();
      for (const { id, payload } of begun) startPull(id, modelOf(payload));
      void watch();
    },
    async settled() {
      await Promise.all(pulls.values());
    },
  };
}

const modelOf = (payload: JsonObject): string => (typeof payload.model === 'string' ? payload.model : '');
