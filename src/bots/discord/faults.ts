import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { DeliveryFault } from '../../core/chat/delivery-fault.ts';

/** What went wrong with a call, as far as it decides what to do next. */
export interface CallProblem {
  /** HTTP status of Discord's answer; 0 when there was none. */
  readonly status: number;
  /** Discord's own code (developers docs, JSON Error Codes); 0 when there was none. */
  readonly code: number;
  readonly description: string;
  readonly retryAfterMs?: number;
}

const codes = { missingAccess: 50_001, missingPermissions: 50_013 } as const;

export function problemOf(error: unknown): CallProblem {
  if (error instanceof DiscordAPIError)
    return { status: error.status, code: Number(error.code) || 0, description: error.message };
  if (error instanceof RateLimitError)
    return { status: 429, code: 0, description: 'rate limited', retryAfterMs: error.retryAfter };
  if (error instanceof HTTPError)
    return { status: error.status, code: 0, description: `Discord answered ${error.status}` };
  return { status: 0, code: 0, description: `no answer from Discord${reasonOf(error)}` };
}

/** The code of the system says more than "fetch failed", which hides it in its cause. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') return ` (${at.code})`;
  return '';
}

/** The bot may not do this here: no retry helps, an administrator does. */
export const isForbidden = ({ code }: CallProblem): boolean =>
  code === codes.missingAccess || code === codes.missingPermissions;

/** `toDo` says what was tried, for the log and the row. A send carries a nonce, so it may always be repeated. */
export function deliveryFault(error: unknown, toDo: string): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const { status, description, retryAfterMs } = problemOf(error);
  return new DeliveryFault(`${toDo}: ${description}`, {
    permanent: status === 400 || status === 403 || status === 404 || status === 413,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    cause: error,
  });
}
