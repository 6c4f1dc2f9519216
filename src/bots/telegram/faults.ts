import { GrammyError, HttpError } from 'grammy';
import { DeliveryFault } from '../../core/chat/delivery-fault.ts';
import { NoBotApiAnswer } from './api.ts';

/** What went wrong with a call, as far as it decides what to do next. */
export interface CallProblem {
  /** Of Telegram's own answer; 0 when there was none. */
  readonly code: number;
  readonly description: string;
  readonly retryAfterMs?: number;
  /** The group lives on under this id. */
  readonly migratedTo?: string;
  /** The call may have taken effect although no answer came. */
  readonly isUncertain: boolean;
}

/** These say that the request never reached a server. */
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

export function problemOf(error: unknown): CallProblem {
  if (error instanceof GrammyError) {
    const { retry_after: seconds, migrate_to_chat_id: migratedTo } = error.parameters;
    return {
      code: error.error_code,
      description: error.description,
      ...(seconds !== undefined && { retryAfterMs: seconds * 1000 }),
      ...(migratedTo !== undefined && { migratedTo: String(migratedTo) }),
      isUncertain: error.error_code >= 500,
    };
  }
  const cause = error instanceof HttpError ? error.error : error;
  if (cause instanceof NoBotApiAnswer)
    return { code: 0, description: cause.message, isUncertain: cause.status >= 500 || cause.status < 400 };
  const system = systemCode(cause);
  return {
    code: 0,
    description: `no answer from Telegram${system ? ` (${system})` : ''}`,
    isUncertain: !neverSent.has(system),
  };
}

/** `fetch failed` hides what happened in its cause. */
function systemCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return 'ETIMEDOUT';
  }
  return '';
}

/** `toDo` says what was tried, for the log and the row. */
export function deliveryFault(error: unknown, toDo: string): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const { code, description, retryAfterMs, migratedTo, isUncertain } = problemOf(error);
  return new DeliveryFault(`${toDo}: ${description}`, {
    permanent: (code === 400 || code === 403 || code === 413) && !migratedTo,
    mayHaveArrived: isUncertain,
    ...(migratedTo !== undefined && { movedTo: migratedTo }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    cause: error,
  });
}

export const isNotModified = (problem: CallProblem): boolean =>
  problem.code === 400 && problem.description.includes('message is not modified');

/** The server is older than this method. */
export const isUnknownMethod = (problem: CallProblem): boolean => problem.code === 404;
