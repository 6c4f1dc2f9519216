import type { ChatAddress, LiveMessage } from '../../core/contracts/chat.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import type { TelegramApi } from './api.ts';
import { isUnknownMethod, problemOf } from './faults.ts';
import { previewOf } from './preview.ts';

const frameMs = 500;
/** An answer that is there at once needs no "Thinking…" before it. */
const patienceMs = 100;
/** A draft dies after 30 s (Bot API, sendMessageDraft). */
const refreshMs = 20_000;
const longestDraft = 4_096;

/** What every way of showing a growing answer needs. */
export interface LiveSurroundings {
  readonly api: TelegramApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly address: ChatAddress;
}

export interface DraftOptions extends LiveSurroundings {
  readonly draftId: number;
  /** The server is older than drafts: what to show instead. */
  onUnknown(): LiveMessage;
}

/** An answer that grows as a draft in a private chat, with Telegram's own stop button. */
export function openDraft(options: DraftOptions): LiveMessage {
  const { api, clock, log, address, draftId } = options;
  const ending = new AbortController();
  let instead: LiveMessage | undefined;
  let markdown = '';
  let drawn: string | undefined;
  let drawnAt = -Infinity;

  const draw = async (): Promise<void> => {
    const now = markdown;
    if (now === drawn && clock.now() - drawnAt < refreshMs) return;
    drawn = now;
    drawnAt = clock.now();
    const { text, entities } = previewOf(now);
    try {
      await api.sendMessageDraft(Number(address.chatId), draftId, text.slice(0, longestDraft), {
        entities: [...entities],
        can_stop: true,
        ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
      });
    } catch (error) {
      const problem = problemOf(error);
      log.debug({ code: problem.code, reason: problem.description }, 'draft not shown');
      if (isUnknownMethod(problem) && !ending.signal.aborted) {
        instead = options.onUnknown();
        instead.update(markdown);
      }
      if (instead || problem.code === 403) ending.abort();
      else await clock.sleep(problem.retryAfterMs ?? frameMs, ending.signal).catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    await clock.sleep(patienceMs, ending.signal).catch(() => undefined);
    while (!ending.signal.aborted) {
      await draw();
      await clock.sleep(frameMs, ending.signal).catch(() => undefined);
    }
  };
  const running = run();

  return {
    update(text) {
      markdown = text;
      instead?.update(text);
    },
    // "Thinking…" stands there as long as there is no text.
    note: () => undefined,
    async settle() {
      ending.abort();
      await running;
      await instead?.settle();
    },
  };
}
