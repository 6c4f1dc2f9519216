import { isModelFault, modelFault, type ModelFaultError } from './fault.ts';
import { type CallName, networkFault } from './http-fault.ts';

/** More than any answer needs; keeps a server that never stops from filling the memory. */
const longestBodyBytes = 32 * 1024 * 1024;
const longestErrorBytes = 16 * 1024;

export interface CallHttpOptions extends CallName {
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  /** Taken out of whatever a server says before it becomes a message. */
  readonly secrets: readonly string[];
  /** What an answer outside 2xx means. */
  readonly refused: (status: number, headers: Headers, body: string) => ModelFaultError;
  /** Sees every piece of a good body before the SDK does; throws a fault to end it. `end` once, after the last. */
  readonly inspect?: { piece(bytes: Uint8Array): void; end(): void };
}

/**
 * The HTTP side of one model call, given to an SDK as its `fetch`. Both SDKs hide what went wrong (one prints to the
 * console, the other wraps errors), so the first fault is kept here: `explain` turns whatever they throw into it.
 */
export interface CallHttp {
  readonly fetch: typeof globalThis.fetch;
  explain(error: unknown): ModelFaultError;
}

export function createCallHttp(options: CallHttpOptions): CallHttp {
  const call: CallName = { engine: options.engine, model: options.model };
  let fault: ModelFaultError | undefined;
  let answered = false;

  const withoutSecrets = (told: ModelFaultError): ModelFaultError => {
    let message = told.message;
    for (const secret of options.secrets) if (secret) message = message.replaceAll(secret, '…');
    if (message === told.message) return told;
    const { code, status, retryAfterMs } = told;
    return modelFault({ ...call, code, status, retryAfterMs, message });
  };

  const note = (error: unknown): ModelFaultError => {
    if (options.signal.aborted) return modelFault({ code: 'cancelled', ...call });
    fault ??= isModelFault(error) ? withoutSecrets(error) : networkFault(error, call, answered);
    return fault;
  };

  const watched = (response: Response): Response => {
    if (!response.body) return response;
    let bytes = 0;
    const check = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        try {
          bytes += piece.byteLength;
          if (bytes > longestBodyBytes)
            throw modelFault({ code: 'output-too-large', ...call, message: 'the answer has no end' });
          options.inspect?.piece(piece);
        } catch (error) {
          throw note(error);
        }
        controller.enqueue(piece);
      },
      flush() {
        try {
          options.inspect?.end();
        } catch (error) {
          throw note(error);
        }
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(check), { status, statusText, headers });
  };

  return {
    explain: note,
    async fetch(input, init) {
      try {
        // A redirect would carry the key to another host; the answer 3xx is a refusal instead.
        const response = await options.fetch(input, { ...init, signal: options.signal, redirect: 'manual' });
        if (!response.ok) throw options.refused(response.status, response.headers, await readSome(response));
        answered = true;
        return watched(response);
      } catch (error) {
        throw note(error);
      }
    },
  };
}

/** The beginning of an error's body: enough for its message, however long the page is. */
async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  if (!response.body) return text;
  for await (const piece of response.body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length >= longestErrorBytes) break;
  }
  return text;
}
