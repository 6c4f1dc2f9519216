import type { Transformer } from 'grammy';
import type { Clock } from '../../core/contracts/clock.ts';

/** What is shown for a moment has limits of its own, and an answer must not wait for them. */
const fleeting = new Set(['sendMessageDraft', 'sendChatAction']);

/**
 * After Telegram has asked for a pause (429 with retry_after) no call to that chat is made until it is over: calls that
 * come earlier are refused here with what is left of the pause. A call within the pause would prolong it.
 */
export function createFloodGate(clock: Clock): Transformer {
  const openAt = new Map<string, number>();
  return async (previous, method, payload, signal) => {
    if (!('chat_id' in payload)) return previous(method, payload, signal);
    const key = `${payload.chat_id} ${fleeting.has(method) ? 'fleeting' : 'lasting'}`;
    const leftMs = (openAt.get(key) ?? 0) - clock.now();
    if (leftMs > 0) {
      const seconds = Math.ceil(leftMs / 1000);
      return {
        ok: false,
        error_code: 429,
        description: `Too Many Requests: retry after ${seconds}`,
        parameters: { retry_after: seconds },
      };
    }
    openAt.delete(key);
    const response = await previous(method, payload, signal);
    if (!response.ok && response.error_code === 429)
      openAt.set(key, clock.now() + (response.parameters?.retry_after ?? 1) * 1000);
    return response;
  };
}
