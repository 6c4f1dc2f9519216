import type { EngineLimits } from '../config/models-schema.ts';
import type { Clock } from '../contracts/clock.ts';
import type { CallMeter, ModelEngine, ModelEvent, ModelFault, ModelRequest } from '../contracts/models.ts';
import { type AttemptEnd, runAttempt, type Tally } from './attempt.ts';
import type { Breaker } from './breaker.ts';
import type { CallObserver } from './call-observer.ts';
import { isModelFault, isTransient, modelFault } from './fault.ts';
import type { Gate } from './gate.ts';

/** One engine with what stands in front of it. */
export interface Lane {
  readonly engine: ModelEngine;
  readonly limits: EngineLimits;
  readonly gate: Gate;
  readonly breaker: Breaker;
}

export interface Call {
  readonly lane: Lane;
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly meter: CallMeter | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: CallObserver;
}

/** When the call as a whole is over; known once it has its first slot. */
export interface CallSpan {
  totalAt?: number;
}

/** One attempt of a call: waits for a slot, asks the breaker, opens and closes the meter. Returns how it ended. */
export async function* runInSlot(
  call: Call,
  attempt: number,
  span: CallSpan,
): AsyncGenerator<ModelEvent, AttemptEnd> {
  const { lane, request, signal, meter, clock, observer } = call;
  const { engine, limits, breaker } = lane;
  const facts = { engine: engine.name, model: request.model };
  const refused = (): AttemptEnd => ({
    type: 'fault',
    fault: modelFault({ code: 'breaker-open', ...facts, retryAfterMs: breaker.waitMs() }),
  });

  if (breaker.refuses() && !signal.aborted) return refused();
  let release: () => void;
  try {
    release = await lane.gate.enter(signal);
  } catch {
    return { type: 'fault', fault: modelFault({ code: 'cancelled', ...facts }) };
  }
  try {
    const ticket = breaker.admit();
    if (!ticket) return refused();
    span.totalAt ??= clock.now() + limits.totalMs;
    const tally: Tally = { outputCharacters: 0 };
    let end: AttemptEnd | undefined;
    try {
      const barred = await openMeter(meter, attempt, signal, facts);
      if (barred) return (end = { type: 'fault', fault: barred });
      let closed: ModelFault | undefined;
      try {
        end = yield* runAttempt({
          engine,
          request,
          signal,
          limits,
          clock,
          totalAt: span.totalAt,
          tally,
          onFirstToken: (ms) => observer.firstToken?.(engine.name, ms),
        });
      } finally {
        closed = closeMeter(meter, attempt, tally, end, facts);
      }
      return closed ? (end = { type: 'fault', fault: closed }) : end;
    } finally {
      if (end?.type === 'done') ticket.succeeded();
      else if (end && isTransient(end.fault) && end.fault.code !== 'bad-output') ticket.failed();
      else ticket.neutral();
    }
  } finally {
    release();
  }
}

type Facts = { readonly engine: string; readonly model: string };

/** The fault that bars the attempt, if any. */
async function openMeter(
  meter: CallMeter | undefined,
  attempt: number,
  signal: AbortSignal,
  facts: Facts,
): Promise<ModelFault | undefined> {
  try {
    await meter?.open(attempt, signal);
    return undefined;
  } catch (error) {
    if (isModelFault(error)) return error;
    if (signal.aborted) return modelFault({ code: 'cancelled', ...facts });
    return modelFault({
      code: 'request-refused',
      ...facts,
      message: 'the cost was not reserved',
      cause: error,
    });
  }
}

/** A cost that could not be written down is a fault: the answer would be free of charge in the books. */
function closeMeter(
  meter: CallMeter | undefined,
  attempt: number,
  tally: Tally,
  end: AttemptEnd | undefined,
  facts: Facts,
): ModelFault | undefined {
  const outcome = end?.type === 'done' ? 'done' : (end?.fault.code ?? 'cancelled');
  try {
    meter?.close(attempt, tally.usage, outcome, tally.outputCharacters);
    return undefined;
  } catch (error) {
    return modelFault({
      code: 'request-refused',
      ...facts,
      message: 'the cost was not settled',
      cause: error,
    });
  }
}
