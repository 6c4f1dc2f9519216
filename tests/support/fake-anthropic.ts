import type { JsonObject } from '../../src/core/contracts/json.ts';
import { blocksOf, claudeProblem } from './claude-rules.ts';
import { type Answer, startModelServer } from './model-server.ts';
import {
  createModelScript,
  type Fault,
  isObject,
  type ModelScript,
  piecesOf,
  type RecordedCall,
  type Reply,
  textOf,
} from './model-script.ts';

export interface FakeAnthropic extends Pick<ModelScript, 'reply' | 'fault' | 'clear'> {
  readonly url: string;
  readonly requests: RecordedCall[];
  /** The requests for an answer. */
  chats(): RecordedCall[];
  stop(): Promise<void>;
}

export interface FakeAnthropicOptions {
  readonly apiKey: string;
  readonly models?: readonly string[];
}

const models55 = ['claude-haiku-5-5', 'claude-sonnet-5-5', 'claude-opus-5-5'];

/** The Messages API on a free port of this machine, as far as Steward uses it, with the API's own refusals. */
export async function startFakeAnthropic(options: FakeAnthropicOptions): Promise<FakeAnthropic> {
  const script = createModelScript();
  const models = options.models ?? models55;

  const handle = async (call: RecordedCall, answer: Answer): Promise<void> => {
    const refuse = (status: number, type: string, message: string): void =>
      answer.json({ type: 'error', error: { type, message }, request_id: 'req_fake' }, status);
    const fault = script.takeFault(call);
    if (fault && troubleBeforeAnswer(fault, answer)) return;
    if (!call.headers['x-api-key'])
      return refuse(401, 'authentication_error', 'x-api-key header is required');
    if (call.headers['x-api-key'] !== options.apiKey)
      return refuse(401, 'authentication_error', 'invalid x-api-key');
    if (!call.headers['anthropic-version'])
      return refuse(400, 'invalid_request_error', 'anthropic-version: header is required');
    if (call.path === '/v1/models')
      return answer.json({ data: models.map((id) => ({ type: 'model', id })), has_more: false });
    if (call.kind === 'admin') return refuse(404, 'not_found_error', 'Not Found');
    const problem = claudeProblem(call.body, call.kind === 'count');
    if (problem) return refuse(400, 'invalid_request_error', problem);
    if (!models.includes(call.model)) return refuse(404, 'not_found_error', `model: ${call.model}`);
    if (call.kind === 'count') return answer.json({ input_tokens: Math.ceil(call.raw.length / 4) });
    await chat(call, answer, await script.answer(call), fault);
  };

  const server = await startModelServer({
    kindOf: (path) =>
      path === '/v1/messages' ? 'chat' : path === '/v1/messages/count_tokens' ? 'count' : 'admin',
    textOf: lastUserText,
    schemaOf(body) {
      const format = isObject(body.output_config) ? body.output_config.format : undefined;
      return isObject(format) && isObject(format.schema) ? format.schema : undefined;
    },
    handle,
  });
  return { ...server, ...script, chats: () => server.requests.filter((call) => call.kind === 'chat') };
}

function lastUserText(body: JsonObject): string {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  const texts = messages
    .filter((message) => message.role === 'user')
    .map((message) => blocksOf(message.content).filter((block) => block.type === 'text'))
    .findLast((blocks) => blocks.length > 0);
  return texts?.map((block) => textOf(block.text)).join('\n') ?? '';
}

function troubleBeforeAnswer(fault: Fault, answer: Answer): boolean {
  const status = fault.status ?? 500;
  if (fault.kind === 'refuse') answer.destroy();
  else if (fault.kind === 'html') answer.page(200);
  else if (fault.kind === 'status' && fault.html) answer.page(status);
  else if (fault.kind === 'status') {
    const type = fault.errorType ?? errorTypes[status] ?? 'api_error';
    answer.json(
      { type: 'error', error: { type, message: fault.message ?? errorTexts[type] ?? 'error' } },
      status,
      fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
    );
  } else if (fault.kind === 'garbage') {
    const stream = answer.stream('text/event-stream');
    void stream.write('event: nonsense\ndata: {"type":"content_bl\n\n<html>\n').then(() => stream.end());
  } else return fault.kind === 'hang';
  return true;
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
};
const errorTexts: Readonly<Record<string, string>> = {
  rate_limit_error: 'This request would exceed your organization’s rate limit of 50 requests per minute.',
  api_error: 'Internal server error',
  overloaded_error: 'Overloaded',
  authentication_error: 'invalid x-api-key',
};

