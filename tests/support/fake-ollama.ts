import type { Json, JsonObject } from '../../src/core/contracts/json.ts';
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

export interface FakeOllama extends Pick<ModelScript, 'reply' | 'fault' | 'clear'> {
  readonly url: string;
  readonly requests: RecordedCall[];
  /** The requests for an answer. */
  chats(): RecordedCall[];
  /** What a pull has brought, and what was there from the start. */
  readonly models: Set<string>;
  stop(): Promise<void>;
}

export interface FakeOllamaOptions {
  readonly models: readonly string[];
}

/** Ollama's HTTP API on a free port of this machine, as far as Steward uses it, with Ollama's own error texts. */
export async function startFakeOllama(options: FakeOllamaOptions): Promise<FakeOllama> {
  const script = createModelScript();
  const models = new Set(options.models);
  const pulled = new Map<string, number>();

  const handle = async (call: RecordedCall, answer: Answer): Promise<void> => {
    const fault = script.takeFault(call);
    if (fault && troubleBeforeAnswer(fault, call, answer)) return;
    if (call.path === '/api/version') return answer.json({ version: '0.12.9' });
    if (call.path === '/api/tags') {
      const listed = [...models];
      for (const [name, looks] of pulled) {
        pulled.set(name, looks - 1);
        if (looks <= 1) models.add(name);
      }
      return answer.json({ models: listed.map((name) => ({ name, model: name, size: 1_400_000_000 })) });
    }
    if (call.kind === 'pull') return pull(call, answer, pulled);
    const known = models.has(call.model) || models.has(`${call.model}:latest`);
    if (!known && call.kind !== 'admin')
      return answer.json({ error: `model '${call.model}' not found` }, 404);
    if (call.kind === 'embed')
      return answer.json({ model: call.model, embeddings: vectors(call.body.input) });
    if (call.kind !== 'chat' && call.kind !== 'sort') return answer.json({ error: 'not found' }, 404);
    const problem = problemOf(call.body);
    if (problem) return answer.json({ error: problem }, 400);
    await chat(call, answer, await script.answer(call), fault);
  };

  const server = await startModelServer({
    kindOf: (path, body) =>
      path === '/api/chat'
        ? isSorting(body)
          ? 'sort'
          : 'chat'
        : path === '/api/embed'
          ? 'embed'
          : path === '/api/pull'
            ? 'pull'
            : 'admin',
    textOf: lastUserText,
    schemaOf: (body) => (isObject(body.format) ? body.format : undefined),
    handle,
  });
  return {
    ...server,
    ...script,
    models,
    chats: () => server.requests.filter((call) => call.kind === 'chat'),
  };
}

function lastUserText(body: JsonObject): string {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  return textOf(messages.findLast((message) => message.role === 'user')?.content);
}

/** The router asks the local model what a message is about: no answer of a turn. */
function isSorting({ format }: JsonObject): boolean {
  return isObject(format) && isObject(format.properties) && format.properties.sensitive !== undefined;
}

/** What the real server refuses, as far as a caller is likely to get it wrong. */
function problemOf(body: JsonObject): string | undefined {
  const messages = Array.isArray(body.messages) ? body.messages : [];
  for (const message of messages) {
    if (!isObject(message)) return 'json: cannot unmarshal into Go struct field ChatRequest.messages';
    if (typeof message.content !== 'string')
      return 'json: cannot unmarshal into Go struct field ChatRequest.messages of type string';
    if (!['system', 'user', 'assistant', 'tool'].includes(textOf(message.role)))
      return `invalid role: ${textOf(message.role)}, must be one of "system", "user", "assistant", or "tool"`;
    const calls = Array.isArray(message.tool_calls) ? message.tool_calls : [];
    for (const call of calls)
      if (!isObject(call) || !isObject(call.function) || !isObject(call.function.arguments))
        return 'json: cannot unmarshal string into Go struct field ToolCallFunction.arguments of type api.ToolCallFunctionArguments';
    const images = Array.isArray(message.images) ? message.images : [];
    if (images.some((image) => !/^[A-Za-z0-9+/]+=*$/.test(textOf(image))))
      return 'illegal base64 data at input byte 4';
  }
  if (body.keep_alive !== undefined && !/^-?\d+(\.\d+)?(ms|s|m|h)$/.test(textOf(body.keep_alive)))
    return `time: missing unit in duration "${textOf(body.keep_alive)}"`;
  const window = isObject(body.options) ? body.options.num_ctx : undefined;
  if (window !== undefined && !(Number(window) > 0)) return 'invalid num_ctx';
  return undefined;
}

