import type { Chat, MaybeInaccessibleMessage, Message, Update } from 'grammy/types';
import type { ChatAddress, InboundEvent, MessageEvent } from '../../core/contracts/chat.ts';
import { joinAlbum } from './albums.ts';
import { commandIn, isSpokenTo, realReply, withoutMentions } from './addressing.ts';
import { attachmentsOf, textOf } from './content.ts';
import { nativeMessageId } from './message-id.ts';
import { nameOfChat, nameOfOrigin, nameOfUser, type Self, senderFrom, senderOf } from './people.ts';

export interface InboundContext {
  readonly self: Self;
  /** In a group, a bare `/word` is for this bot only where it is one of these. */
  readonly commandNames: ReadonlySet<string>;
  /** For what Telegram gives no time of its own. */
  readonly now: number;
}

/**
 * What a batch of updates, in the order of their numbers, tells the core. The items of an album are one message:
 * where the rest of an album comes in a later batch, it is a message of its own, because the first part is stored by
 * then. Pure.
 */
export function inboundEvents(updates: readonly Update[], context: InboundContext): InboundEvent[] {
  const albums = new Map<string, Message[]>();
  for (const { message } of updates) {
    if (!message?.media_group_id) continue;
    const key = `${message.chat.id} ${message.media_group_id}`;
    albums.set(key, [...(albums.get(key) ?? []), message]);
  }
  return updates.flatMap((update) => {
    const { message } = update;
    if (!message?.media_group_id) return eventsOf(update, context);
    const key = `${message.chat.id} ${message.media_group_id}`;
    const items = albums.get(key);
    albums.delete(key);
    return items ? messageEvent(joinAlbum(items), attachmentsOfAll(items), context) : [];
  });
}

const attachmentsOfAll = (items: readonly Message[]) => items.flatMap(attachmentsOf);

function eventsOf(update: Update, context: InboundContext): InboundEvent[] {
  const { message, edited_message: edited, channel_post: post } = update;
  if (message?.migrate_to_chat_id !== undefined)
    return [migrationEvent(message.chat.id, message.migrate_to_chat_id, context)];
  if (message) return messageEvent(message, attachmentsOf(message), context);
  if (edited) return editEvent(edited, context);
  if (post) return commandEvent(post, context);
  return otherEvents(update, context);
}

const addressIn = (chatId: number, threadId: number | undefined, { self }: InboundContext): ChatAddress => ({
  platform: 'telegram',
  account: String(self.id),
  chatId: String(chatId),
  threadKey: threadId === undefined ? '' : String(threadId),
});

/** A thread id without a topic is only the thread of replies under a message. */
const placeOf = (message: MaybeInaccessibleMessage, context: InboundContext): ChatAddress =>
  addressIn(message.chat.id, message.is_topic_message ? message.message_thread_id : undefined, context);

function chatFacts(chat: Chat): NonNullable<InboundEvent['chat']> {
  if (chat.type === 'private') return { kind: 'private' };
  return { kind: chat.type === 'channel' ? 'channel' : 'group', title: nameOfChat(chat) };
}

function messageEvent(
  message: Message,
  attachments: MessageEvent['attachments'],
  context: InboundContext,
): InboundEvent[] {
  const command = commandEvent(message, context);
  if (command.length > 0) return command;
  const event = spoken(message, attachments, context);
  return event ? [{ kind: 'message', ...event }] : [];
}

function editEvent(message: Message & { edit_date: number }, context: InboundContext): InboundEvent[] {
  const event = spoken(message, attachmentsOf(message), context);
  return event ? [{ ...event, kind: 'edit', revision: message.edit_date }] : [];
}

/** A text that begins with a command this bot is to obey; nobody's forwarded words are one. */
function commandEvent(message: Message, context: InboundContext): InboundEvent[] {
  const sender = senderOf(message);
  if (!sender || message.text === undefined || message.forward_origin) return [];
  const command = commandIn(message.text, context.self);
  if (!command || command === 'another-bot') return [];
  const isPrivate = message.chat.type === 'private';
  if (!isPrivate && !command.isAddressed && !context.commandNames.has(command.name)) return [];
  return [
    {
      kind: 'command',
      ...baseOf(message, context),
      sender,
      name: command.name,
      input: command.input,
      ...repliedTo(message),
    },
  ];
}

function baseOf(message: Message, context: InboundContext) {
  return {
    nativeId: nativeMessageId(message.chat.id, message.message_id),
    revision: 0,
    at: message.date * 1000,
    address: placeOf(message, context),
    chat: chatFacts(message.chat),
  };
}

/** A message for this bot: everything in a private chat, in a group what is said to it. */
function spoken(
  message: Message,
  attachments: MessageEvent['attachments'],
  context: InboundContext,
): Omit<MessageEvent, 'kind'> | undefined {
  const { self } = context;
  const sender = senderOf(message);
  if (!sender) return undefined;
  const isPrivate = message.chat.type === 'private';
  if (!isPrivate && !isSpokenTo(message, self)) return undefined;
  if (!isPrivate && message.text && commandIn(message.text, self) === 'another-bot') return undefined;
  const said = textOf(message);
  if (said === '' && attachments.length === 0) return undefined;
  const quote = quoteOf(message);
  return {
    ...baseOf(message, context),
    sender,
    text: isPrivate || !(message.text ?? message.caption) ? said : withoutMentions(message, self),
    attachments,
    ...(quote && { quote }),
    ...(message.forward_origin && { forwardedFrom: nameOfOrigin(message.forward_origin) }),
  };
}

