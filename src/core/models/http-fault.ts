import type { ModelFaultCode } from '../contracts/models.ts';
import { modelFault, type ModelFaultError } from './fault.ts';

/** Who is being called, for the faults of the call. */
export interface CallName {
  readonly engine: string;
  readonly model: string;
}

const longestWaitMs = 2 ** 31 - 1;

/**
 * How long the server asks us to wait: `retry-after-ms` (Anthropic), or `retry-after` in seconds or as a date. A date
 * counts from the server's own `date` header, so that a wrong clock on either side does not matter.
 */
export function readRetryAfterMs(headers: Headers): number | undefined {
  const exact = headers.get('retry-after-ms');
  const header = headers.get('retry-after')?.trim();
  const wait =
    exact && /^\d+(\.\d+)?$/.test(exact.trim())
      ? Number(exact)
      : header === undefined
        ? Number.NaN
        : /^\d+(\.\d+)?$/.test(header)
          ? Number(header) * 1000
          : Date.parse(header) - Date.parse(headers.get('date') ?? '');
  return wait >= 0 ? Math.min(Math.round(wait), longestWaitMs) : undefined;
}

const timeoutCodes: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/**
 * What a failed fetch or body read means. `answered`: had the response begun? Before that a broken connection is
 * "unreachable", after it the answer was cut off.
 */
export function networkFault(error: unknown, call: CallName, answered: boolean): ModelFaultError {
  const reason = errorCode(error);
  // Thrown by whoever reads the answer, not by the network, whose errors have a cause with a code.
  if (answered && reason === undefined && (error instanceof SyntaxError || error instanceof TypeError))
    return modelFault({ code: 'bad-output', ...call, message: 'the answer has an odd shape' });
  const code: ModelFaultCode =
    reason !== undefined && timeoutCodes.has(reason) ? 'timed-out' : answered ? 'cut-off' : 'unreachable';
  const what = answered ? 'the connection broke before the answer was complete' : 'no connection';
  return modelFault({ code, ...call, message: `${what}${reason ? ` (${reason})` : ''}` });
}

/** The system's name of the failure (ECONNREFUSED and the like), which fetch hides one or two causes deep. */
function errorCode(error: unknown): string | undefined {
  for (let seen = error, depth = 0; seen instanceof Error && depth < 5; seen = seen.cause, depth++)
    if ('code' in seen && typeof seen.code === 'string') return seen.code;
  return undefined;
}
