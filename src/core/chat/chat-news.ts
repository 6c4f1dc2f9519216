import type { Persons } from '../access/persons.ts';
import type { ChatAddress, InboundEvent } from '../contracts/chat.ts';
import type { Database } from '../db/database.ts';
import type { IdSource } from '../ids.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { moveChat } from './move-chat.ts';
import type { Outbox } from './outbox.ts';
import { plainName } from './plain-name.ts';

/** What a platform says of a chat itself rather than what somebody says in it. */
export type ChatNewsEvent = Extract<InboundEvent, { kind: 'membership' | 'migration' }>;

export interface ChatNews {
  /** In the caller's transaction; flush the outbox after it. */
  receive(event: ChatNewsEvent): void;
}

const greeting =
  'Hello. Here I answer when I am mentioned, replied to or given a command, and only people I know. `/notify here` tells this chat what happens to me.';

export const isChatNews = (event: InboundEvent): event is ChatNewsEvent =>
  event.kind === 'membership' || event.kind === 'migration';

export function createChatNews(options: {
  database: Database;
  ids: IdSource;
  persons: Persons;
  outbox: Outbox;
  notifications: Pick<Notifications, 'notify' | 'targets'>;
}): ChatNews {
  const { database, ids, persons, outbox, notifications } = options;

  const welcome = (event: ChatNewsEvent): void => {
    const { address, chat, sender } = event;
    // A bot can do nothing in a channel unasked, and a private chat begins with /start.
    const person = persons.find({ platform: address.platform, nativeId: sender.nativeId });
    if (person?.role === 'owner' || person?.role === 'member') {
      if (chat?.kind === 'group') say(address, greeting);
      return;
    }
    const where = plainName(chat?.title ?? '', 'a chat');
    const who = plainName(sender.displayName, 'Someone');
    notifications.notify({
      kind: 'access',
      markdown: `**${who}** (${address.platform} ${sender.nativeId}), who is a stranger, added me to **${where}**. I say nothing there to people I do not know.`,
    });
  };

  const say = (address: ChatAddress, markdown: string): void => {
    outbox.put({ address, message: { markdown }, traceId: ids.traceId() });
  };

  return {
    receive(event) {
      if (event.kind === 'migration') return moveChat(database, event.address, event.toChatId);
      if (event.change === 'added') welcome(event);
      else if (event.change !== 'unblocked') notifications.targets.removeChat(event.address);
    },
  };
}
