import {
  type APIApplicationCommandInteractionDataOption,
  type APIChatInputApplicationCommandInteraction,
  type APIMessage,
  type APIMessageComponentInteraction,
  type APIUser,
  type GatewayMessageReactionAddDispatchData,
  MessageReferenceType,
  MessageType,
} from 'discord.js';
import type {
  AttachmentRef,
  ChatAddress,
  InboundEvent,
  MessageEvent,
  Sender,
} from '../../core/contracts/chat.ts';
import type { JsonObject } from '../../core/contracts/json.ts';
import { attachmentId, interactionId } from './native-id.ts';
import { timeOf } from './snowflake.ts';

/** A message as the gateway tells it, or as a look back finds it. */
export type SeenMessage = APIMessage & {
  readonly guild_id?: string;
  readonly member?: { readonly nick?: string | null };
};

/** What is known of where something happens. */
export interface Place {
  readonly channelId: string;
  /** Undefined in a direct message. */
  readonly guildId: string | undefined;
  readonly name?: string;
  /** A thread that Steward opened: all that is said there is said to it. */
  readonly isOwnThread: boolean;
}

export interface InboundContext {
  readonly account: string;
  readonly selfId: string;
  /** The roles that stand for the bot itself; people take them for its name. */
  readonly ownRoles: ReadonlySet<string>;
  readonly commandNames: ReadonlySet<string>;
}

/** All others are notices of Discord itself. */
const spokenTypes = new Set([MessageType.Default, MessageType.Reply]);

/** A message that is for the bot as a message or as a typed command; undefined for all else. Pure. */
export function messageEvent(
  message: SeenMessage,
  place: Place,
  context: InboundContext,
): InboundEvent | undefined {
  const spoken = spokenMessage(message, place, context);
  if (!spoken) return undefined;
  const typed = /^\/([a-z]+)(?:\s+([^]*))?$/i.exec(spoken.text.trim());
  const name = typed?.[1]?.toLowerCase();
  if (name && context.commandNames.has(name) && !spoken.forwardedFrom) {
    const { nativeId, revision, at, address, sender, chat } = spoken;
    return {
      kind: 'command',
      nativeId,
      revision,
      at,
      address,
      sender,
      ...(chat && { chat }),
      name,
      input: typed?.[2] ?? '',
    };
  }
  return { kind: 'message', ...spoken };
}

export function editEvent(
  message: SeenMessage,
  place: Place,
  context: InboundContext,
): InboundEvent | undefined {
  const editedAt = message.edited_timestamp;
  // Discord also tells of previews that were added to a message.
  if (!editedAt) return undefined;
  const spoken = spokenMessage(message, place, context);
  return spoken && { kind: 'edit', ...spoken, revision: Date.parse(editedAt) };
}

export function deletionEvent(messageId: string, place: Place, context: InboundContext): InboundEvent {
  return {
    kind: 'deletion',
    ...baseOf(`deleted-${messageId}`, messageId, place, context),
    sender: { nativeId: place.channelId, displayName: place.name ?? '' },
    targetNativeId: messageId,
  };
}

export function reactionEvent(
  reaction: Pick<GatewayMessageReactionAddDispatchData, 'user_id' | 'message_id' | 'emoji'>,
  added: boolean,
  place: Place,
  context: InboundContext,
  now: number,
): InboundEvent | undefined {
  if (reaction.user_id === context.selfId || !reaction.emoji.name) return undefined;
  const { user_id: userId, message_id: messageId } = reaction;
  return {
    kind: 'reaction',
    ...baseOf(
      `reaction-${messageId}-${userId}-${reaction.emoji.name}-${added}-${now}`,
      messageId,
      place,
      context,
    ),
    sender: { nativeId: userId, displayName: '' },
    targetNativeId: messageId,
    emoji: reaction.emoji.name,
    added,
  };
}

export function commandEvent(
  interaction: APIChatInputApplicationCommandInteraction,
  place: Place,
  context: InboundContext,
): InboundEvent {
  return {
    kind: 'command',
    ...baseOf(interactionId(interaction.id, interaction.token), interaction.id, place, context),
    sender: senderIn(interaction),
    name: interaction.data.name,
    input: inputOf(interaction.data.options ?? []),
  };
}

export function pressEvent(
  interaction: APIMessageComponentInteraction,
  place: Place,
  context: InboundContext,
): InboundEvent {
  return {
    kind: 'press',
    ...baseOf(interactionId(interaction.id, interaction.token), interaction.id, place, context),
    sender: senderIn(interaction),
    token: interaction.data.custom_id,
  };
}

