// The process in which llama.cpp runs: a crash or an out-of-memory in here never takes Steward down.
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import {
  type ChatModelFunctions,
  type GbnfJsonSchema,
  getLlama,
  InsufficientMemoryError,
  type Llama,
  LlamaChat,
  type LlamaChatResponseChunk,
  type LlamaContext,
  type LlamaEmbeddingContext,
  LlamaLogLevel,
  type LlamaModel,
} from 'node-llama-cpp';
import type { ModelRequest, StopReason } from '../../contracts/models.ts';
import { chatHistory } from './history.ts';
import type { FromChild, ToChild } from './protocol.ts';

/** llama.cpp's own default of four is a hundred times slower on two cores. */
const threads = availableParallelism();
/** A template is no use below this. */
const smallestContext = 512;

/** What Qwen3's model card recommends without thinking; greedy sampling makes small models repeat themselves. */
const sampling = { temperature: 0.7, topP: 0.8, topK: 20 };

interface Talker {
  readonly path: string;
  /** What was asked for; what there is may be less. */
  readonly contextTokens: number;
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly chat: LlamaChat;
}
interface Embedder {
  readonly path: string;
  readonly model: LlamaModel;
  readonly context: LlamaEmbeddingContext;
}

let llama: Promise<Llama> | undefined;
let talker: Talker | undefined;
let embedder: Embedder | undefined;
let turn: Promise<void> = Promise.resolve();
const running = new Map<number, AbortController>();

const tell = (message: FromChild): void => void process.send?.(message);

const library = (): Promise<Llama> =>
  (llama ??= getLlama({
    gpu: process.argv[2] === 'gpu' ? 'auto' : false,
    maxThreads: threads,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.error,
  }));

async function talkerFor(modelPath: string, contextTokens: number): Promise<Talker> {
  if (talker?.path === modelPath && talker.contextTokens === contextTokens) return talker;
  const before = talker;
  talker = undefined;
  await before?.context.dispose();
  const model =
    before?.path === modelPath
      ? before.model
      : await (await library()).loadModel({ modelPath, useMmap: true });
  if (before && before.model !== model) await before.model.dispose();
  // As large as asked for, or as the memory of this machine allows.
  const context = await model.createContext({
    contextSize: { min: smallestContext, max: contextTokens },
    threads,
  });
  talker = {
    path: modelPath,
    contextTokens,
    model,
    context,
    chat: new LlamaChat({ contextSequence: context.getSequence() }),
  };
  return talker;
}

async function embedderFor(modelPath: string): Promise<Embedder> {
  if (embedder?.path === modelPath) return embedder;
  await embedder?.model.dispose();
  const model = await (await library()).loadModel({ modelPath, useMmap: true });
  embedder = { path: modelPath, model, context: await model.createEmbeddingContext({ threads }) };
  return embedder;
}

async function stream(
  { id, modelPath, request }: Extract<ToChild, { kind: 'stream' }>,
  signal: AbortSignal,
): Promise<void> {
  const { chat } = await talkerFor(modelPath, request.contextTokens);
  signal.throwIfAborted();
  const { sequence } = chat;
  const meter = sequence.tokenMeter.getState();
  const common = {
    maxTokens: request.maxOutputTokens,
    signal,
    stopOnAbortSignal: true,
    budgets: { thoughtTokens: request.think ? request.maxOutputTokens : 0 },
    ...sampling,
    ...(request.temperature !== undefined && { temperature: request.temperature }),
    onTextChunk: (text: string) => tell({ id, kind: 'text', text }),
    onResponseChunk: (chunk: LlamaChatResponseChunk) => {
      if (chunk.type === 'segment') tell({ id, kind: 'thinking', tokens: chunk.tokens.length });
    },
  };
  const history = chatHistory(request);
  const answer = request.outputSchema
    ? await chat.generateResponse(history, {
        ...common,
        grammar: await (await library()).createGrammarForJsonSchema(
          // It knows the part of JSON Schema that says what a value looks like; the rest is checked afterwards.
          request.outputSchema as { readonly type: 'object' },
        ),
      })
    : await chat.generateResponse(history, {
        ...common,
        ...(request.tools && request.tools.length > 0 && { functions: functionsOf(request.tools) }),
        documentFunctionParams: true,
      });
  signal.throwIfAborted();
  const calls = answer.functionCalls ?? [];
  for (const { functionName: name, params } of calls)
    tell({ id, kind: 'call', call: { id: `call_${randomUUID()}`, name, input: params ?? {} } });
  const used = sequence.tokenMeter.diff(meter);
  tell({
    id,
    kind: 'done',
    reason: reasonOf(answer.metadata.stopReason),
    inputTokens: used.usedInputTokens,
    outputTokens: used.usedOutputTokens,
  });
}

const reasonOf = (stopReason: string): StopReason =>
  stopReason === 'maxTokens' ? 'length' : stopReason === 'functionCalls' ? 'tool-calls' : 'stop';

const functionsOf = (tools: NonNullable<ModelRequest['tools']>): ChatModelFunctions =>
  Object.fromEntries(
    tools.map(({ name, description, inputSchema }) => [
      name,
      { description, params: inputSchema as GbnfJsonSchema },
    ]),
  );

async function embed(
  { id, modelPath, texts }: Extract<ToChild, { kind: 'embed' }>,
  signal: AbortSignal,
): Promise<void> {
  const { context } = await embedderFor(modelPath);
  const vectors: number[][] = [];
  for (const text of texts) {
    signal.throwIfAborted();
    vectors.push([...(await context.getEmbeddingFor(text)).vector]);
  }
  tell({ id, kind: 'vectors', vectors });
}

/** One after the other: two would only share the same cores. */
function take(message: Exclude<ToChild, { kind: 'abort' }>): void {
  const controller = new AbortController();
  running.set(message.id, controller);
  const { signal } = controller;
  turn = turn
    .then(() => (message.kind === 'stream' ? stream(message, signal) : embed(message, signal)))
    .catch((error: unknown) => tell({ id: message.id, kind: 'fault', ...faultOf(error, signal) }))
    .finally(() => running.delete(message.id));
}

function faultOf(error: unknown, signal: AbortSignal) {
  if (signal.aborted) return { code: 'cancelled' as const, message: 'stopped' };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof InsufficientMemoryError)
    return { code: 'request-refused' as const, message: `not enough memory for this model: ${message}` };
  return { code: 'server-error' as const, message };
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'abort') running.get(message.id)?.abort();
  else take(message);
});
// Also when Steward was killed.
process.once('disconnect', () => process.exit(0));
try {
  // Where memory runs out, this process is the one to go (Linux).
  writeFileSync('/proc/self/oom_score_adj', '1000');
} catch {
  // Elsewhere there is no such file.
}
