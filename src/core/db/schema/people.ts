import type { ChatAddress } from '../../contracts/chat.ts';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** A member of the household. Written by core/access. */
export const persons = sqliteTable('persons', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  role: text('role', { enum: ['owner', 'member', 'guest', 'nobody'] }).notNull(),
  language: text('language'),
  timezone: text('timezone'),
  createdAt: integer('created_at').notNull(),
});

/** The accounts by which a person writes. Written by core/access. */
export const identities = sqliteTable(
  'identities',
  {
    id: text('id').primaryKey(),
    personId: text('person_id')
      .notNull()
      .references(() => persons.id),
    platform: text('platform').notNull(),
    nativeId: text('native_id').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('identities_platform_native').on(table.platform, table.nativeId),
    index('identities_person').on(table.personId),
  ],
);

/** Someone who wrote in a private chat and is nobody's identity. Counts, never what was written. By core/access. */
export const strangers = sqliteTable(
  'strangers',
  {
    platform: text('platform').notNull(),
    nativeId: text('native_id').notNull(),
    displayName: text('display_name').notNull(),
    /** The private chat, to tell them how it was decided. */
    address: text('address', { mode: 'json' }).$type<ChatAddress>().notNull(),
    state: text('state', { enum: ['waiting', 'blocked'] }).notNull(),
    messages: integer('messages').notNull(),
    /** When they were last told that this is a private assistant. */
    toldAt: integer('told_at'),
    firstSeenAt: integer('first_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.nativeId] })],
);

/** One-use codes that make an account an identity of a person. Only their hash is kept. By core/access. */
export const pairingCodes = sqliteTable('pairing_codes', {
  hash: text('hash').primaryKey(),
  personId: text('person_id')
    .notNull()
    .references(() => persons.id),
  expiresAt: integer('expires_at').notNull(),
  createdAt: integer('created_at').notNull(),
});
