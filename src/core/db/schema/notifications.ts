import { integer, sqliteTable, text, uniqueIndex } from '../drizzle.ts';

/** A chat that receives notifications. Written by core/notifications. */
export const notificationTargets = sqliteTable(
  'notification_targets',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    account: text('account').notNull(),
    chatId: text('chat_id').notNull(),
    threadKey: text('thread_key').notNull(),
    /** Kinds switched on or off here; all others are as they are by default. */
    kinds: text('kinds', { mode: 'json' }).$type<Readonly<Record<string, boolean>>>().notNull(),
    /** From when to when nothing is sent, minutes after midnight of the household. */
    quiet: text('quiet', { mode: 'json' }).$type<{ readonly from: number; readonly to: number }>(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('notification_targets_address').on(
      table.platform,
      table.account,
      table.chatId,
      table.threadKey,
    ),
  ],
);

/** What came in quiet hours and is told after them. Written by core/notifications. */
export const heldNotifications = sqliteTable('held_notifications', {
  id: text('id').primaryKey(),
  targetId: text('target_id').notNull(),
  markdown: text('markdown').notNull(),
  at: integer('at').notNull(),
});
