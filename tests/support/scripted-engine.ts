import type {
  ModelEngine,
  ModelEvent,
  ModelFaultCode,
  ModelRequest,
} from '../../src/core/contracts/models.ts';
import { modelFault } from '../../src/core/models/fault.ts';

/** What an attempt does: pass events on, wait for a promise, or (a function) look at its signal. */
export type Step = ModelEvent | Promise<unknown> | ((signal: AbortSignal) => Promise<unknown>);

export interface ScriptedEngine extends ModelEngine {
  /** One entry for each attempt that was begun. */
  readonly attempts: { readonly request: ModelRequest; readonly signal: AbortSignal }[];
  /** How many attempts run now. */
  running(): number;
}

/** An engine without a network: attempt n runs script n, the last script again and again. */
export function createScriptedEngine(name: string, ...scripts: readonly (readonly Step[])[]): ScriptedEngine {
  const attempts: ScriptedEngine['attempts'] = [];
  let running = 0;
  return {
    name,
    attempts,
    running: () => running,
    async *stream(request, signal) {
      const script = scripts[Math.min(attempts.length, scripts.length - 1)] ?? [];
      attempts.push({ request, signal });
      running++;
      try {
        for (const step of script) {
          if (typeof step === 'function') await step(signal);
          else if (step instanceof Promise) await step;
          else yield step;
        }
      } finally {
        running--;
      }
    },
    health: async () => ({ state: 'ready', detail: name }),
  };
}

const usage = { inputTokens: 10, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };

export const say = (text: string): ModelEvent => ({ type: 'text', text });
export const tell: ModelEvent = { type: 'usage', usage };
export const done: ModelEvent = { type: 'done', reason: 'stop', usage };
export const fail = (
  code: ModelFaultCode,
  more: { status?: number; retryAfterMs?: number } = {},
): ModelEvent => ({
  type: 'error',
  fault: modelFault({ code, engine: 'ollama', model: 'qwen3:1.7b', ...more }),
});
/** Silence that not even an abort ends. */
export const hang = (): Promise<never> => new Promise(() => undefined);
