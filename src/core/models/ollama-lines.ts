import { modelFault, type ModelFaultError } from './fault.ts';
import type { CallName } from './http-fault.ts';
import { asRecord, parseJson } from './json-text.ts';

/**
 * Reads a body of JSON lines before ollama-js does: the library prints a line it cannot read to the console and goes
 * on, and turns an error line into an Error without facts. Here both end the call with a fault.
 */
export function createLineInspector(call: CallName): { piece(bytes: Uint8Array): void; end(): void } {
  const decoder = new TextDecoder();
  let pending: string[] = [];

  const judge = (line: string): void => {
    if (line.trim() === '') return;
    const value = asRecord(parseJson(line));
    if (!value) throw modelFault({ code: 'bad-output', ...call, message: 'the answer is not JSON lines' });
    if (typeof value.error === 'string') throw ollamaFault(call, undefined, value.error);
  };

  return {
    piece(bytes) {
      const lines = decoder.decode(bytes, { stream: true }).split('\n');
      const rest = lines.pop() ?? '';
      for (const line of lines) {
        judge(pending.join('') + line);
        pending = [];
      }
      if (rest) pending.push(rest);
    },
    end() {
      const rest = pending.join('') + decoder.decode();
      pending = [];
      if (rest.startsWith('{') && parseJson(rest) === undefined)
        throw modelFault({ code: 'cut-off', ...call, message: 'the answer ends in the middle of a line' });
      judge(rest);
    },
  };
}

/** What Ollama's status and error text mean. Inside a stream there is only the text. */
export function ollamaFault(call: CallName, status: number | undefined, text: string): ModelFaultError {
  const facts = { ...call, status, message: text };
  if (/more (system )?memory|does not support|out of memory/i.test(text))
    return modelFault({ code: 'request-refused', ...facts });
  if (/context (length|window|size)|input length|too long/i.test(text) || status === 413)
    return modelFault({ code: 'too-long', ...facts });
  if (/model\b.*not found|try pulling|pull model manifest|file does not exist/i.test(text))
    return modelFault({ code: 'model-missing', ...facts });
  if (status === 401 || status === 403) return modelFault({ code: 'key-refused', ...facts });
  if (status === 429) return modelFault({ code: 'rate-limited', ...facts });
  if (status === 503 || /server busy|overloaded|maximum pending requests/i.test(text))
    return modelFault({ code: 'overloaded', ...facts });
  if (status === 408 || status === 504) return modelFault({ code: 'timed-out', ...facts });
  if (status === undefined || status >= 500) return modelFault({ code: 'server-error', ...facts });
  return modelFault({ code: 'request-refused', ...facts });
}

/** `{"error": "…"}`, or `{"error": {"message": "…"}}` from what stands in front of Ollama, or the plain body. */
export function readErrorText(body: string): string {
  const value = asRecord(parseJson(body));
  if (!value) return body;
  const error = value.error;
  if (typeof error === 'string') return error;
  const message = asRecord(error)?.message;
  return typeof message === 'string' ? message : '';
}