function inputOf(options: readonly APIApplicationCommandInteractionDataOption[]): JsonObject {
  const input: JsonObject = {};
  for (const option of options)
    if ('value' in option && option.value !== undefined) input[option.name] = option.value;
  return input;
}

export const addressIn = (channelId: string, account: string): ChatAddress => ({
  platform: 'discord',
  account,
  chatId: channelId,
  threadKey: '',
});

function baseOf(nativeId: string, snowflake: string, place: Place, context: InboundContext) {
  return {
    nativeId,
    revision: 0,
    at: timeOf(snowflake),
    address: addressIn(place.channelId, context.account),
    chat: place.guildId
      ? { kind: 'group' as const, ...(place.name && { title: place.name }) }
      : { kind: 'private' as const },
  };
}

function spokenMessage(
  message: SeenMessage,
  place: Place,
  context: InboundContext,
): Omit<MessageEvent, 'kind'> | undefined {
  if (message.author.bot || message.webhook_id || !spokenTypes.has(message.type)) return undefined;
  if (!isSpokenTo(message, place, context)) return undefined;
  const passedOn =
    message.message_reference?.type === MessageReferenceType.Forward
      ? message.message_snapshots?.[0]?.message
      : undefined;
  const said = wordsOf(message, context);
  const text = [said, passedOn?.content ?? '', ...stickersOf(message)]
    .filter((part) => part !== '')
    .join('\n');
  const attachments = attachmentsOf(message);
  if (text === '' && attachments.length === 0) return undefined;
  const quote = passedOn ? undefined : quoteOf(message, context);
  return {
    ...baseOf(message.id, message.id, place, context),
    sender: senderOf(message.author, message.member?.nick),
    text,
    attachments,
    ...(quote && { quote }),
    ...(passedOn && { forwardedFrom: 'someone on Discord' }),
  };
}

/** Everything in a direct message and in Steward's own threads; elsewhere what mentions it or replies to it. */
function isSpokenTo(message: SeenMessage, place: Place, { selfId, ownRoles }: InboundContext): boolean {
  if (!place.guildId || place.isOwnThread) return true;
  if (message.mentions.some((user) => user.id === selfId)) return true;
  if (message.mention_roles.some((role) => ownRoles.has(role))) return true;
  return (
    message.referenced_message?.author.id === selfId &&
    message.message_reference?.type !== MessageReferenceType.Forward
  );
}

/** What people read, not the codes of mentions and emoji; without the name of the one who is spoken to. */
function wordsOf(
  message: Pick<SeenMessage, 'content' | 'mentions'>,
  { selfId, ownRoles }: InboundContext,
): string {
  const names = new Map(message.mentions.map((user) => [user.id, nameOf(user)]));
  return message.content
    .replaceAll(/<@!?(\d+)>/g, (_, id: string) => (id === selfId ? '' : `@${names.get(id) ?? 'someone'}`))
    .replaceAll(/<@&(\d+)>/g, (_, id: string) => (ownRoles.has(id) ? '' : '@a role'))
    .replaceAll(/<a?(:\w+:)\d+>/g, '$1')
    .replaceAll(/[ \t]{2,}/g, ' ')
    .trim();
}

const stickersOf = (message: SeenMessage): string[] =>
  (message.sticker_items ?? []).map((sticker) => `[sticker: ${sticker.name}]`);

function quoteOf(message: SeenMessage, context: InboundContext): MessageEvent['quote'] {
  const replied = message.referenced_message;
  if (!replied) return undefined;
  const words = wordsOf(replied, context);
  const cards = replied.embeds.flatMap((embed) => embed.description ?? []);
  const files = replied.attachments.map((file) => `[file: ${file.filename}]`);
  const text = [words, ...cards, ...files].filter((part) => part !== '').join('\n');
  return text === '' ? undefined : { text, author: nameOf(replied.author) };
}

const attachmentsOf = (message: SeenMessage): AttachmentRef[] =>
  message.attachments.map((file) => ({
    nativeId: attachmentId(message.channel_id, message.id, file.id),
    name: file.filename,
    ...(file.content_type && { mediaType: file.content_type }),
    sizeBytes: file.size,
  }));

function senderIn({
  user,
  member,
}: {
  readonly user?: APIUser;
  readonly member?: { readonly user: APIUser; readonly nick?: string | null };
}): Sender {
  const person = member?.user ?? user;
  return person ? senderOf(person, member?.nick) : { nativeId: '', displayName: '' };
}

const senderOf = (user: APIUser, nick?: string | null): Sender => ({
  nativeId: user.id,
  displayName: nick ?? nameOf(user),
});

const nameOf = (user: Pick<APIUser, 'global_name' | 'username'>): string => user.global_name ?? user.username;
