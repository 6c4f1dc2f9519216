import type { ChatAddress } from '../contracts/chat.ts';
import { and, eq } from '../db/drizzle.ts';
import type { outbox, threads } from '../db/schema/chat.ts';
import type { notificationTargets } from '../db/schema/notifications.ts';

/** A chat with all its topics and threads. */
export type Chat = Pick<ChatAddress, 'platform' | 'account' | 'chatId'>;

/** The rows of a chat, whatever their topic. */
export const inChat = (table: typeof threads | typeof outbox | typeof notificationTargets, chat: Chat) =>
  and(eq(table.platform, chat.platform), eq(table.account, chat.account), eq(table.chatId, chat.chatId));
