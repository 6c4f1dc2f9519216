import type { JsonObject } from '../contracts/json.ts';
import type { EngineHealth, ModelEngine, ModelEvent, ModelRequest } from '../contracts/models.ts';
import { readClaudeEvents } from './anthropic-events.ts';
import { claudeFault } from './anthropic-fault.ts';
import { claudePrompt, type ClaudePrompt } from './anthropic-request.ts';
import { type CallHttp, createCallHttp } from './call-http.ts';
import { modelFault } from './fault.ts';
import type { CallName } from './http-fault.ts';
import { endInOneEvent } from './stream-judge.ts';

export interface AnthropicOptions {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The SDK takes 200 to 300 ms and 20 MB to load, so it is loaded by the first call that needs it. */
async function loadSdk() {
  const [{ Anthropic }, { Stream }, { transformJSONSchema }] = await Promise.all([
    import('@anthropic-ai/sdk/client'),
    import('@anthropic-ai/sdk/core/streaming'),
    import('@anthropic-ai/sdk/lib/transform-json-schema'),
  ]);
  return { Anthropic, Stream, transformJSONSchema };
}

type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** The SDK reads a larger number as "at once"; who calls decides how long to wait. */
const neverMs = 2 ** 31 - 1;

/** Claude through the Messages API. The key appears in no fault, whatever a server or the SDK says. */
export function createAnthropicEngine(options: AnthropicOptions): ModelEngine {
  const apiKey = options.apiKey.trim();
  const baseURL = (options.baseUrl ?? '').trim().replace(/\/+$/, '') || 'https://api.anthropic.com';
  let loading: Promise<Sdk> | undefined;

  const openHttp = (call: CallName, signal: AbortSignal): CallHttp =>
    createCallHttp({
      ...call,
      signal,
      fetch: options.fetch ?? globalThis.fetch,
      secrets: [apiKey],
      refused: (status, headers, body) => claudeFault(call, status, headers, body),
    });

  /** A client of its own for each call, so that each has its own fetch and its own faults. */
  const open = async (http: CallHttp, call: CallName) => {
    requireSendable(apiKey, call);
    const sdk = await (loading ??= loadSdk());
    const client = new sdk.Anthropic({
      apiKey,
      baseURL,
      // As the API reference does; the SDK's own `authorization` is unknown to many gateways that stand in for the API.
      defaultHeaders: { 'x-api-key': apiKey, authorization: null },
      fetch: http.fetch,
      maxRetries: 0,
      timeout: neverMs,
      logLevel: 'off',
      openTelemetry: false,
    });
    return { client, sdk };
  };

  const prompt = (request: ModelRequest, sdk: Sdk): ClaudePrompt =>
    claudePrompt(request, (schema) => adaptSchema(sdk, schema, request.model));

  return {
    name: 'anthropic',

    stream(request, signal) {
      const call = { engine: 'anthropic', model: request.model };
      const local = new AbortController();
      const http = openHttp(call, AbortSignal.any([signal, local.signal]));
      const run = async function* (): AsyncGenerator<ModelEvent> {
        const { client, sdk } = await open(http, call);
        const response = await client.messages
          .create({ ...prompt(request, sdk), max_tokens: request.maxOutputTokens, stream: true })
          .asResponse();
        if (!response.headers.get('content-type')?.includes('text/event-stream'))
          throw modelFault({ code: 'bad-output', ...call, message: 'the answer is not an event stream' });
        yield* readClaudeEvents(sdk.Stream.rawEvents(response, new AbortController()), request, call);
      };
      // Closed also when the reader stops early: Claude would write on, and be paid for it.
      return endInOneEvent(
        run(),
        (error) => http.explain(error),
        () => local.abort(),
      );
    },

    async countTokens(request, signal) {
      const call = { engine: 'anthropic', model: request.model };
      const http = openHttp(call, signal);
      try {
        const { client, sdk } = await open(http, call);
        const count = await client.messages.countTokens(prompt(request, sdk));
        if (typeof count.input_tokens === 'number') return count.input_tokens;
        throw modelFault({ code: 'bad-output', ...call, message: 'no token count in the answer' });
      } catch (error) {
        throw http.explain(error);
      }
    },

    /** Asks without the SDK, so that the check at start-up does not pay for loading it. */
    async health(signal): Promise<EngineHealth> {
      const call = { engine: 'anthropic', model: '' };
      const host = hostOf(baseURL);
      const http = openHttp(call, signal);
      try {
        requireSendable(apiKey, call);
        const response = await http.fetch(`${baseURL}/v1/models?limit=1`, {
          headers: { 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' },
        });
        await response.body?.cancel();
        return { state: 'ready', detail: `Claude at ${host}, key accepted` };
      } catch (error) {
        const fault = http.explain(error);
        if (fault.code === 'key-refused')
          return { state: 'key-refused', detail: `${host} refused ANTHROPIC_API_KEY` };
        const asked = fault.status !== undefined && fault.status < 500;
        return asked
          ? { state: 'ready', detail: `Claude at ${host} answers ${fault.status}` }
          : { state: 'unreachable', detail: `no answer from ${host}: ${fault.message}` };
      }
    },
  };
}

/** A key with a line break or a curly quote in it fails inside fetch, in words that repeat the key. */
function requireSendable(apiKey: string, call: CallName): void {
  if (!/^[\x21-\x7e]+$/.test(apiKey))
    throw modelFault({ code: 'key-refused', ...call, message: 'the key is empty or has odd characters' });
}

/** Structured outputs know a part of JSON Schema; the SDK moves the rest into the descriptions. */
function adaptSchema(sdk: Sdk, schema: JsonObject, model: string): Record<string, unknown> {
  try {
    return sdk.transformJSONSchema(schema);
  } catch (cause) {
    throw modelFault({
      code: 'request-refused',
      engine: 'anthropic',
      model,
      message: 'a schema that Claude cannot be bound to',
      cause,
    });
  }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is not a URL (ANTHROPIC_BASE_URL)';
}
