import type { Clock } from '../contracts/clock.ts';
import type { Role } from './persons.ts';

export interface RateLimit {
  /** Whether one more message of this person is taken now; `isFirst` for the first that is not. */
  take(
    personId: string,
    role: Role,
  ): { readonly ok: true } | { readonly ok: false; readonly isFirst: boolean };
}

const windowMs = 60_000;
/** At most so many messages a minute of one person; the owner has no limit. In memory: a restart forgives. */
export function createRateLimit(
  clock: Clock,
  messagesPerMinute: { readonly member: number; readonly guest: number },
): RateLimit {
  const most = { owner: Infinity, nobody: 0, ...messagesPerMinute };
  const taken = new Map<string, { times: number[]; isRefusing: boolean }>();
  return {
    take(personId, role) {
      const entry = taken.get(personId) ?? { times: [], isRefusing: false };
      taken.set(personId, entry);
      const since = clock.now() - windowMs;
      entry.times = entry.times.filter((time) => time > since);
      if (entry.times.length < most[role]) {
        entry.times.push(clock.now());
        entry.isRefusing = false;
        return { ok: true };
      }
      const isFirst = !entry.isRefusing;
      entry.isRefusing = true;
      return { ok: false, isFirst };
    },
  };
}
