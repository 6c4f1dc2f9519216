import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Database, openDatabase } from '../../src/core/db/database.ts';
import { createIdSource, type IdSource } from '../../src/core/ids.ts';
import { createHandClock, type HandClock } from './hand-clock.ts';
import { projectRoot } from './project-root.ts';
import { temporaryFolder } from './steward.ts';

/** A migrated database in a folder of its own, with a clock that stands still. */
export function testDatabase(): { database: Database; clock: HandClock; ids: IdSource } {
  const opened = openDatabase({
    file: join(temporaryFolder(), 'steward.sqlite'),
    migrations: join(projectRoot, 'migrations'),
  });
  if (!opened.ok) throw new Error(opened.problem);
  onTestFinished(() => opened.database.close());
  const clock = createHandClock(Date.UTC(2026, 10, 24, 12));
  return { database: opened.database, clock, ids: createIdSource(clock) };
}
