import type { Logger } from '../../core/telemetry/log.ts';

/** What happens in one channel is handled in its order; channels do not wait for each other. */
export interface Lanes {
  add(channelId: string, work: () => Promise<void>): void;
  settled(): Promise<void>;
}

export function createLanes(log: Logger): Lanes {
  const lanes = new Map<string, Promise<void>>();
  return {
    add(channelId, work) {
      const done = (lanes.get(channelId) ?? Promise.resolve())
        .then(work)
        .catch((error: unknown) =>
          log.error({ channelId, reason: String(error) }, 'Discord event not handled'),
        )
        .finally(() => {
          if (lanes.get(channelId) === done) lanes.delete(channelId);
        });
      lanes.set(channelId, done);
    },
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}
