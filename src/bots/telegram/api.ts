import { Api } from 'grammy';
import type { Clock } from '../../core/contracts/clock.ts';
import { createFloodGate } from './flood-gate.ts';

export type TelegramApi = Api;

/** The front end of Telegram answered, not the Bot API: a page instead of JSON. */
export class NoBotApiAnswer extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`Telegram answered ${status} without JSON`);
    this.name = 'NoBotApiAnswer';
    this.status = status;
  }
}

const callMs = 15_000;
const uploadMs = 90_000;
const uploads = new Set(['sendDocument', 'sendPhoto', 'editMessageMedia']);
/** After the server should have answered a poll: a half-open connection is noticed by then. */
const pollSlackMs = 4_000;

/**
 * grammY's typed methods on Node's own fetch. grammY would fetch with node-fetch, which takes a connection that drops
 * in the middle of an answer for a slow one and waits 500 s; this one fails at once, and every call has a deadline.
 * `signal` aborts all calls that are under way.
 */
export function createTelegramApi(options: {
  readonly token: string;
  readonly apiRoot: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}): TelegramApi {
  const api = new Api(options.token, {
    apiRoot: options.apiRoot,
    timeoutSeconds: uploadMs / 1000 + 10,
    fetch: (url: unknown, init: RequestInit) => fetchJson(String(url), init, options.signal),
  });
  api.config.use((previous, method, payload, signal) => {
    const deadline = AbortSignal.timeout(deadlineMs(method, payload));
    const signals = [deadline, signal as AbortSignal | undefined].filter((one) => one !== undefined);
    return previous(method, payload, AbortSignal.any(signals) as typeof signal);
  });
  api.config.use(createFloodGate(options.clock));
  return api;
}

function deadlineMs(method: string, payload: object): number {
  if (method === 'getUpdates' && 'timeout' in payload) return Number(payload.timeout) * 1000 + pollSlackMs;
  return uploads.has(method) ? uploadMs : callMs;
}

async function fetchJson(
  url: string,
  init: RequestInit,
  stopped: AbortSignal | undefined,
): Promise<{ json(): Promise<unknown> }> {
  // grammY hands over a signal of a library of its own, which Node's fetch does not take.
  const signal = AbortSignal.any([nativeSignal(init.signal), ...(stopped ? [stopped] : [])]);
  const { method, headers, body } = init;
  const response = await fetch(url, { method, headers, body, signal, duplex: 'half' } as RequestInit);
  const text = await response.text();
  try {
    const json: unknown = JSON.parse(text);
    return { json: () => Promise.resolve(json) };
  } catch {
    throw new NoBotApiAnswer(response.status);
  }
}

function nativeSignal(foreign: AbortSignal | null | undefined): AbortSignal {
  const controller = new AbortController();
  if (foreign?.aborted) controller.abort();
  foreign?.addEventListener('abort', () => controller.abort(), { once: true });
  return controller.signal;
}
