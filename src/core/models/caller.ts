import type { ModelsConfig } from '../config/models-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelCaller, ModelEngine, ModelEvent, ModelFault } from '../contracts/models.ts';
import { type BreakerState, createBreaker } from './breaker.ts';
import type { CallObserver } from './call-observer.ts';
import { modelFault } from './fault.ts';
import { createGate } from './gate.ts';
import { createRetryPlan } from './retry-plan.ts';
import { type Call, type CallSpan, type Lane, runInSlot } from './slot.ts';

export interface CallerOptions {
  readonly engines: ReadonlyMap<string, ModelEngine>;
  readonly limits: ModelsConfig['engines'];
  readonly clock: Clock;
  readonly random?: () => number;
  readonly observer?: CallObserver;
}

export interface ModelCallerWithBreakers extends ModelCaller {
  breakerState(engine: string): BreakerState;
}

/**
 * See ModelCaller. A slot is held for one attempt and given back while a retry waits; `totalMs` covers the whole call
 * from its first slot on. A model's slip (bad-output, empty-output, unknown-tool) is retried once and leaves the
 * breaker alone: it says nothing about the service.
 */
export function createModelCaller(options: CallerOptions): ModelCallerWithBreakers {
  const { clock, observer = {}, random = Math.random } = options;
  const lanes = new Map<string, Lane>();
  for (const [name, engine] of options.engines) {
    const limits = Object.entries(options.limits).find(([key]) => key === name)?.[1];
    if (!limits) throw new Error(`engines.${name} is missing in models.yaml`);
    const breaker = createBreaker({
      faults: limits.breakerFaults,
      openMs: limits.breakerOpenMs,
      clock,
      onChange: (state) => observer.breakerChanged?.(name, state),
    });
    const gate = createGate(limits.concurrency, (waiting) => observer.queued?.(name, waiting));
    lanes.set(name, { engine, limits, gate, breaker });
  }

  return {
    breakerState: (name) => lanes.get(name)?.breaker.state() ?? 'closed',

    stream(name, request, signal, meter) {
      const lane = lanes.get(name);
      const abandoned = new AbortController();
      const events = lane
        ? runCall({
            lane,
            request,
            signal: AbortSignal.any([signal, abandoned.signal]),
            meter,
            clock,
            random,
            observer,
          })
        : refuse(name, request.model);
      return { [Symbol.asyncIterator]: () => endAtOnce(events, abandoned) };
    },
  };
}

async function* refuse(engine: string, model: string): AsyncGenerator<ModelEvent> {
  const message = `the engine ${engine} is not set up`;
  yield { type: 'error', fault: modelFault({ code: 'request-refused', engine, model, message }) };
}

/** A generator's own `return` waits for the `next` in flight, which may wait for a silent model. */
function endAtOnce(
  events: AsyncGenerator<ModelEvent>,
  abandoned: AbortController,
): AsyncIterator<ModelEvent> {
  return {
    next: () => events.next(),
    return: (value?: unknown) => {
      abandoned.abort();
      return events.return(value);
    },
  };
}

async function* runCall(call: Call): AsyncGenerator<ModelEvent> {
  const { lane, request, signal, clock, observer } = call;
  const name = lane.engine.name;
  const plan = createRetryPlan(lane.limits, call.random);
  const span: CallSpan = {};
  let earlier: ModelFault | undefined;

  for (let attempt = 1; ; attempt++) {
    const end = yield* runInSlot(call, attempt, span);
    if (end.type === 'done') {
      yield end.event;
      return;
    }
    const { fault } = end;
    if (fault.code !== 'cancelled') observer.faulted?.(name, fault.code);
    // Why it failed says more than that nobody is asked any more.
    const told = fault.code === 'breaker-open' && earlier ? earlier : fault;
    earlier = fault;
    const delayMs = lane.breaker.refuses() ? undefined : plan.next(fault);
    if (delayMs === undefined || clock.now() + delayMs >= (span.totalAt ?? Infinity)) {
      yield { type: 'error', fault: told };
      return;
    }
    observer.retried?.(name, fault.code);
    yield { type: 'retry', attempt: attempt + 1, fault, delayMs };
    try {
      await clock.sleep(delayMs, signal);
    } catch {
      yield { type: 'error', fault: modelFault({ code: 'cancelled', engine: name, model: request.model }) };
      return;
    }
  }
}
