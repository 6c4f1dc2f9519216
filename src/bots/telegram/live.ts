import type { ChatAddress, LiveMessage } from '../../core/contracts/chat.ts';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import type { TelegramApi } from './api.ts';
import { isUnknownMethod, problemOf } from './faults.ts';
import { renderMessage } from './render.ts';

const frameMs = 500;
/** A draft dies after 30 s (Bot API, sendMessageDraft). */
const refreshMs = 20_000;
const longestDraft = 4_096;

export interface DraftOptions {
  readonly api: TelegramApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly address: ChatAddress;
  readonly draftId: number;
  /** The server is older than drafts. */
  onUnknown(): void;
}

/** An answer that grows as a draft in a private chat, with Telegram's own stop button. */
export function openDraft(options: DraftOptions): LiveMessage {
  const { api, clock, log, address, draftId } = options;
  const ending = new AbortController();
  let markdown = '';
  let drawn: string | undefined;
  let drawnAt = -Infinity;

  const draw = async (): Promise<void> => {
    const now = markdown;
    if (now === drawn && clock.now() - drawnAt < refreshMs) return;
    drawn = now;
    drawnAt = clock.now();
    const [part] = now === '' ? [] : renderMessage({ markdown: now });
    const messages = part?.kind === 'text' ? part.plain : [];
    // The newest part is what a person follows.
    const message = messages.at(-1) ?? { text: '', entities: [] };
    try {
      await api.sendMessageDraft(Number(address.chatId), draftId, message.text.slice(0, longestDraft), {
        entities: [...message.entities],
        can_stop: true,
        ...(address.threadKey !== '' && { message_thread_id: Number(address.threadKey) }),
      });
    } catch (error) {
      const problem = problemOf(error);
      if (isUnknownMethod(problem)) options.onUnknown();
      log.debug({ code: problem.code, reason: problem.description }, 'draft not shown');
      if (isUnknownMethod(problem) || problem.code === 403) ending.abort();
      else await clock.sleep(problem.retryAfterMs ?? frameMs, ending.signal).catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await draw();
      await clock.sleep(frameMs, ending.signal).catch(() => undefined);
    }
  };
  const running = run();

  return {
    update(text) {
      markdown = text;
    },
    // "Thinking…" stands there as long as there is no text.
    note: () => undefined,
    async settle() {
      ending.abort();
      await running;
    },
  };
}
