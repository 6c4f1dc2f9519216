import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { Clock } from './contracts/clock.ts';

/** Makes the primary keys. ULIDs of one source grow, so that ordering by id is ordering by time. */
export interface IdSource {
  next(): string;
  /** 32 hex digits, the form of a W3C trace id. */
  traceId(): string;
}

export function createIdSource(clock: Clock): IdSource {
  const ulid = monotonicFactory();
  return { next: () => ulid(clock.now()), traceId: () => randomBytes(16).toString('hex') };
}
