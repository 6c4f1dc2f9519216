import type { AttachmentRef } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';
import { problemOf } from './faults.ts';

/** The most that the Bot API lets a bot download (core.telegram.org/bots/api#getfile). */
export const largestFileBytes = 20_000_000;

/** The bytes of a file that somebody sent. Throws with a reason fit for the chat, without the address, which holds the token. */
export async function* fetchTelegramFile(
  { api, token, apiRoot }: { readonly api: TelegramApi; readonly token: string; readonly apiRoot: string },
  ref: AttachmentRef,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (ref.sizeBytes !== undefined && ref.sizeBytes > largestFileBytes)
    throw new Error('Telegram gives bots no file above 20 MB.');
  const file = await api.getFile(ref.nativeId).catch((error: unknown) => {
    throw new Error(`Telegram does not give it (${problemOf(error).description}).`);
  });
  if (!file.file_path) throw new Error('Telegram does not say where it is.');
  const response = await fetch(`${apiRoot}/file/bot${token}/${file.file_path}`, { signal }).catch(
    () => undefined,
  );
  if (!response?.ok || !response.body) throw new Error('it could not be fetched from Telegram.');
  for await (const chunk of response.body) yield chunk;
}
