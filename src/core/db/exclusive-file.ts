import { createRequire } from 'node:module';
import type SqliteDatabase from 'better-sqlite3';

const require = createRequire(import.meta.url);

/**
 * Takes a file for this process alone: an open exclusive SQLite transaction, whose lock the operating system drops
 * when the process ends in whatever way. Undefined when another holder has it; throws when the file cannot be used.
 *
 * Nothing else in this process may open the file: with POSIX locks the first close of any other descriptor on it
 * would drop the lock.
 */
export function openExclusively(file: string): { release(): void } | undefined {
  const Sqlite: typeof SqliteDatabase = require('better-sqlite3');
  const sqlite = new Sqlite(file, { timeout: 0 });
  try {
    sqlite.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    sqlite.close();
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY'))
      return undefined;
    throw error;
  }
  return {
    release() {
      if (sqlite.open) sqlite.close();
    },
  };
}
