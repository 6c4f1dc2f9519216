import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq } from '../db/drizzle.ts';
import { identities, persons } from '../db/schema/people.ts';
import type { IdSource } from '../ids.ts';

export type Role = 'owner' | 'member' | 'guest' | 'nobody';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Persons {
  /** Who writes from this account; undefined for a stranger. */
  find(platform: string, nativeId: string): Person | undefined;
  /** The owner, made on first use: the terminal and the web token act as this person. */
  owner(): Person;
}

/** Accounts on these platforms are the owner by the fact that they reach the machine. */
const ownersPlatforms = new Set(['console']);

export function createPersons(database: Database, ids: IdSource, clock: Clock): Persons {
  const columns = { id: persons.id, name: persons.name, role: persons.role };
  const owner = (): Person =>
    database.write(() => {
      const known = database.orm.select(columns).from(persons).where(eq(persons.role, 'owner')).get();
      if (known) return known;
      const made: Person = { id: ids.next(), name: 'Owner', role: 'owner' };
      database.orm
        .insert(persons)
        .values({ ...made, createdAt: clock.now() })
        .run();
      return made;
    });
  return {
    owner,
    find(platform, nativeId) {
      if (ownersPlatforms.has(platform)) return owner();
      return database.orm
        .select(columns)
        .from(identities)
        .innerJoin(persons, eq(persons.id, identities.personId))
        .where(and(eq(identities.platform, platform), eq(identities.nativeId, nativeId)))
        .get();
    },
  };
}