async function chat(
  call: RecordedCall,
  answer: Answer,
  reply: Reply,
  fault: Fault | undefined,
): Promise<void> {
  await reply.before;
  if (answer.gone()) return;
  const stream = answer.stream('text/event-stream');
  const send = (type: string, data: JsonObject): Promise<boolean> =>
    stream.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  const usage = {
    input_tokens: reply.inputTokens ?? Math.ceil(call.raw.length / 4),
    cache_read_input_tokens: reply.cacheReadTokens ?? 0,
    cache_creation_input_tokens: reply.cacheWriteTokens ?? 0,
  };
  let index = 0;
  const block = async (
    start: JsonObject,
    deltas: AsyncIterable<JsonObject> | Iterable<JsonObject>,
  ): Promise<boolean> => {
    let open = false;
    for await (const delta of deltas) {
      if (!open) await send('content_block_start', { index, content_block: start });
      open = true;
      if (!(await send('content_block_delta', { index, delta }))) return false;
    }
    if (open) await send('content_block_stop', { index: index++ });
    return true;
  };

  await send('message_start', {
    message: {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model: call.model,
      content: [],
      usage: { ...usage, output_tokens: 1 },
    },
  });
  await send('ping', {});
  if (reply.thinking)
    await block({ type: 'thinking', thinking: '', signature: '' }, [
      { type: 'thinking_delta', thinking: reply.thinking },
      { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
    ]);

  let sent = 0;
  let broken = false;
  const deltas = async function* (): AsyncGenerator<JsonObject> {
    const pieces = fault?.kind === 'huge' ? hugePieces(fault.characters ?? 1e6) : piecesOf(reply);
    for await (const text of pieces) {
      broken = (fault?.kind === 'cut' || fault?.kind === 'stream-error') && sent >= (fault.after ?? 1);
      if (broken) return;
      yield { type: 'text_delta', text };
      sent++;
    }
  };
  const silent = fault?.kind === 'empty' || fault?.kind === 'unknown-tool';
  if (!silent && !(await block({ type: 'text', text: '' }, deltas()))) return;
  if (fault?.kind === 'cut') return answer.destroy();
  if (fault?.kind === 'end-early') return stream.end();
  if (fault?.kind === 'stream-error') {
    const error = { type: fault.errorType ?? 'overloaded_error', message: fault.message ?? 'Overloaded' };
    await send('error', { error });
    return stream.end();
  }
  const calls =
    fault?.kind === 'unknown-tool' ? [{ name: 'launch_rocket', input: {} }] : (reply.toolCalls ?? []);
  if (fault?.kind !== 'empty')
    for (const [i, toolCall] of calls.entries()) {
      const start = { type: 'tool_use', id: `toolu_fake_${i}`, name: toolCall.name, input: {} };
      const written = typeof toolCall.input === 'string' ? toolCall.input : JSON.stringify(toolCall.input);
      const half = Math.ceil(written.length / 2);
      await block(start, [
        { type: 'input_json_delta', partial_json: written.slice(0, half) },
        { type: 'input_json_delta', partial_json: written.slice(half) },
      ]);
    }
  await send('message_delta', {
    delta: { stop_reason: reply.stop ?? (calls.length > 0 ? 'tool_use' : 'end_turn'), stop_sequence: null },
    usage: { output_tokens: reply.outputTokens ?? Math.max(1, sent) },
  });
  await send('message_stop', {});
  stream.end();
}

function* hugePieces(characters: number): Generator<string> {
  for (let sent = 0; sent < characters; sent += 1200) yield 'lorem ipsum '.repeat(100);
}
