import type { Chat, Message, MessageOrigin, User } from 'grammy/types';
import type { Sender } from '../../core/contracts/chat.ts';
import { visibleText } from '../../core/chat/visible-text.ts';

/** The bot itself, as getMe tells. */
export interface Self {
  readonly id: number;
  readonly username: string;
}

/** Names are text of strangers: one line, without hidden characters, of a bearable length. */
const shown = (name: string): string =>
  visibleText(name).replace(/\s+/g, ' ').trim().slice(0, 100).toWellFormed();

const joined = (first: string, last: string | undefined): string => shown(last ? `${first} ${last}` : first);

export function nameOfUser(user: User): string {
  return joined(user.first_name, user.last_name) || String(user.id);
}

export function nameOfChat(chat: Chat): string {
  const name = chat.type === 'private' ? joined(chat.first_name, chat.last_name) : shown(chat.title);
  return name || String(chat.id);
}

/** Undefined for the bot itself, other bots and messages that nobody wrote. */
export function senderOf(message: Message): Sender | undefined {
  // Anonymous admins and channels write as a chat; `from` is then a placeholder that is a bot.
  if (message.sender_chat)
    return { nativeId: String(message.sender_chat.id), displayName: nameOfChat(message.sender_chat) };
  if (!message.from || message.from.is_bot) return undefined;
  return senderFrom(message.from);
}

export const senderFrom = (user: User): Sender => ({
  nativeId: String(user.id),
  displayName: nameOfUser(user),
});

/** Who wrote what is passed on or replied to in another chat. */
export function nameOfOrigin(origin: MessageOrigin): string {
  switch (origin.type) {
    case 'user':
      return nameOfUser(origin.sender_user);
    case 'hidden_user':
      return shown(origin.sender_user_name) || 'someone';
    case 'chat':
      return signed(nameOfChat(origin.sender_chat), origin.author_signature);
    case 'channel':
      return signed(nameOfChat(origin.chat), origin.author_signature);
  }
}

const signed = (name: string, signature: string | undefined): string =>
  signature ? `${name} (${shown(signature)})` : name;
