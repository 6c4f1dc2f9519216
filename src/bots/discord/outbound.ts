import { createHash } from 'node:crypto';
import { type APIMessage, ComponentType, type REST, Routes } from 'discord.js';
import type { ChatAddress, RenderedPart, SentRef } from '../../core/contracts/chat.ts';
import { deliveryFault, isForbidden, problemOf } from './faults.ts';
import type { Interactions, MessageBody } from './interactions.ts';
import { interactionOf } from './native-id.ts';
import { type DiscordPart, partOf } from './part.ts';

/** Discord takes up to 25 characters (developers docs, Create Message). */
const nonceLength = 22;

export interface DiscordOutbound {
  /** Throws DeliveryFault. A repeated send with the same `partId` gives the message of before. */
  send(address: ChatAddress, part: RenderedPart, partId: string): Promise<SentRef>;
  edit(address: ChatAddress, ref: SentRef, part: RenderedPart): Promise<SentRef>;
}

export function createDiscordOutbound(options: {
  readonly rest: REST;
  readonly interactions: Interactions;
  /** In a direct message it is obvious what is answered. */
  isInServer(channelId: string): boolean;
  /** Whether the bot may write in a channel, as a call has just shown. */
  onPermission(channelId: string, isAllowed: boolean): void;
}): DiscordOutbound {
  const { rest, interactions } = options;

  const attempt = async <T>(channelId: string, toDo: string, call: () => Promise<T>): Promise<T> => {
    try {
      const result = await call();
      options.onPermission(channelId, true);
      return result;
    } catch (error) {
      if (isForbidden(problemOf(error))) options.onPermission(channelId, false);
      throw deliveryFault(error, toDo);
    }
  };

  const create = async (channelId: string, part: DiscordPart, partId: string): Promise<string> => {
    const { body, files } = messageOf(part);
    const message = (await rest.post(Routes.channelMessages(channelId), {
      body: {
        ...body,
        ...onceOnly(partId),
        ...(options.isInServer(channelId) && replyTo(part.replyTo)),
      },
      files,
    })) as APIMessage;
    return message.id;
  };

  return {
    send: ({ chatId }, rendered, partId) =>
      attempt(chatId, 'not sent', async () => {
        const part = partOf(rendered);
        const interaction = part.replyTo === undefined ? undefined : interactionOf(part.replyTo);
        const filled = interaction && (await interactions.fill(interaction, messageOf(part), chatId));
        return { nativeId: filled ?? (await create(chatId, part, partId)) };
      }),
    edit: ({ chatId }, ref, rendered) =>
      attempt(chatId, 'not edited', async () => {
        const { body, files } = messageOf(partOf(rendered));
        await rest.patch(Routes.channelMessage(chatId, ref.nativeId), { body, files });
        return ref;
      }),
  };
}

/** By this Discord gives the message of before instead of making a second one, for some minutes. */
export const onceOnly = (partId: string) => ({
  nonce: createHash('sha256').update(partId).digest('base64url').slice(0, nonceLength),
  enforce_nonce: true,
});

export const replyTo = (nativeId: string | undefined) =>
  nativeId !== undefined &&
  !interactionOf(nativeId) && {
    message_reference: { message_id: nativeId, fail_if_not_exists: false },
  };

/** Nobody is pinged by what Steward says. */
export const pingsNobody = { allowed_mentions: { parse: [], replied_user: false } };

/** All fields are there, so that an edit leaves nothing of what stood there before. */
function messageOf(part: DiscordPart): MessageBody {
  const files = [
    ...(part.file ? [{ name: part.file.name, data: Buffer.from(part.file.content) }] : []),
    ...(part.pictures ?? []).map(({ name, png }) => ({ name, data: Buffer.from(png, 'base64') })),
  ];
  const descriptions = new Map(part.pictures?.map(({ name, description }) => [name, description]));
  return {
    body: {
      content: part.content,
      embeds: part.card === undefined ? [] : [{ description: part.card }],
      components: (part.buttons ?? []).map((row) => ({
        type: ComponentType.ActionRow,
        components: row.map(({ label, token, style }) => ({
          type: ComponentType.Button,
          style,
          label,
          custom_id: token,
        })),
      })),
      // By number, as the files of the request are.
      attachments: files.map(({ name }, id) => ({
        id: String(id),
        filename: name,
        ...(descriptions.has(name) && { description: descriptions.get(name) }),
      })),
      ...pingsNobody,
    },
    files,
  };
}
