import { type Chat, inChat } from '../chat/in-chat.ts';
import type { ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, eq } from '../db/drizzle.ts';
import { heldNotifications, notificationTargets } from '../db/schema/notifications.ts';
import type { IdSource } from '../ids.ts';

export type Target = typeof notificationTargets.$inferSelect;

/** The chats that receive notifications. All writes are part of the caller's transaction. */
export interface Targets {
  all(): readonly Target[];
  at(address: ChatAddress): Target | undefined;
  /** The target at an address, begun when there is none. */
  add(address: ChatAddress, personId: string): Target;
  change(targetId: string, values: Partial<Pick<Target, 'kinds' | 'quiet'>>): void;
  remove(targetId: string): void;
  /** The bot is no longer in that chat. */
  removeChat(chat: Chat): void;
}

export function createTargets(options: { database: Database; ids: IdSource; clock: Clock }): Targets {
  const { database, ids, clock } = options;
  const { orm } = database;
  const at = (address: ChatAddress) =>
    orm
      .select()
      .from(notificationTargets)
      .where(and(inChat(notificationTargets, address), eq(notificationTargets.threadKey, address.threadKey)))
      .get();
  const remove = (targetId: string): void => {
    orm.delete(heldNotifications).where(eq(heldNotifications.targetId, targetId)).run();
    orm.delete(notificationTargets).where(eq(notificationTargets.id, targetId)).run();
  };
  return {
    all: () => orm.select().from(notificationTargets).all(),
    at,
    add(address, personId) {
      const known = at(address);
      if (known) return known;
      return orm
        .insert(notificationTargets)
        .values({
          id: ids.next(),
          ...addressOf(address),
          kinds: {},
          quiet: null,
          createdBy: personId,
          createdAt: clock.now(),
        })
        .returning()
        .get();
    },
    change(targetId, values) {
      orm.update(notificationTargets).set(values).where(eq(notificationTargets.id, targetId)).run();
    },
    remove,
    removeChat(chat) {
      for (const target of orm
        .select()
        .from(notificationTargets)
        .where(inChat(notificationTargets, chat))
        .all())
        remove(target.id);
    },
  };
}
