import { randomUUID } from 'node:crypto';
// The plain entry would look for files named by an image's base64 text; this one does not touch the disk.
import { type ChatResponse, Ollama } from 'ollama/browser';
import type { Json } from '../contracts/json.ts';
import type { ModelEngine, ModelEvent, ModelRequest, PullProgress, ToolCall } from '../contracts/models.ts';
import { type CallHttp, createCallHttp } from './call-http.ts';
import { modelFault } from './fault.ts';
import { type CallName, readRetryAfterMs } from './http-fault.ts';
import { parseJson } from './json-text.ts';
import { createLineInspector, ollamaFault, readErrorText } from './ollama-lines.ts';
import { ollamaChat } from './ollama-request.ts';
import { createStreamJudge, endInOneEvent } from './stream-judge.ts';
import { createThinkFilter } from './think-filter.ts';

export interface OllamaOptions {
  /** OLLAMA_HOST: a URL, or host and port. */
  readonly host: string;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Models run by Ollama. ollama-js aborts all requests of a client or, before the first answer, none: so each call has
 * its own client, whose fetch carries the call's signal.
 */
export function createOllamaEngine(options: OllamaOptions): ModelEngine {
  const address = splitCredentials(options.host);

  const open = (call: CallName, signal: AbortSignal, lines: boolean): { client: Ollama; http: CallHttp } => {
    const { host, headers, secrets } = address;
    const http = createCallHttp({
      ...call,
      signal,
      fetch: options.fetch ?? globalThis.fetch,
      secrets,
      refused: (status, answer, body) => {
        const fault = ollamaFault(call, status, readErrorText(body));
        const retryAfterMs = readRetryAfterMs(answer);
        return retryAfterMs === undefined
          ? fault
          : modelFault({ ...call, code: fault.code, status, message: fault.message, retryAfterMs });
      },
      ...(lines ? { inspect: createLineInspector(call) } : {}),
    });
    return { client: new Ollama({ host, headers, fetch: http.fetch }), http };
  };

  /** One answer that is not a stream. */
  const ask = async <T>(
    model: string,
    signal: AbortSignal,
    run: (client: Ollama) => Promise<T>,
  ): Promise<T> => {
    const call = { engine: 'ollama', model };
    let http: CallHttp | undefined;
    try {
      const opened = open(call, signal, false);
      http = opened.http;
      return await run(opened.client);
    } catch (error) {
      throw http?.explain(error) ?? badHost(call);
    }
  };

  return {
    name: 'ollama',

    stream(request, signal) {
      const call = { engine: 'ollama', model: request.model };
      const local = new AbortController();
      let http: CallHttp | undefined;
      const run = async function* (): AsyncGenerator<ModelEvent> {
        const opened = open(call, AbortSignal.any([signal, local.signal]), true);
        http = opened.http;
        yield* chat(opened.client, request, call);
      };
      // Closed also when the reader stops early: the library would let the model write on.
      return endInOneEvent(
        run(),
        (error) => http?.explain(error) ?? badHost(call),
        () => local.abort(),
      );
    },

    async embed(model, texts, signal) {
      if (texts.length === 0) return [];
      const answer = await ask(model, signal, (client) => client.embed({ model, input: [...texts] }));
      const vectors: unknown = answer.embeddings;
      if (!Array.isArray(vectors) || vectors.length !== texts.length || !vectors.every(isVector))
        throw modelFault({
          code: 'bad-output',
          engine: 'ollama',
          model,
          message: 'not one vector for each text',
        });
      return vectors;
    },

    async health(signal) {
      try {
        const [{ version }, { models }] = await ask('', signal, (client) =>
          Promise.all([client.version(), client.list()]),
        );
        return {
          state: 'ready',
          installed: models.map((model) => model.name),
          detail: `Ollama ${version} at ${address.host}`,
        };
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        const refused = error instanceof Error && 'code' in error && error.code === 'key-refused';
        return {
          state: refused ? 'key-refused' : 'unreachable',
          detail: `no answer from ${address.host}: ${reason}`,
        };
      }
    },

    async *pull(model, signal) {
      const call = { engine: 'ollama', model };
      const local = new AbortController();
      let http: CallHttp | undefined;
      try {
        const opened = open(call, AbortSignal.any([signal, local.signal]), true);
        http = opened.http;
        yield* progress(opened.client, model);
      } catch (error) {
        throw http?.explain(error) ?? badHost(call);
      } finally {
        local.abort();
      }
    },
  };
}

async function* chat(client: Ollama, request: ModelRequest, call: CallName): AsyncGenerator<ModelEvent> {
  const judge = createStreamJudge(call, request);
  const filter = createThinkFilter();
  let hidden = 0;
  for await (const part of await client.chat({ ...ollamaChat(request), stream: true })) {
    const shown = filter.push(part.message?.content ?? '');
    const calls = readCalls(part);
    if (shown) yield judge.text(shown);
    for (const toolCall of calls) yield judge.call(toolCall);
    // Thinking is not shown, but whoever waits must see that the model is at work.
    if (!part.done && !shown && calls.length === 0) yield judge.usage({ outputTokens: ++hidden });
    if (!part.done) continue;
    const rest = filter.end();
    if (rest) yield judge.text(rest);
    yield judge.usage({ inputTokens: part.prompt_eval_count ?? 0, outputTokens: part.eval_count ?? hidden });
    yield judge.finish(part.done_reason === 'length' ? 'length' : 'stop');
    return;
  }
}

/** Ollama gives its calls no ids, and a small model may write the arguments as a string of JSON. */
function readCalls(part: ChatResponse): ToolCall[] {
  return (part.message?.tool_calls ?? []).map((entry) => {
    const { name, arguments: written } = entry.function as { name?: string; arguments?: Json };
    const input = typeof written === 'string' ? (parseJson(written) ?? written) : written;
    return { id: `call_${randomUUID()}`, name: name ?? '', input: input ?? {} };
  });
}

/** Ollama reports each layer by itself; a person wants one bar. */
async function* progress(client: Ollama, model: string): AsyncGenerator<PullProgress> {
  const layers = new Map<string, { total: number; completed: number }>();
  for await (const part of await client.pull({ model, stream: true })) {
    if (part.digest) layers.set(part.digest, { total: part.total ?? 0, completed: part.completed ?? 0 });
    let totalBytes = 0;
    let completedBytes = 0;
    for (const layer of layers.values()) {
      totalBytes += layer.total;
      completedBytes += layer.completed;
    }
    yield { status: part.status, completedBytes, totalBytes };
  }
}

function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => Number.isFinite(entry));
}

function badHost(call: CallName): ReturnType<typeof modelFault> {
  return modelFault({ code: 'unreachable', ...call, message: 'OLLAMA_HOST is not an address' });
}

interface Address {
  readonly host: string;
  readonly headers: Record<string, string>;
  readonly secrets: readonly string[];
}

/** fetch refuses a URL with a name and password in it, so they become a header (and stay out of every message). */
function splitCredentials(host: string): Address {
  const match = /^([a-z]+:\/\/)?([^/@\s]+)@(.+)$/i.exec(host.trim());
  if (!match?.[2] || !match[3]) return { host: host.trim(), headers: {}, secrets: [] };
  const [name = '', password = ''] = match[2].split(':').map(decodePart);
  const credentials = `${name}:${password}`;
  return {
    host: (match[1] ?? '') + match[3],
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    secrets: [match[2], password],
  };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
