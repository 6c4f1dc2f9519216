import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../contracts/clock.ts';
import type { ModelEngine, ModelEvent, ModelRequest, PullProgress } from '../../contracts/models.ts';
import { type Child, startChild } from '../../process/child.ts';
import type { Logger } from '../../telemetry/log.ts';
import { isModelFault, modelFault } from '../fault.ts';
import { createStreamJudge, endInOneEvent } from '../stream-judge.ts';
import type { FromChild, ToChild } from './protocol.ts';

export interface EmbeddedEngine extends ModelEngine {
  /** Whether a model takes up memory now. */
  isLoaded(): boolean;
  /** Takes it out of memory. */
  close(): Promise<void>;
}

export interface EmbeddedOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Use a graphics card where there is one and its package is installed. */
  readonly gpu: boolean;
  /** So long without a question, then the memory is given back. */
  readonly idleMs: number;
  /** Names of the models whose files are there. */
  installed(): readonly string[];
  /** Where the file of a model is; undefined when it is not there. */
  pathOf(model: string): string | undefined;
  pull(model: string, signal: AbortSignal): AsyncIterable<PullProgress>;
}

const engine = 'embedded';
const childFile = fileURLToPath(new URL('./child.ts', import.meta.url));

/** One question to a child, with what has been answered of it. */
interface Question {
  readonly asked: Child;
  readonly answers: PassThrough;
}

/** Models run by llama.cpp in a child process, which is started at the first question and ended when it is idle. */
export function createEmbeddedEngine(options: EmbeddedOptions): EmbeddedEngine {
  const { clock, log } = options;
  const questions = new Map<number, Question>();
  let child: Child | undefined;
  let count = 0;
  let lastUse = 0;

  const start = (): Child => {
    const idle = new AbortController();
    const started = startChild(childFile, options.gpu ? ['gpu'] : [], (message) => {
      const answer = message as FromChild;
      questions.get(answer.id)?.answers.write(answer);
    });
    void tellOfEnd(started, idle);
    void unloadWhenIdle(started, idle.signal);
    return started;
  };

  const tellOfEnd = async (started: Child, idle: AbortController): Promise<void> => {
    const { code, signal, words } = await started.ended;
    idle.abort();
    if (child === started) child = undefined;
    const message = `the embedded model ended${signal ? ` (${signal})` : ''}`;
    for (const [id, { asked, answers }] of questions) {
      if (asked !== started) continue;
      log.error({ code, signal, words }, 'embedded model ended');
      answers.write({ id, kind: 'fault', code: 'server-error', message } satisfies FromChild);
    }
  };

  const unloadWhenIdle = async (started: Child, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const left = lastUse + options.idleMs - clock.now();
      await clock.sleep(Math.max(left, 1_000), signal).catch(() => undefined);
      if (signal.aborted || questions.size > 0 || clock.now() - lastUse < options.idleMs) continue;
      // Whoever asks from now on gets a new one.
      if (child === started) child = undefined;
      started.kill();
      return;
    }
  };

  const ask = async function* (
    question: (id: number) => ToChild,
    signal: AbortSignal,
  ): AsyncGenerator<FromChild> {
    const id = ++count;
    const asked = (child ??= start());
    const answers = new PassThrough({ objectMode: true });
    questions.set(id, { asked, answers });
    lastUse = clock.now();
    asked.send(question(id) as Parameters<Child['send']>[0]);
    const abort = (): void => asked.send({ id, kind: 'abort' });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    let isOver = false;
    try {
      for await (const answer of answers as AsyncIterable<FromChild>) {
        isOver = answer.kind === 'done' || answer.kind === 'vectors' || answer.kind === 'fault';
        yield answer;
        if (isOver) return;
      }
    } finally {
      signal.removeEventListener('abort', abort);
      // Nobody reads on: the model need not write on.
      if (!isOver) abort();
      questions.delete(id);
      lastUse = clock.now();
    }
  };

  const pathOf = (model: string): string => {
    const path = options.pathOf(model);
    if (path === undefined)
      throw modelFault({ code: 'model-missing', engine, model, message: 'its file is not there' });
    return path;
  };

  const stream = async function* (request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const name = { engine, model: request.model };
    if (signal.aborted) throw modelFault({ code: 'cancelled', ...name, message: 'stopped' });
    if (
      request.messages.some(
        (message) => message.role === 'user' && message.content.some((part) => part.type !== 'text'),
      )
    )
      throw modelFault({ code: 'request-refused', ...name, message: 'this model reads text only' });
    const modelPath = pathOf(request.model);
    const judge = createStreamJudge(name, request);
    let hidden = 0;
    for await (const answer of ask((id) => ({ id, kind: 'stream', modelPath, request }), signal)) {
      if (answer.kind === 'text') yield judge.text(answer.text);
      else if (answer.kind === 'call') yield judge.call(answer.call);
      else if (answer.kind === 'thinking') yield judge.usage({ outputTokens: (hidden += answer.tokens) });
      else if (answer.kind === 'fault')
        throw modelFault({ ...name, code: answer.code, message: answer.message });
      else if (answer.kind === 'done') {
        yield judge.usage({ inputTokens: answer.inputTokens, outputTokens: answer.outputTokens });
        yield judge.finish(answer.reason);
      }
    }
  };

  return {
    name: engine,
    stream: (request, signal) =>
      endInOneEvent(
        stream(request, signal),
        (error) =>
          isModelFault(error)
            ? error
            : modelFault({
                code: 'server-error',
                engine,
                model: request.model,
                message: String(error),
                cause: error,
              }),
        () => undefined,
      ),
    async embed(model, texts, signal) {
      if (texts.length === 0) return [];
      const modelPath = pathOf(model);
      for await (const answer of ask((id) => ({ id, kind: 'embed', modelPath, texts }), signal)) {
        if (answer.kind === 'vectors') return answer.vectors;
        if (answer.kind === 'fault')
          throw modelFault({ engine, model, code: answer.code, message: answer.message });
      }
      throw modelFault({ code: 'cut-off', engine, model, message: 'no vectors came' });
    },
    health(signal) {
      const installed = options.installed();
      return Promise.resolve(
        signal.aborted
          ? { state: 'unreachable', detail: 'not asked' }
          : {
              state: 'ready',
              installed,
              detail: installed.length > 0 ? installed.join(', ') : 'no model yet',
            },
      );
    },
    pull: options.pull,
    isLoaded: () => child !== undefined,
    async close() {
      const last = child;
      last?.kill();
      await last?.ended;
    },
  };
}
