import type { Database } from './database.ts';
import { eq, sql } from './drizzle.ts';
import { sequences } from './schema/control.ts';

/** The next number of a sequence, from 1; kept only if the surrounding transaction is. */
export function nextNumber(database: Database, name: string): number {
  return database.write(() => {
    database.orm
      .insert(sequences)
      .values({ name, value: 1 })
      .onConflictDoUpdate({ target: sequences.name, set: { value: sql`${sequences.value} + 1` } })
      .run();
    const row = database.orm.select().from(sequences).where(eq(sequences.name, name)).get();
    return row?.value ?? 1;
  });
}
