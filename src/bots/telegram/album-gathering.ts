import type { Update } from 'grammy/types';
import type { Clock } from '../../core/contracts/clock.ts';

/** The server gives a single update to a poll that repeats an offset within half a second. */
const pauseMs = 600;

const isAlbumItem = (update: Update | undefined): boolean => update?.message?.media_group_id !== undefined;

/** Each update once and in the order of their numbers, however they came. */
export function inOrder(updates: readonly Update[]): Update[] {
  const byId = new Map(updates.map((update) => [update.update_id, update]));
  return [...byId.values()].toSorted((a, b) => a.update_id - b.update_id);
}

/**
 * The items of an album come as updates of their own, and the first of them ends the poll. Where a batch ends within
 * an album, nothing of it is confirmed yet, so a moment later the same offset is asked again for the rest.
 */
export async function gatherAlbums(
  fetched: readonly Update[],
  options: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    again(): Promise<readonly Update[]>;
  },
): Promise<readonly Update[]> {
  const batch = inOrder(fetched);
  if (!isAlbumItem(batch.at(-1))) return batch;
  try {
    await options.clock.sleep(pauseMs, options.signal);
    return inOrder([...batch, ...(await options.again())]);
  } catch {
    // What has come is worth more than a whole album; the rest follows as messages of their own.
    return batch;
  }
}
