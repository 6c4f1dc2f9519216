import { index, integer, primaryKey, real, sqliteTable, text } from '../drizzle.ts';

/** A person who lets what they write in a thread go to Claude though it is private. Written by core/routing. */
export const privacyPermits = sqliteTable(
  'privacy_permits',
  {
    threadId: text('thread_id').notNull(),
    personId: text('person_id').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.threadId, table.personId] })],
);

/** Answers that are given again to the same words of the same person, or in the same group. Written by core/routing. */
export const answerCache = sqliteTable(
  'answer_cache',
  {
    /** Hash of scope, words and instructions. */
    key: text('key').primaryKey(),
    /** The task whose answer it is. */
    taskId: text('task_id').notNull(),
    expiresAt: integer('expires_at').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [index('answer_cache_task').on(table.taskId), index('answer_cache_expires').on(table.expiresAt)],
);

/** What a button under an answer does, and who may press it. Written by core/conversation. */
export const answerButtons = sqliteTable(
  'answer_buttons',
  {
    token: text('token').primaryKey(),
    taskId: text('task_id').notNull(),
    act: text('act', { enum: ['why', 'good', 'bad', 'again'] }).notNull(),
    /** The one who may press it; null: whoever may write in that chat. */
    personId: text('person_id'),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
  },
  (table) => [index('answer_buttons_task').on(table.taskId)],
);

/** How far outcomes have moved the estimated benefit of the strong model, by tenth of it. Written by core/routing. */
export const calibrationShifts = sqliteTable('calibration_shifts', {
  id: text('id').primaryKey(),
  /** The tenth of the score from 0 to 9. */
  tenth: integer('tenth').notNull(),
  /** What is added to a score in it, all weeks together. */
  shift: real('shift').notNull(),
  /** So many outcomes were looked at. */
  outcomes: integer('outcomes').notNull(),
  at: integer('at').notNull(),
});
