import type { Clock } from './contracts/clock.ts';
import type { JsonObject } from './contracts/json.ts';
import type { Database } from './db/database.ts';
import { audit } from './db/schema/control.ts';
import type { IdSource } from './ids.ts';

export interface AuditEntry {
  /** Noun-verb, for example `setting-changed`. */
  readonly act: string;
  readonly personId?: string;
  readonly subject: string;
  readonly traceId?: string;
  /** Ids, hashes and figures; never text that a person wrote. */
  readonly detail?: JsonObject;
}

/** Writes a row that nothing can change afterwards, in the caller's transaction. */
export type AuditLog = (entry: AuditEntry) => void;

export function createAuditLog(database: Database, ids: IdSource, clock: Clock): AuditLog {
  return ({ detail = {}, ...entry }) => {
    database.orm
      .insert(audit)
      .values({ id: ids.next(), ...entry, detail, at: clock.now() })
      .run();
  };
}
