import type { JsonObject } from '../../contracts/json.ts';
import type { KeptClassification } from '../../contracts/routing.ts';
import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** One turn: a message and its answer. Written by core/chat/inbox (birth) and core/conversation. */
export const tasks = sqliteTable(
  'tasks',
  {
    id: text('id').primaryKey(),
    traceId: text('trace_id').notNull(),
    threadId: text('thread_id').notNull(),
    personId: text('person_id').notNull(),
    inboxId: text('inbox_id').notNull(),
    /** The one-shot run that alone may work on it; null: the live copy. */
    ownerRun: text('owner_run'),
    state: text('state', {
      enum: ['received', 'running', 'waiting', 'answered', 'failed', 'cancelled'],
    }).notNull(),
    /** While `waiting`: the approval it waits for, or `model` for any model to come back. */
    waitingFor: text('waiting_for'),
    text: text('text').notNull(),
    /** The message this one replies to, or whose words it passes on. */
    quote: text('quote'),
    quoteAuthor: text('quote_author'),
    forwardedFrom: text('forwarded_from'),
    /** How often a crash cut it off. */
    interruptions: integer('interruptions').notNull(),
    /** The task that /retry asked again. */
    retryOf: text('retry_of'),
    /** For the next attempt alone: what the person asked for instead of the thread's choice. */
    modelChoice: text('model_choice', { enum: ['auto', 'local', 'cloud'] }),
    /** What its writer decided when asked whether it may go to Claude. */
    consent: text('consent', { enum: ['once', 'local'] }),
    /** Its words stay at home: no prompt for the cloud may hold them. */
    isPrivate: integer('is_private', { mode: 'boolean' }).notNull().default(false),
    /** The answer that was given again, where it was. */
    cachedFrom: text('cached_from'),
    /** The message in which the answer grew before a crash. */
    liveNativeId: text('live_native_id'),
    engine: text('engine'),
    model: text('model'),
    promptHash: text('prompt_hash'),
    answer: text('answer'),
    errorCode: text('error_code'),
    inputTokens: integer('input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    createdAt: integer('created_at').notNull(),
    startedAt: integer('started_at'),
    firstTextAt: integer('first_text_at'),
    endedAt: integer('ended_at'),
  },
  (table) => [
    index('tasks_state').on(table.state, table.id),
    index('tasks_thread').on(table.threadId, table.id),
    index('tasks_created').on(table.createdAt),
    index('tasks_inbox').on(table.inboxId),
  ],
);

/** What a turn did, in order: what a resume continues from. Written by core/conversation. */
export const steps = sqliteTable(
  'steps',
  {
    taskId: text('task_id').notNull(),
    seq: integer('seq').notNull(),
    traceId: text('trace_id').notNull(),
    kind: text('kind', { enum: ['model', 'summary', 'file'] }).notNull(),
    /** The model, or the file's name. */
    name: text('name').notNull(),
    state: text('state', { enum: ['done', 'failed', 'cancelled'] }).notNull(),
    output: text('output'),
    detail: text('detail', { mode: 'json' }).$type<JsonObject>().notNull(),
    costMicroUsd: integer('cost_micro_usd').notNull(),
    startedAt: integer('started_at').notNull(),
    endedAt: integer('ended_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.seq] })],
);

/** Which model was chosen and why. Written by core/routing. */
export const decisions = sqliteTable(
  'decisions',
  {
    id: text('id').primaryKey(),
    taskId: text('task_id').notNull(),
    traceId: text('trace_id').notNull(),
    /** `none`: nothing could answer; `cache`: an answer that was given before; `ask`: the writer was asked first. */
    route: text('route', { enum: ['local', 'cloud', 'none', 'cache', 'ask'] }).notNull(),
    model: text('model'),
    reason: text('reason').notNull(),
    /** What the classifier made of the message, as it was when this was decided. */
    classification: text('classification', { mode: 'json' }).$type<KeptClassification>(),
    /** What became of it, as far as that was told. */
    outcome: text('outcome', { enum: ['good', 'bad', 'reask', 'escalated'] }),
    outcomeAt: integer('outcome_at'),
    at: integer('at').notNull(),
  },
  (table) => [
    index('decisions_outcome').on(table.outcomeAt),
    index('decisions_task').on(table.taskId, table.id),
  ],
);

/** A file that came with a message, or the reason why it was not taken. Written by core/conversation. */
export const files = sqliteTable(
  'files',
  {
    id: text('id').primaryKey(),
    taskId: text('task_id').notNull(),
    traceId: text('trace_id').notNull(),
    nativeId: text('native_id').notNull(),
    name: text('name').notNull(),
    state: text('state', { enum: ['stored', 'refused'] }).notNull(),
    reason: text('reason'),
    path: text('path'),
    kind: text('kind', { enum: ['image', 'pdf', 'text', 'other'] }),
    mediaType: text('media_type'),
    sizeBytes: integer('size_bytes'),
    sha256: text('sha256'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('files_task').on(table.taskId)],
);

/** What tells whether an answer was good. Written by core/conversation; read by the improvement loop. */
export const signals = sqliteTable(
  'signals',
  {
    id: text('id').primaryKey(),
    taskId: text('task_id').notNull(),
    traceId: text('trace_id').notNull(),
    kind: text('kind', {
      enum: ['good', 'bad', 'retry', 'reask', 'stop', 'edited', 'escalated', 'invalid-output'],
    }).notNull(),
    reason: text('reason'),
    at: integer('at').notNull(),
  },
  (table) => [index('signals_task').on(table.taskId)],
);
