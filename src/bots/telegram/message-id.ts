/** Below this, Telegram's ids are those of supergroups and channels. */
const firstOwnNumbering = -1_000_000_000_000;

/**
 * The native id of a message. Supergroups and channels each count their messages from 1, so there the number alone
 * names many messages of one bot; private chats and basic groups count together.
 */
export function nativeMessageId(chatId: number | string, messageId: number): string {
  return Number(chatId) < firstOwnNumbering ? `${chatId}:${messageId}` : String(messageId);
}

/** The number that Telegram's methods want. */
export function messageNumber(nativeId: string): number {
  return Number(nativeId.slice(nativeId.lastIndexOf(':') + 1));
}

/** Private chats have the id of the person, all others are below zero. */
export const isPrivateChat = (chatId: string): boolean => !chatId.startsWith('-');

/** Whether the id can name a message of this chat: a basic group that became a supergroup left its messages behind. */
export const isMessageOf = (chatId: string, nativeId: string): boolean =>
  nativeMessageId(chatId, messageNumber(nativeId)) === nativeId;
