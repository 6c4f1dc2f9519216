import { createHash, randomInt } from 'node:crypto';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq, gt, lte } from '../db/drizzle.ts';
import { pairingCodes } from '../db/schema/people.ts';
import type { Identity, Person, Persons } from './persons.ts';

export interface Pairing {
  /** A code that makes the account from which it is sent one of this person's. One use, ten minutes unless said. */
  issue(personId: string, validMs?: number): string;
  /** The person whom a text pairs this account with; undefined when the text is no valid code. */
  redeem(text: string, identity: Identity): Person | undefined;
}

// Without letters and digits that look alike; 12 of them are 59 bits.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const groups = 3;
const groupLength = 4;
const usuallyValidMs = 10 * 60_000;
const codeShape = new RegExp(`^(?:/start\\s+)?((?:[${alphabet}]{${groupLength}}-?){${groups}})$`, 'i');

export function createPairing(options: { database: Database; clock: Clock; persons: Persons }): Pairing {
  const { database, clock, persons } = options;
  const { orm } = database;
  const hashOf = (code: string) =>
    createHash('sha256').update(code.toLowerCase().replaceAll('-', '')).digest('hex');

  return {
    issue(personId, validMs = usuallyValidMs) {
      const group = () =>
        Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join('');
      const code = Array.from({ length: groups }, group).join('-');
      database.write(() => {
        orm.delete(pairingCodes).where(lte(pairingCodes.expiresAt, clock.now())).run();
        orm
          .insert(pairingCodes)
          .values({ hash: hashOf(code), personId, expiresAt: clock.now() + validMs, createdAt: clock.now() })
          .run();
      });
      return code;
    },
    redeem(text, identity) {
      const code = codeShape.exec(text.trim())?.[1];
      if (!code) return undefined;
      return database.write(() => {
        const used = orm
          .delete(pairingCodes)
          .where(and(eq(pairingCodes.hash, hashOf(code)), gt(pairingCodes.expiresAt, clock.now())))
          .returning()
          .get();
        if (!used) return undefined;
        persons.link(used.personId, identity);
        return persons.find(identity);
      });
    },
  };
}
