import type { InboundEvent, RenderedPart } from '../../contracts/chat.ts';
import { index, integer, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** Every event a platform told us, once. Written by core/chat/inbox before anything else happens. */
export const inbox = sqliteTable(
  'inbox',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    account: text('account').notNull(),
    kind: text('kind').notNull(),
    nativeId: text('native_id').notNull(),
    revision: integer('revision').notNull(),
    event: text('event', { mode: 'json' }).$type<InboundEvent>().notNull(),
    personId: text('person_id'),
    threadId: text('thread_id'),
    /** `received` until its effect is committed; messages are `done` as soon as their task row stands. */
    state: text('state', { enum: ['received', 'done'] }).notNull(),
    /** The one-shot run that alone may handle it; null: the live copy. */
    ownerRun: text('owner_run'),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [
    uniqueIndex('inbox_key').on(table.platform, table.account, table.kind, table.nativeId, table.revision),
    index('inbox_state').on(table.state, table.id),
    index('inbox_thread').on(table.threadId, table.id),
  ],
);

/** A conversation: one chat, or one topic or thread of it. Written by core/conversation. */
export const threads = sqliteTable(
  'threads',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    account: text('account').notNull(),
    chatId: text('chat_id').notNull(),
    threadKey: text('thread_key').notNull(),
    kind: text('kind', { enum: ['private', 'group', 'channel'] }).notNull(),
    /** What /model chose here. */
    modelChoice: text('model_choice', { enum: ['auto', 'local', 'cloud'] }).notNull(),
    /** Tasks up to this id are before the last /new and no longer context. */
    contextAfter: text('context_after').notNull(),
    /** What the local model made of older turns, up to and with task `summaryUpTo`. */
    summary: text('summary'),
    summaryUpTo: text('summary_up_to'),
    /** It was made of messages that stay at home. */
    isSummaryPrivate: integer('is_summary_private', { mode: 'boolean' }).notNull().default(false),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('threads_address').on(table.platform, table.account, table.chatId, table.threadKey),
  ],
);

/** Every part that leaves for a chat, rendered. Written by core/chat/outbox before it is sent. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    traceId: text('trace_id').notNull(),
    taskId: text('task_id'),
    approvalId: text('approval_id'),
    platform: text('platform').notNull(),
    account: text('account').notNull(),
    chatId: text('chat_id').notNull(),
    threadKey: text('thread_key').notNull(),
    /** An edit names the part it changes, or the message that a live answer left. */
    editOf: text('edit_of'),
    editNativeId: text('edit_native_id'),
    part: text('part', { mode: 'json' }).$type<RenderedPart>().notNull(),
    state: text('state', { enum: ['queued', 'sending', 'sent', 'failed'] }).notNull(),
    ownerRun: text('owner_run'),
    nativeId: text('native_id'),
    /** The last message known in the chat when the sending began. */
    afterNativeId: text('after_native_id'),
    /** A send was begun and its end not seen. */
    mayHaveArrived: integer('may_have_arrived', { mode: 'boolean' }).notNull().default(false),
    attempts: integer('attempts').notNull(),
    /** Not before then; the platform may have asked for it, so it outlives a restart. */
    retryAt: integer('retry_at'),
    error: text('error'),
    createdAt: integer('created_at').notNull(),
    sentAt: integer('sent_at'),
  },
  (table) => [
    index('outbox_state').on(table.state, table.id),
    index('outbox_task').on(table.taskId),
    index('outbox_approval').on(table.approvalId),
    index('outbox_chat').on(table.platform, table.account, table.chatId, table.sentAt),
  ],
);
