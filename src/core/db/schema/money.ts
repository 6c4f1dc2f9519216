import { index, integer, sqliteTable, text } from '../drizzle.ts';

/** One paid call: reserved before, settled after. Integer micro-USD. Written by core/money. */
export const spend = sqliteTable(
  'spend',
  {
    id: text('id').primaryKey(),
    traceId: text('trace_id').notNull(),
    taskId: text('task_id').notNull(),
    personId: text('person_id').notNull(),
    runId: text('run_id').notNull(),
    model: text('model').notNull(),
    state: text('state', { enum: ['reserved', 'settled'] }).notNull(),
    reservedMicroUsd: integer('reserved_micro_usd').notNull(),
    /** What counts against the budget: the reserve, then the actual cost. */
    microUsd: integer('micro_usd').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    cacheReadTokens: integer('cache_read_tokens').notNull(),
    cacheWriteTokens: integer('cache_write_tokens').notNull(),
    /** `exceeded`: the actual cost was above its reserve; `estimated`: cut off, settled upward from what was known. */
    note: text('note', { enum: ['exceeded', 'estimated'] }),
    /** The household's day, YYYY-MM-DD; its first seven characters are the month. */
    day: text('day').notNull(),
    at: integer('at').notNull(),
  },
  (table) => [
    index('spend_day').on(table.day),
    index('spend_person').on(table.personId, table.day),
    index('spend_task').on(table.taskId),
  ],
);
