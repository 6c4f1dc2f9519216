import type { PressNote } from '../../core/contracts/chat.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import type { TelegramApi } from './api.ts';
import { problemOf } from './faults.ts';
import { previewOf } from './preview.ts';

/** The button shows that it works until it is answered; nobody should wait for that. */
const patienceMs = 2_000;
/** Bot API, answerCallbackQuery. */
const longestNote = 200;
const remembered = 1_000;

/** Every press is answered once: by what came of it, or by nothing when it goes no further. */
export interface PressAnswers {
  expect(ids: readonly string[]): void;
  /** Nothing comes of these. */
  dismiss(ids: readonly string[]): void;
  /** Throws when it is too late. */
  answer(id: string, note: PressNote): Promise<void>;
}

export function createPressAnswers(options: {
  readonly api: TelegramApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): PressAnswers {
  const { api, clock, log, signal } = options;
  /** Presses are delivered again after a lost confirmation; an answer is not to be. */
  const seen = new Map<string, 'open' | 'answered'>();

  const answerEmpty = async (id: string): Promise<void> => {
    if (seen.get(id) !== 'open') return;
    seen.set(id, 'answered');
    try {
      await api.answerCallbackQuery(id);
    } catch (error) {
      log.debug({ reason: problemOf(error).description }, 'press not answered');
    }
  };

  const answerLate = async (id: string): Promise<void> => {
    await clock.sleep(patienceMs, signal).catch(() => undefined);
    await answerEmpty(id);
  };

  return {
    dismiss(ids) {
      for (const id of ids) void answerEmpty(id);
    },
    expect(ids) {
      for (const id of ids) {
        if (seen.has(id)) continue;
        seen.set(id, 'open');
        void answerLate(id);
      }
      for (const [id] of seen) {
        if (seen.size <= remembered) break;
        seen.delete(id);
      }
    },
    async answer(id, { markdown }) {
      if (seen.get(id) === 'answered') throw new Error('answered already');
      seen.set(id, 'answered');
      const { text } = previewOf(markdown);
      await api.answerCallbackQuery(id, { text: text.slice(0, longestNote).toWellFormed() });
    },
  };
}
