import type { AuditLog } from '../audit.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, asc, eq } from '../db/drizzle.ts';
import { identities, persons } from '../db/schema/people.ts';
import type { IdSource } from '../ids.ts';

/** `nobody` is a person whose access was taken back: known, and not answered. */
export type Role = 'owner' | 'member' | 'guest' | 'nobody';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface Identity {
  readonly platform: string;
  /** Numeric on Telegram and Discord; never a user name, which may change hands. */
  readonly nativeId: string;
}

export interface Persons {
  /** Who writes from this account; undefined for a stranger. */
  find(identity: Identity): Person | undefined;
  /** The owner, made on first use: the terminal and the web token act as this person. */
  owner(): Person;
  get(personId: string): Person | undefined;
  list(): readonly Person[];
  identitiesOf(personId: string): readonly Identity[];
  /** A new person with this account. In the caller's transaction. */
  admit(name: string, role: Role, identity: Identity): Person;
  /** Makes an account one of this person's, whoever had it before. In the caller's transaction. */
  link(personId: string, identity: Identity): void;
  setRole(personId: string, role: Role): void;
}

/** Who is at this machine's terminal is its owner. */
const ownersPlatforms = new Set(['console']);

export function createPersons(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  audit: AuditLog;
  /** An account speaks for another person from now on. */
  onLinked?(identity: Identity): void;
}): Persons {
  const { database, ids, clock, audit } = options;
  const { orm } = database;
  const columns = { id: persons.id, name: persons.name, role: persons.role };

  const add = (name: string, role: Role): Person => {
    const person = { id: ids.next(), name, role };
    orm
      .insert(persons)
      .values({ ...person, createdAt: clock.now() })
      .run();
    return person;
  };

  const owner = (): Person =>
    database.write(() => {
      const known = orm
        .select(columns)
        .from(persons)
        .where(eq(persons.role, 'owner'))
        .orderBy(asc(persons.id))
        .get();
      return known ?? add('Owner', 'owner');
    });

  const link = (personId: string, { platform, nativeId }: Identity): void => {
    orm
      .insert(identities)
      .values({ id: ids.next(), personId, platform, nativeId, createdAt: clock.now() })
      .onConflictDoUpdate({ target: [identities.platform, identities.nativeId], set: { personId } })
      .run();
    audit({ act: 'identity-linked', personId, subject: `${platform}:${nativeId}` });
    options.onLinked?.({ platform, nativeId });
  };

  return {
    owner,
    link,
    find({ platform, nativeId }) {
      if (ownersPlatforms.has(platform)) return owner();
      return orm
        .select(columns)
        .from(identities)
        .innerJoin(persons, eq(persons.id, identities.personId))
        .where(and(eq(identities.platform, platform), eq(identities.nativeId, nativeId)))
        .get();
    },
    get: (personId) => orm.select(columns).from(persons).where(eq(persons.id, personId)).get(),
    list: () => orm.select(columns).from(persons).orderBy(asc(persons.id)).all(),
    identitiesOf: (personId) =>
      orm
        .select({ platform: identities.platform, nativeId: identities.nativeId })
        .from(identities)
        .where(eq(identities.personId, personId))
        .orderBy(asc(identities.id))
        .all(),
    admit(name, role, identity) {
      return database.write(() => {
        const person = add(name, role);
        link(person.id, identity);
        return person;
      });
    },
    setRole(personId, role) {
      database.write(() => {
        orm.update(persons).set({ role }).where(eq(persons.id, personId)).run();
        audit({ act: 'role-changed', subject: personId, detail: { role } });
      });
    },
  };
}
