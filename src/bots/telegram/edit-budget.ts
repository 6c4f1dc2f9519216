import type { Clock } from '../../core/contracts/clock.ts';

/** Telegram takes 20 messages a minute in a group (core.telegram.org/bots/faq); the rest is for the answers. */
const perMinute = 15;
const minuteMs = 60_000;

/** What the previews of all topics of a chat may use up together. */
export interface EditBudget {
  /** True when one more call may be made now, which counts it. */
  take(chatId: string): boolean;
}

export function createEditBudget(clock: Clock): EditBudget {
  const used = new Map<string, number[]>();
  return {
    take(chatId) {
      const now = clock.now();
      const recent = (used.get(chatId) ?? []).filter((at) => now - at < minuteMs);
      const may = recent.length < perMinute;
      used.set(chatId, may ? [...recent, now] : recent);
      return may;
    },
  };
}
