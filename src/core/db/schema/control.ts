import type { Json, JsonObject } from '../../contracts/json.ts';
import { index, integer, primaryKey, sqliteTable, text } from '../drizzle.ts';

/** Each start of the program on this data. Written by app.ts. */
export const runs = sqliteTable('runs', {
  id: text('id').primaryKey(),
  kind: text('kind', { enum: ['live', 'once'] }).notNull(),
  pid: integer('pid').notNull(),
  version: text('version').notNull(),
  startedAt: integer('started_at').notNull(),
  endedAt: integer('ended_at'),
});

/** Something that waits for a person's decision. Written by core/approvals. */
export const approvals = sqliteTable(
  'approvals',
  {
    id: text('id').primaryKey(),
    number: integer('number').notNull().unique(),
    traceId: text('trace_id').notNull(),
    kind: text('kind').notNull(),
    /** What it is about: a task id for the kinds that hold a turn. */
    subjectId: text('subject_id').notNull(),
    payload: text('payload', { mode: 'json' }).$type<JsonObject>().notNull(),
    /** What the card asks, in Markdown; its outcome is shown under it. */
    card: text('card').notNull(),
    choices: text('choices', { mode: 'json' }).$type<readonly ApprovalChoice[]>().notNull(),
    state: text('state', { enum: ['open', 'decided', 'expired', 'withdrawn'] }).notNull(),
    choice: text('choice'),
    decidedBy: text('decided_by'),
    decidedAt: integer('decided_at'),
    /** Bumped by every change; a decision names the revision it saw. */
    revision: integer('revision').notNull(),
    expiresAt: integer('expires_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [index('approvals_state').on(table.state), index('approvals_subject').on(table.subjectId)],
);

export interface ApprovalChoice {
  readonly name: string;
  readonly label: string;
  readonly style?: 'success' | 'danger';
}

/** What a button really holds. Written by core/approvals. */
export const buttonTokens = sqliteTable(
  'button_tokens',
  {
    token: text('token').primaryKey(),
    approvalId: text('approval_id').notNull(),
    choice: text('choice').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [index('button_tokens_approval').on(table.approvalId)],
);

/** Values changed in the chat, laid over config; the newest version of a key counts. Written by core/config/settings. */
export const settings = sqliteTable(
  'settings',
  {
    id: text('id').primaryKey(),
    key: text('key').notNull(),
    /** null: back to what config says. */
    value: text('value', { mode: 'json' }).$type<Json>(),
    personId: text('person_id').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [index('settings_key').on(table.key, table.id)],
);

/** The numbers that people type. Written by core/db/sequence. */
export const sequences = sqliteTable('sequences', {
  name: text('name').primaryKey(),
  value: integer('value').notNull(),
});

/** What listeners may have missed; ids grow. Written by core/event-log. */
export const events = sqliteTable('events', {
  id: integer('id').primaryKey({ autoIncrement: true }),
  name: text('name').notNull(),
  payload: text('payload', { mode: 'json' }).$type<JsonObject>().notNull(),
  at: integer('at').notNull(),
});

/** Privileged acts, append-only by triggers: ids and hashes, never text. Written by core/audit. */
export const audit = sqliteTable('audit', {
  id: text('id').primaryKey(),
  act: text('act').notNull(),
  personId: text('person_id'),
  subject: text('subject').notNull(),
  traceId: text('trace_id'),
  detail: text('detail', { mode: 'json' }).$type<JsonObject>().notNull(),
  at: integer('at').notNull(),
});

/** What is to be done at a time. Written by core/scheduler for the part that owns the kind. */
export const dueItems = sqliteTable(
  'due_items',
  {
    kind: text('kind').notNull(),
    subjectId: text('subject_id').notNull(),
    dueAt: integer('due_at').notNull(),
    payload: text('payload', { mode: 'json' }).$type<JsonObject>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.subjectId] }), index('due_items_due').on(table.dueAt)],
);
