import { inChat } from '../chat/in-chat.ts';
import type { ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq } from '../db/drizzle.ts';
import { threads } from '../db/schema/chat.ts';
import type { IdSource } from '../ids.ts';

export type Thread = typeof threads.$inferSelect;
export type ModelChoice = Thread['modelChoice'];

export interface Threads {
  /** The thread at an address, begun on first use as one of this kind. */
  at(address: ChatAddress, kind?: Thread['kind']): Thread;
  get(threadId: string): Thread;
  update(threadId: string, change: Partial<Thread>): void;
}

export const addressOf = (row: ChatAddress): ChatAddress => ({
  platform: row.platform,
  account: row.account,
  chatId: row.chatId,
  threadKey: row.threadKey,
});

export function createThreads(database: Database, ids: IdSource, clock: Clock): Threads {
  const { orm } = database;
  const find = (address: ChatAddress): Thread | undefined =>
    orm
      .select()
      .from(threads)
      .where(and(inChat(threads, address), eq(threads.threadKey, address.threadKey)))
      .get();
  return {
    at(address, kind = 'private') {
      return database.write(() => {
        const known = find(address);
        if (known) return known;
        return orm
          .insert(threads)
          .values({
            id: ids.next(),
            ...addressOf(address),
            kind,
            modelChoice: 'auto',
            contextAfter: '',
            createdAt: clock.now(),
          })
          .returning()
          .get();
      });
    },
    get(threadId) {
      const row = orm.select().from(threads).where(eq(threads.id, threadId)).get();
      if (!row) throw new Error(`thread ${threadId} is gone`);
      return row;
    },
    update(threadId, change) {
      database.write(() => orm.update(threads).set(change).where(eq(threads.id, threadId)).run());
    },
  };
}
