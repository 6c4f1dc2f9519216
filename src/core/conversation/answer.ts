import type { LiveMessage } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type {
  CallMeter,
  ModelCaller,
  ModelFault,
  ModelRequest,
  StopReason,
  Usage,
} from '../contracts/models.ts';

export interface Answered {
  readonly ok: true;
  readonly text: string;
  readonly reason: StopReason;
  readonly usage: Usage;
  readonly firstTextAt: number | undefined;
}

export interface Unanswered {
  readonly ok: false;
  readonly fault: ModelFault;
  /** What had come until then. */
  readonly text: string;
  readonly firstTextAt: number | undefined;
}

/** Asks one model and draws the answer while it grows. Never throws: a fault is a value. */
export async function askModel(options: {
  caller: ModelCaller;
  engine: string;
  request: ModelRequest;
  signal: AbortSignal;
  clock: Clock;
  meter?: CallMeter;
  live?: LiveMessage | undefined;
  onDelta(text: string): void;
}): Promise<Answered | Unanswered> {
  const { caller, engine, request, signal, clock, meter, live } = options;
  let text = '';
  let firstTextAt: number | undefined;
  for await (const event of caller.stream(engine, request, signal, meter)) {
    switch (event.type) {
      case 'text':
        firstTextAt ??= clock.now();
        text += event.text;
        live?.update(text);
        options.onDelta(event.text);
        break;
      case 'retry':
        text = '';
        live?.update('');
        live?.note(`${request.model}: ${event.fault.code}, trying again`);
        break;
      case 'done':
        return { ok: true, text, reason: event.reason, usage: event.usage, firstTextAt };
      case 'error':
        return { ok: false, fault: event.fault, text, firstTextAt };
      case 'tool-call':
      case 'usage':
        break;
    }
  }
  throw new Error('the model stream ended without done or error');
}