/** What a command was typed under. */
function repliedTo(message: Message): { readonly replyTo?: string } {
  const replied = realReply(message);
  return replied ? { replyTo: nativeMessageId(message.chat.id, replied.message_id) } : {};
}

/** The words marked for the reply, else all that is replied to. */
function quoteOf(message: Message): MessageEvent['quote'] {
  const replied = realReply(message);
  const text = message.quote?.text ?? (replied ? textOf(replied) || namesOfFiles(replied) : '');
  if (!text) return undefined;
  const author = replied
    ? replied.sender_chat
      ? nameOfChat(replied.sender_chat)
      : replied.from && nameOfUser(replied.from)
    : message.external_reply && nameOfOrigin(message.external_reply.origin);
  return { text, ...(author && { author }) };
}

const namesOfFiles = (message: Message): string =>
  attachmentsOf(message)
    .map((file) => `[file: ${file.name}]`)
    .join(' ');

/** Also made of a refused send, so its key is the group that is gone. */
export function migrationEvent(fromChatId: number, toChatId: number, context: InboundContext): InboundEvent {
  return {
    kind: 'migration',
    nativeId: String(fromChatId),
    revision: 0,
    at: context.now,
    address: addressIn(fromChatId, undefined, context),
    sender: { nativeId: String(fromChatId), displayName: 'Telegram' },
    chat: { kind: 'group' },
    toChatId: String(toChatId),
  };
}

function otherEvents(update: Update, context: InboundContext): InboundEvent[] {
  const { callback_query: query, my_chat_member: member, message_reaction: reaction } = update;
  const { stopped_message_generation: stopped } = update;
  // These have no ids of their own; the number of the update is the same when it comes again.
  const base = { nativeId: `update-${update.update_id}`, revision: 0, at: context.now };

  if (query?.message && query.data !== undefined)
    return [
      {
        kind: 'press',
        ...base,
        nativeId: query.id,
        address: placeOf(query.message, context),
        chat: chatFacts(query.message.chat),
        sender: senderFrom(query.from),
        token: query.data,
      },
    ];
  if (stopped) {
    const { chat } = stopped;
    return [
      {
        kind: 'stop',
        ...base,
        address: addressIn(chat.id, stopped.message_thread_id, context),
        chat: { kind: 'private' },
        sender: { nativeId: String(chat.id), displayName: nameOfChat(chat) },
      },
    ];
  }
  if (member) {
    const change = membershipChange(member);
    if (!change) return [];
    return [
      {
        kind: 'membership',
        ...base,
        at: member.date * 1000,
        address: addressIn(member.chat.id, undefined, context),
        chat: chatFacts(member.chat),
        sender: senderFrom(member.from),
        change,
      },
    ];
  }
  return reaction ? reactionEvents(reaction, base.nativeId, context) : [];
}

type MembershipChange = Extract<InboundEvent, { kind: 'membership' }>['change'];

function membershipChange(update: NonNullable<Update['my_chat_member']>): MembershipChange | undefined {
  const isIn = (status: string): boolean => status !== 'left' && status !== 'kicked';
  const before = isIn(update.old_chat_member.status);
  const after = isIn(update.new_chat_member.status);
  // A promotion or a change of rights.
  if (before === after) return undefined;
  if (update.chat.type === 'private') return after ? 'unblocked' : 'blocked';
  return after ? 'added' : 'removed';
}

/** The two that are an opinion on an answer. */
const thumbs = ['👍', '👎'] as const;

function reactionEvents(
  update: NonNullable<Update['message_reaction']>,
  nativeId: string,
  context: InboundContext,
): InboundEvent[] {
  const { chat, user, actor_chat: actor } = update;
  if (user?.is_bot || (!user && !actor)) return [];
  const sender = user
    ? senderFrom(user)
    : { nativeId: String(actor?.id), displayName: actor ? nameOfChat(actor) : '' };
  const has = (list: typeof update.new_reaction, emoji: string): boolean =>
    list.some((one) => one.type === 'emoji' && one.emoji === emoji);
  return thumbs.flatMap((emoji) => {
    const added = has(update.new_reaction, emoji);
    if (added === has(update.old_reaction, emoji)) return [];
    return [
      {
        kind: 'reaction' as const,
        nativeId: `${nativeId}-${emoji}`,
        revision: 0,
        at: update.date * 1000,
        // A reaction does not say in which topic its message stands.
        address: addressIn(chat.id, undefined, context),
        chat: chatFacts(chat),
        sender,
        targetNativeId: nativeMessageId(chat.id, update.message_id),
        emoji,
        added,
      },
    ];
  });
}
