import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { eq } from '../db/drizzle.ts';
import { modelSpeeds } from '../db/schema/speeds.ts';
import type { Speed } from './measure.ts';

/** How long a person should wait until a local model has read what it is asked (section 8 of the design). */
const readingSeconds = 3;
/** Less is no conversation. */
const fewestTokens = 512;

export interface Speeds {
  keep(model: string, engine: string, speed: Speed): void;
  /** How many tokens the model reads in three seconds, as doctor measured it; undefined when it never did. */
  readableTokens(model: string): number | undefined;
}

export function createSpeeds(database: Database, clock: Clock): Speeds {
  const { orm } = database;
  return {
    keep(model, engine, { prefillTokensPerSecond, decodeTokensPerSecond }) {
      const values = { engine, prefillTokensPerSecond, decodeTokensPerSecond, at: clock.now() };
      database.write(() =>
        orm
          .insert(modelSpeeds)
          .values({ model, ...values })
          .onConflictDoUpdate({ target: modelSpeeds.model, set: values })
          .run(),
      );
    },
    readableTokens(model) {
      const row = orm.select().from(modelSpeeds).where(eq(modelSpeeds.model, model)).get();
      return row && Math.max(fewestTokens, Math.floor(row.prefillTokensPerSecond * readingSeconds));
    },
  };
}
