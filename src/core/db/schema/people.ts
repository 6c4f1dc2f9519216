import { index, integer, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

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
