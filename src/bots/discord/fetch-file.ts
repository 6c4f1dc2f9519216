import { type APIMessage, type REST, Routes } from 'discord.js';
import type { AttachmentRef } from '../../core/contracts/chat.ts';
import { problemOf } from './faults.ts';

/** The most that anybody without a subscription may send; more is never fetched. */
export const largestFileBytes = 25_000_000;

/** The bytes of a file that somebody sent. Throws with a reason fit for the chat. */
export async function* fetchDiscordFile(
  rest: REST,
  ref: AttachmentRef,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (ref.sizeBytes !== undefined && ref.sizeBytes > largestFileBytes)
    throw new Error(`it is larger than ${largestFileBytes / 1_000_000} MB.`);
  const [channelId = '', messageId = '', id = ''] = ref.nativeId.split('/');
  const message = (await rest.get(Routes.channelMessage(channelId, messageId)).catch((error: unknown) => {
    throw new Error(`Discord does not give it (${problemOf(error).description}).`);
  })) as APIMessage;
  const file = message.attachments.find((one) => one.id === id);
  if (!file) throw new Error('it is no longer there.');
  const response = await fetch(file.url, { signal }).catch(() => undefined);
  if (!response?.ok || !response.body) throw new Error('it could not be fetched from Discord.');
  for await (const chunk of response.body) yield chunk;
}
