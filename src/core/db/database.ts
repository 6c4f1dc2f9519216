import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type SqliteDatabase from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { cacheStatements } from './statement-cache.ts';
import { StorageFault, storageFaultOf } from './storage-fault.ts';

const require = createRequire(import.meta.url);

/** The one connection of this process. Synchronous, so that a transaction can never interleave with another. */
export interface Database {
  readonly orm: BetterSQLite3Database;
  /**
   * Runs `work` in one immediate transaction and commits it before returning; inside another `write` it joins that one.
   * Throws StorageFault, with nothing kept, when the disk fails.
   */
  write<T>(work: () => T): T;
  close(): void;
}

export type OpenResult =
  | { readonly ok: true; readonly database: Database }
  | { readonly ok: false; readonly problem: string; readonly remedy: string };

/** Above this a whole check would cost more than a second of every start. */
const checkedBytes = 64_000_000;

/**
 * Opens the database, creating or migrating it. Expected trouble (damaged, from a newer program, disk full) is a value.
 * A failed migration leaves the file as it was: all of it runs in one transaction.
 */
export function openDatabase(options: { file: string; migrations: string }): OpenResult {
  const { file, migrations } = options;
  let sqlite: SqliteDatabase.Database | undefined;
  try {
    const Sqlite = require('better-sqlite3') as typeof SqliteDatabase;
    const { drizzle } = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3');
    sqlite = new Sqlite(file, { timeout: 5_000 });
    sqlite.pragma('journal_mode = WAL');
    sqlite.pragma('synchronous = FULL');
    // Forgotten text must not stay behind in free pages.
    sqlite.pragma('secure_delete = ON');
    sqlite.pragma('foreign_keys = ON');
    if (statSync(file).size <= checkedBytes) {
      const verdict = sqlite.pragma('quick_check(1)', { simple: true });
      if (verdict !== 'ok') throw new StorageFault('corrupt', new Error(String(verdict)));
    }
    const newest = newestMigration(migrations);
    const applied = appliedMigration(sqlite);
    if (applied > newest) {
      sqlite.close();
      return {
        ok: false,
        problem: `${file} was written by a newer Steward than this one.`,
        remedy: 'Update this copy (git pull), or restore a backup made with this version.',
      };
    }
    const orm = drizzle(sqlite);
    if (applied < newest) {
      const { migrate } =
        require('drizzle-orm/better-sqlite3/migrator') as typeof import('drizzle-orm/better-sqlite3/migrator');
      migrate(orm, { migrationsFolder: migrations });
    }
    cacheStatements(sqlite);
    return { ok: true, database: wrap(sqlite, orm) };
  } catch (error) {
    sqlite?.close();
    const fault = storageFaultOf(error);
    if (!fault) throw error;
    return { ok: false, problem: `${file} could not be opened (${fault.code}).`, remedy: fault.message };
  }
}

function wrap(sqlite: SqliteDatabase.Database, orm: BetterSQLite3Database): Database {
  return {
    orm,
    write(work) {
      if (sqlite.inTransaction) return work();
      try {
        return sqlite.transaction(work).immediate();
      } catch (error) {
        throw storageFaultOf(error) ?? error;
      }
    },
    close() {
      sqlite.close();
    },
  };
}

/** drizzle-kit's journal orders migrations by the time they were made. */
function newestMigration(folder: string): number {
  const journal = JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  return Math.max(0, ...journal.entries.map((entry) => entry.when));
}

function appliedMigration(sqlite: SqliteDatabase.Database): number {
  const known = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = '__drizzle_migrations'").get();
  if (!known) return 0;
  const row = sqlite.prepare('SELECT max(created_at) AS at FROM __drizzle_migrations').get() as {
    at: number | null;
  };
  return row.at ?? 0;
}
