import type { ChatAdapter, ChatAddress } from '../contracts/chat.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq } from '../db/drizzle.ts';
import { inbox, threads } from '../db/schema/chat.ts';
import type { Persons } from './persons.ts';

/** The private chats in which the owner can be asked now: on each connected platform the one they used last. */
export function ownerAddresses(options: {
  database: Database;
  persons: Persons;
  adapter(platform: string): ChatAdapter | undefined;
}): readonly ChatAddress[] {
  const { database, persons, adapter } = options;
  const owner = persons.owner();
  const accounts = [{ platform: 'console' }, ...persons.identitiesOf(owner.id)];
  const platforms = [...new Set(accounts.map((account) => account.platform))];
  return platforms
    .filter((platform) => adapter(platform))
    .flatMap((platform) => {
      const last = database.orm
        .select({
          platform: threads.platform,
          account: threads.account,
          chatId: threads.chatId,
          threadKey: threads.threadKey,
        })
        .from(inbox)
        .innerJoin(threads, eq(threads.id, inbox.threadId))
        .where(and(eq(inbox.personId, owner.id), eq(threads.platform, platform), eq(threads.kind, 'private')))
        .orderBy(desc(inbox.id))
        .limit(1)
        .get();
      return last ? [addressOf(last)] : [];
    });
}
