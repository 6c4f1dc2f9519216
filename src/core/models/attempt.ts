import type { EngineLimits } from '../config/models-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelEngine, ModelEvent, ModelFault, ModelRequest, Usage } from '../contracts/models.ts';
import { isModelFault, modelFault } from './fault.ts';
import { type Expiry, startWatchdog } from './watchdog.ts';

/** What one attempt has used so far; kept outside it so that it is known however the attempt ends. */
export interface Tally {
  usage?: Usage;
  outputCharacters: number;
}

export type AttemptEnd =
  | { readonly type: 'done'; readonly event: Extract<ModelEvent, { readonly type: 'done' }> }
  | { readonly type: 'fault'; readonly fault: ModelFault };

export interface AttemptOptions {
  readonly engine: ModelEngine;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly limits: EngineLimits;
  readonly clock: Clock;
  readonly totalAt: number;
  readonly tally: Tally;
  readonly onFirstToken: (ms: number) => void;
}

type Step = { readonly result: IteratorResult<ModelEvent> } | { readonly fault: ModelFault };

/**
 * One stream of one engine within its limits. Yields text, calls and usage; returns how it ended. Never throws, and
 * never waits for the engine to notice that it was stopped.
 */
export async function* runAttempt(options: AttemptOptions): AsyncGenerator<ModelEvent, AttemptEnd> {
  const { engine, request, signal, limits, clock, tally } = options;
  const call = { engine: engine.name, model: request.model };
  const stopEngine = new AbortController();
  const startedAt = clock.now();
  let interruption: ModelFault | undefined;
  let wake: ((step: Step) => void) | undefined;
  let events: AsyncIterator<ModelEvent> | undefined;
  let spoke = false;

  const interrupt = (fault: ModelFault): void => {
    interruption ??= fault;
    wake?.({ fault: interruption });
    stopEngine.abort();
  };
  const cancel = (): void => interrupt(modelFault({ code: 'cancelled', ...call }));
  const expire = (what: Expiry): void =>
    interrupt(modelFault({ code: 'timed-out', ...call, message: expiryMessages[what] }));

  const watchdog = startWatchdog({
    clock,
    firstTokenMs: limits.firstTokenMs,
    idleMs: limits.idleMs,
    totalAt: options.totalAt,
    expired: expire,
  });
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  const nextOf = async (): Promise<IteratorResult<ModelEvent>> => {
    events ??= engine.stream(request, AbortSignal.any([signal, stopEngine.signal]))[Symbol.asyncIterator]();
    return events.next();
  };
  const step = (): Promise<Step> =>
    new Promise((resolve) => {
      wake = resolve;
      if (interruption) return resolve({ fault: interruption });
      nextOf().then(
        (result) => resolve({ result }),
        (error: unknown) => resolve({ fault: thrownFault(error, call) }),
      );
    });

  try {
    for (;;) {
      watchdog.waiting();
      const next = await step();
      watchdog.received();
      if ('fault' in next) return { type: 'fault', fault: next.fault };
      if (next.result.done)
        return {
          type: 'fault',
          fault: modelFault({ code: 'cut-off', ...call, message: 'the engine ended without a word' }),
        };
      const event = next.result.value;
      if (event.type === 'done') {
        tally.usage = event.usage;
        return { type: 'done', event };
      }
      if (event.type === 'error') return { type: 'fault', fault: event.fault };
      if (event.type === 'usage') tally.usage = event.usage;
      if (event.type === 'text' || event.type === 'tool-call') {
        if (!spoke) options.onFirstToken(clock.now() - startedAt);
        spoke = true;
        tally.outputCharacters += sizeOf(event);
        if (tally.outputCharacters > limits.maxOutputCharacters)
          return { type: 'fault', fault: modelFault({ code: 'output-too-large', ...call }) };
      }
      yield event;
    }
  } finally {
    watchdog.stop();
    signal.removeEventListener('abort', cancel);
    stopEngine.abort();
    // Not awaited: an engine that hangs would hold the slot.
    events?.return?.().then(undefined, () => undefined);
  }
}

const expiryMessages: Readonly<Record<Expiry, string>> = {
  'first-token': 'no first token in time',
  idle: 'silence in the middle of the answer',
  total: 'the whole call took too long',
};

function sizeOf(event: Extract<ModelEvent, { readonly type: 'text' | 'tool-call' }>): number {
  return event.type === 'text'
    ? event.text.length
    : event.call.name.length + JSON.stringify(event.call.input).length;
}

/** Engines promise not to throw; one that does is a server error, not the end of Steward. */
function thrownFault(error: unknown, call: { engine: string; model: string }): ModelFault {
  return isModelFault(error)
    ? error
    : modelFault({ code: 'server-error', ...call, message: 'the engine threw', cause: error });
}
