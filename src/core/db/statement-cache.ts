import type SqliteDatabase from 'better-sqlite3';

/** The program has some hundred different statements; lists of many lengths make more. */
const kept = 500;

/**
 * Makes `prepare` give a statement that was prepared before for the same text: drizzle prepares each query anew, which
 * was a tenth of the time of a message. Rows as arrays or objects is chosen at each call, since two callers of one text
 * may want each its own.
 */
export function cacheStatements(sqlite: SqliteDatabase.Database): void {
  const prepare = sqlite.prepare.bind(sqlite);
  const known = new Map<string, SqliteDatabase.Statement>();
  const statementFor = (source: string): SqliteDatabase.Statement => {
    const before = known.get(source);
    known.delete(source);
    const statement = before ?? prepare(source);
    known.set(source, statement);
    if (known.size > kept) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    return statement;
  };
  const cached = (source: string) => {
    const statement = statementFor(source);
    const asRows = (isRaw: boolean) => {
      if (statement.reader) statement.raw(isRaw);
      return statement;
    };
    return {
      run: (...values: unknown[]) => statement.run(...values),
      get: (...values: unknown[]) => asRows(false).get(...values),
      all: (...values: unknown[]) => asRows(false).all(...values),
      raw: () => ({
        get: (...values: unknown[]) => asRows(true).get(...values),
        all: (...values: unknown[]) => asRows(true).all(...values),
      }),
    };
  };
  sqlite.prepare = cached as unknown as typeof sqlite.prepare;
}
