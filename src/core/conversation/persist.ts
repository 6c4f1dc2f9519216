import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { StorageFault } from '../db/storage-fault.ts';

const retryMs = 2_000;

/**
 * Runs a transaction until the disk takes it, so that an answer that was paid for is not asked for again because the
 * disk was full for a minute. `onTrouble` hears each failure. Throws the fault once `hasEnded`, and faults of ours at once.
 */
export async function writeUntilStored<T>(options: {
  database: Database;
  clock: Clock;
  hasEnded(): boolean;
  work(): T;
  onTrouble(fault: StorageFault): void;
}): Promise<T> {
  for (;;) {
    try {
      return options.database.write(options.work);
    } catch (error) {
      if (!(error instanceof StorageFault)) throw error;
      options.onTrouble(error);
      if (options.hasEnded()) throw error;
      await options.clock.sleep(retryMs);
    }
  }
}