function troubleBeforeAnswer(fault: Fault, call: RecordedCall, answer: Answer): boolean {
  if (fault.kind === 'refuse') answer.destroy();
  else if (fault.kind === 'html') answer.page(200);
  else if (fault.kind === 'status' && fault.html) answer.page(fault.status ?? 502);
  else if (fault.kind === 'status')
    answer.json(
      { error: fault.message ?? statusTexts[fault.status ?? 500]?.replace('MODEL', call.model) ?? 'error' },
      fault.status ?? 500,
      fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
    );
  else if (fault.kind === 'garbage') {
    const stream = answer.stream('application/x-ndjson');
    void stream.write('data: {"type":"oops\n\n<html>\n{"message":{"role":').then(() => stream.end());
  } else return fault.kind === 'hang';
  return true;
}

const statusTexts: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  404: "model 'MODEL' not found",
  429: 'too many requests',
  500: 'llama runner process has terminated: exit status 2',
  503: 'server busy, please try again.  maximum pending requests exceeded',
};

async function chat(
  call: RecordedCall,
  answer: Answer,
  reply: Reply,
  fault: Fault | undefined,
): Promise<void> {
  await reply.before;
  if (answer.gone()) return;
  const stream = answer.stream('application/x-ndjson');
  const line = (part: JsonObject): Promise<boolean> =>
    stream.write(`${JSON.stringify({ model: call.model, created_at: '2026-11-24T12:00:00Z', ...part })}\n`);
  const message = (content: JsonObject): Promise<boolean> =>
    line({ message: { role: 'assistant', content: '', ...content }, done: false });

  if (reply.thinking) await message({ thinking: reply.thinking });
  let sent = 0;
  const pieces =
    fault?.kind === 'huge'
      ? 'lorem ipsum '
          .repeat(100)
          .repeat(Math.ceil((fault.characters ?? 1e6) / 1200))
          .match(/.{1,1200}/g)!
      : fault?.kind === 'empty' || fault?.kind === 'unknown-tool'
        ? []
        : piecesOf(reply);
  for await (const content of pieces) {
    if (fault?.kind === 'cut' && sent >= (fault.after ?? 1)) return answer.destroy();
    if (fault?.kind === 'stream-error' && sent >= (fault.after ?? 1)) {
      await stream.write(
        `${JSON.stringify({ error: fault.message ?? 'an error was encountered while running the model' })}\n`,
      );
      return stream.end();
    }
    if (!(await message({ content }))) return;
    sent++;
  }
  if (fault?.kind === 'end-early' || fault?.kind === 'cut') return stream.end();
  const calls =
    fault?.kind === 'unknown-tool' ? [{ name: 'launch_rocket', input: {} }] : (reply.toolCalls ?? []);
  if (calls.length > 0 && fault?.kind !== 'empty')
    await message({
      tool_calls: calls.map((toolCall) => ({ function: { name: toolCall.name, arguments: toolCall.input } })),
    });
  await line({
    message: { role: 'assistant', content: '' },
    done: true,
    done_reason: reply.stop ?? 'stop',
    prompt_eval_count: reply.inputTokens ?? Math.ceil(call.raw.length / 4),
    eval_count: reply.outputTokens ?? Math.max(1, sent),
  });
  stream.end();
}

async function pull(call: RecordedCall, answer: Answer, pulled: Map<string, number>): Promise<void> {
  const stream = answer.stream('application/x-ndjson');
  const line = (part: JsonObject): Promise<boolean> => stream.write(`${JSON.stringify(part)}\n`);
  await line({ status: 'pulling manifest' });
  if (call.model.startsWith('no-such')) {
    await line({ error: 'pull model manifest: file does not exist' });
    return stream.end();
  }
  for (const completed of [0, 500, 1000])
    await line({ status: 'pulling abc', digest: 'sha256:abc', total: 1000, completed });
  await line({ status: 'pulling def', digest: 'sha256:def', total: 200, completed: 200 });
  await line({ status: 'success' });
  // As on a busy machine: said first, listed from the fourth look on.
  pulled.set(call.model, 3);
  stream.end();
}

/** Similar texts get similar vectors, the same text always the same one. */
function vectors(input: Json | undefined): number[][] {
  return [input ?? ''].flat().map((text) => {
    const vector = Array.from({ length: 64 }, () => 0.001);
    for (const word of textOf(text)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []) {
      let hash = 7;
      for (const letter of word) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
      vector[hash % 64] = (vector[hash % 64] ?? 0) + 1;
    }
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}
