import { integer, real, sqliteTable, text } from '../drizzle.ts';

/** How fast a model ran when doctor measured it. Written by core/doctor. */
export const modelSpeeds = sqliteTable('model_speeds', {
  model: text('model').primaryKey(),
  engine: text('engine').notNull(),
  prefillTokensPerSecond: real('prefill_tokens_per_second').notNull(),
  decodeTokensPerSecond: real('decode_tokens_per_second').notNull(),
  at: integer('at').notNull(),
});
