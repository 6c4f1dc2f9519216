import type { Update } from 'grammy/types';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Logger } from '../../core/telemetry/log.ts';
import { gatherAlbums } from './album-gathering.ts';
import type { TelegramApi } from './api.ts';
import { problemOf } from './faults.ts';
import type { TroubleReport } from './trouble.ts';

export const pollSeconds = 25;

export const allowedUpdates = [
  'message',
  'edited_message',
  'channel_post',
  'callback_query',
  'my_chat_member',
  'message_reaction',
  'stopped_message_generation',
] as const;

const backoffMs = [500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** A refused token stays refused; two copies that poll at once only cut each other off. */
const slowly: Readonly<Record<number, number>> = { 401: 60_000, 404: 60_000, 409: 5_000 };

/**
 * Fetches updates until the signal aborts; never throws. A batch is handed to `store` as a whole, and only when that
 * returned is the next one asked for, which is what confirms it to Telegram: what `store` throws at is fetched again.
 *
 * Not @grammyjs/runner: its fetcher moves the offset on before anything is stored, waits up to 15 hours by itself and
 * gives up at 401 and 409; what would be left of it is this loop.
 */
export async function pollUpdates(options: {
  readonly api: TelegramApi;
  readonly clock: Clock;
  readonly log: Logger;
  readonly trouble: TroubleReport;
  readonly signal: AbortSignal;
  /** May be called with updates of a batch that it threw at before. */
  store(updates: readonly Update[]): void;
}): Promise<void> {
  const { api, clock, log, trouble, signal } = options;
  let offset = 0;
  let failures = 0;

  const fetchBatch = (timeout: number): Promise<Update[]> =>
    api.getUpdates(
      { offset, timeout, limit: 100, allowed_updates: [...allowedUpdates] },
      signal as Parameters<TelegramApi['getUpdates']>[1],
    );

  const pause = async (ms: number): Promise<void> => {
    await clock.sleep(ms, signal).catch(() => undefined);
  };

  const dropWebhook = async (): Promise<void> => {
    try {
      await api.deleteWebhook();
    } catch (error) {
      log.warn({ reason: String(error) }, 'webhook not deleted');
    }
  };

  const recover = async (error: unknown): Promise<void> => {
    const problem = problemOf(error);
    const wait = backoffMs[Math.min(failures, backoffMs.length - 1)] ?? 0;
    failures += 1;
    log.warn({ code: problem.code, reason: problem.description, failures }, 'updates not fetched');
    trouble.report(problem);
    if (problem.code === 409 && problem.description.includes('webhook')) await dropWebhook();
    await pause(Math.max(wait, slowly[problem.code] ?? 0, problem.retryAfterMs ?? 0));
  };

  while (!signal.aborted) {
    try {
      const fetched = await fetchBatch(pollSeconds);
      const updates = await gatherAlbums(fetched, { clock, signal, again: () => fetchBatch(0) });
      trouble.clear();
      failures = 0;
      if (signal.aborted) return;
      if (updates.length === 0) continue;
      try {
        options.store(updates);
        // After a silent week Telegram begins anew at a random number, so the offset may also go back.
        offset = (updates.at(-1)?.update_id ?? 0) + 1;
      } catch (error) {
        log.error({ reason: String(error), updates: updates.length }, 'updates not stored, fetched again');
        await pause(backoffMs[Math.min(failures++ + 1, backoffMs.length - 1)] ?? 0);
      }
    } catch (error) {
      if (signal.aborted) return;
      await recover(error);
    }
  }
}
