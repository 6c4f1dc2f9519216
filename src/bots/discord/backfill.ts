import { type APIMessage, type REST, Routes } from 'discord.js';
import type { ChatHandlers } from '../../core/contracts/chat.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { problemOf } from './faults.ts';
import type { Places } from './places.ts';
import type { SeenMessage } from './inbound.ts';
import { isAfter } from './snowflake.ts';

const pageSize = 100;
const mostPages = 5;

type Seen = ReturnType<ChatHandlers['lastSeen']>;

/** Where to look back to after a gap, by channel: the gateway replays nothing to a new session. */
export function gaps(seen: Seen, places: Places): Map<string, string> {
  const after = new Map<string, string>();
  let newest: string | undefined;
  for (const { address, nativeId } of seen) {
    if (!/^\d+$/.test(nativeId)) continue;
    after.set(address.chatId, nativeId);
    if (!newest || isAfter(nativeId, newest)) newest = nativeId;
  }
  // Someone may have spoken to it where it never spoke before; what came before the last word of all was seen live.
  const mark = newest;
  if (mark)
    for (const channelId of places.spokenInSince((last) => isAfter(last, mark)))
      if (!after.has(channelId)) after.set(channelId, mark);
  return after;
}

/** The messages after the one that was last seen, oldest first; as many as a few pages hold. */
export async function messagesAfter(
  rest: REST,
  log: Logger,
  channelId: string,
  lastSeen: string,
): Promise<SeenMessage[]> {
  const found: APIMessage[] = [];
  let after = lastSeen;
  for (let page = 0; page < mostPages; page++) {
    let messages: APIMessage[];
    try {
      messages = (await rest.get(Routes.channelMessages(channelId), {
        query: new URLSearchParams({ after, limit: String(pageSize) }),
      })) as APIMessage[];
    } catch (error) {
      log.warn({ channelId, reason: problemOf(error).description }, 'channel not looked back into');
      break;
    }
    const sorted = messages.toSorted((a, b) => (isAfter(a.id, b.id) ? 1 : -1));
    found.push(...sorted);
    const last = sorted.at(-1);
    if (!last || messages.length < pageSize) break;
    after = last.id;
  }
  return found;
}
