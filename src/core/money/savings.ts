import type { ModelsConfig } from '../config/models-schema.ts';
import type { Database } from '../db/database.ts';
import { and, gte, inArray, lt, sql } from '../db/drizzle.ts';
import { tasks } from '../db/schema/work.ts';

/** What the answers given at home would have cost by the fast model of Claude: of messages in [from, until). */
export function savedMicroUsd(
  { orm }: Pick<Database, 'orm'>,
  { models, roles }: ModelsConfig,
  from: number,
  until: number,
): number {
  const { price } = models[roles.fast] ?? {};
  if (!price) return 0;
  const local = orm
    .select({
      inputTokens: sql<number>`coalesce(sum(${tasks.inputTokens}), 0)`,
      outputTokens: sql<number>`coalesce(sum(${tasks.outputTokens}), 0)`,
    })
    .from(tasks)
    .where(
      and(
        // The plus keeps SQLite from the index by state: nearly all that ever was stands behind it.
        sql`+${tasks.state} = 'answered'`,
        inArray(tasks.engine, ['ollama', 'embedded']),
        gte(tasks.createdAt, from),
        lt(tasks.createdAt, until),
      ),
    )
    .get();
  // Many short prompts, however many tokens they have together: the rate for long ones is for none of them.
  return local ? Math.ceil(local.inputTokens * price.input + local.outputTokens * price.output) : 0;
}
