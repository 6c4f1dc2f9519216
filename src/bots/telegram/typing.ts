import type { ChatAddress } from '../../core/contracts/chat.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import type { TelegramApi } from './api.ts';
import { problemOf } from './faults.ts';

/** "typing" goes after 5 s (Bot API, sendChatAction). */
const refreshMs = 4_500;

/** Says "typing" once; best effort. */
export async function showTyping(api: TelegramApi, address: ChatAddress): Promise<void> {
  await api.sendChatAction(address.chatId, 'typing', {
    ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
  });
}

/** Says "typing" until the signal ends it; never throws. */
export async function keepTyping(
  options: {
    readonly api: TelegramApi;
    readonly clock: Clock;
    readonly log: Logger;
    readonly address: ChatAddress;
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    let waitMs = refreshMs;
    try {
      await showTyping(options.api, options.address);
    } catch (error) {
      const problem = problemOf(error);
      options.log.debug({ reason: problem.description }, 'typing not shown');
      waitMs = Math.max(waitMs, problem.retryAfterMs ?? 0);
    }
    await options.clock.sleep(waitMs, signal).catch(() => undefined);
  }
}
