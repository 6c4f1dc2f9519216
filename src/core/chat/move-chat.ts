import type { Database } from '../db/database.ts';
import { and, eq, inArray } from '../db/drizzle.ts';
import { inbox, outbox, threads } from '../db/schema/chat.ts';
import { notificationTargets } from '../db/schema/notifications.ts';
import { tasks } from '../db/schema/work.ts';
import { type Chat, inChat } from './in-chat.ts';

/**
 * A chat goes on under another id (Telegram: a group became a supergroup). Its threads, its waiting messages and its
 * notifications go with it in one transaction; messages of the old chat can no longer be edited, so what was to change
 * one of them is sent as a new one. Doing it twice changes nothing.
 */
export function moveChat(database: Database, from: Chat, toChatId: string): void {
  const { orm } = database;
  const moveThread = (thread: typeof threads.$inferSelect): void => {
    orm.update(tasks).set({ liveNativeId: null }).where(eq(tasks.threadId, thread.id)).run();
    const successor = orm
      .select({ id: threads.id })
      .from(threads)
      .where(and(inChat(threads, { ...from, chatId: toChatId }), eq(threads.threadKey, thread.threadKey)))
      .get();
    if (!successor) {
      orm.update(threads).set({ chatId: toChatId }).where(eq(threads.id, thread.id)).run();
      return;
    }
    // Someone wrote in the new chat before its origin was told: the conversation is one.
    orm.update(tasks).set({ threadId: successor.id }).where(eq(tasks.threadId, thread.id)).run();
    orm.update(inbox).set({ threadId: successor.id }).where(eq(inbox.threadId, thread.id)).run();
    orm.delete(threads).where(eq(threads.id, thread.id)).run();
  };

  const moveTarget = ({ id, threadKey }: typeof notificationTargets.$inferSelect): void => {
    const isThere = orm
      .select({ id: notificationTargets.id })
      .from(notificationTargets)
      .where(
        and(
          inChat(notificationTargets, { ...from, chatId: toChatId }),
          eq(notificationTargets.threadKey, threadKey),
        ),
      )
      .get();
    // The new chat has chosen for itself already.
    if (isThere) orm.delete(notificationTargets).where(eq(notificationTargets.id, id)).run();
    else
      orm.update(notificationTargets).set({ chatId: toChatId }).where(eq(notificationTargets.id, id)).run();
  };

  database.write(() => {
    for (const thread of orm.select().from(threads).where(inChat(threads, from)).all()) moveThread(thread);
    orm
      .update(outbox)
      .set({
        chatId: toChatId,
        editOf: null,
        editNativeId: null,
        afterNativeId: null,
        mayHaveArrived: false,
        retryAt: null,
      })
      .where(and(inChat(outbox, from), inArray(outbox.state, ['queued', 'sending'])))
      .run();
    for (const target of orm
      .select()
      .from(notificationTargets)
      .where(inChat(notificationTargets, from))
      .all())
      moveTarget(target);
  });
}
