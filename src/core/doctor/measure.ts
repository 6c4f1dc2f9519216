import { randomInt } from 'node:crypto';
import type { Clock } from '../contracts/clock.ts';
import type { ModelEngine, ModelFault, ModelRequest } from '../contracts/models.ts';

export interface Speed {
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
  /** From the question to the first visible text with the model loaded, milliseconds. */
  readonly firstTextMs: number;
}

export type Measured =
  | { readonly ok: true; readonly speed: Speed; readonly loadMs: number }
  | { readonly ok: false; readonly fault: ModelFault };

const promptWords = 300;
const outputTokens = 48;

/** Runs a model: once to load it, once for figures, with a prompt that no cache can know. */
export async function measureModel(
  engine: ModelEngine,
  model: { readonly name: string; readonly contextTokens: number; readonly keepAlive?: string | undefined },
  clock: Clock,
  signal: AbortSignal,
): Promise<Measured> {
  const ask = (words: string, maxOutputTokens: number): Promise<Timed> =>
    time(
      engine,
      {
        model: model.name,
        system: '',
        messages: [{ role: 'user', content: [{ type: 'text', text: words }] }],
        maxOutputTokens,
        contextTokens: model.contextTokens,
        ...(model.keepAlive && { keepAlive: model.keepAlive }),
      },
      clock,
      signal,
    );
  const loading = await ask('Say yes.', 2);
  if (loading.fault) return { ok: false, fault: loading.fault };
  const words = Array.from({ length: promptWords }, () => `${randomInt(10, 99)}`).join(' ');
  const run = await ask(`${words}\n\nWrite a long story about the sea.`, outputTokens);
  if (run.fault) return { ok: false, fault: run.fault };
  const decodeMs = Math.max(1, run.totalMs - run.firstMs);
  return {
    ok: true,
    loadMs: loading.totalMs,
    speed: {
      prefillTokensPerSecond: perSecond(run.inputTokens, run.firstMs),
      decodeTokensPerSecond: perSecond(Math.max(1, run.outputTokens - 1), decodeMs),
      firstTextMs: Math.round(run.firstMs),
    },
  };
}

const perSecond = (tokens: number, ms: number): number =>
  Math.round((tokens / Math.max(1, ms)) * 10_000) / 10;

interface Timed {
  readonly firstMs: number;
  readonly totalMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly fault?: ModelFault;
}

async function time(
  engine: ModelEngine,
  request: ModelRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<Timed> {
  const begun = clock.now();
  let firstMs: number | undefined;
  let inputTokens = 0;
  let output = 0;
  for await (const event of engine.stream(request, signal)) {
    if (event.type === 'text') firstMs ??= clock.now() - begun;
    if (event.type === 'usage' || event.type === 'done')
      ({ inputTokens, outputTokens: output } = event.usage);
    if (event.type === 'error' && event.fault.code !== 'empty-output')
      return { firstMs: 0, totalMs: 0, inputTokens, outputTokens: output, fault: event.fault };
  }
  const totalMs = clock.now() - begun;
  return { firstMs: firstMs ?? totalMs, totalMs, inputTokens, outputTokens: output };
}
