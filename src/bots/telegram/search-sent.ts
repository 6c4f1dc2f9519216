import type { EarlierAttempt, SentRef } from '../../core/contracts/chat.ts';
import { isNotModified, problemOf } from './faults.ts';
import { isMessageOf, messageNumber } from './message-id.ts';

/** Private chats and basic groups of one bot count together, so a few numbers may belong to others. */
const looksAhead = 10;

/** Looks for messages that an earlier attempt may have sent, each after the one before. */
export interface Search {
  /** Tries to edit the messages that come into question into what was sent; the number of the one that it is. */
  next(tryEdit: (messageId: number) => Promise<unknown>): Promise<number | undefined>;
}

/**
 * Finds nothing where there was no earlier attempt. Telegram has no key by which it would recognise a repeated send, and
 * no way to read a chat. But "message is not
 * modified" proves that a message stands there already, and an edit that succeeds makes it so.
 */
export function createSearch(chatId: string, earlier: EarlierAttempt | undefined): Search {
  const numbersOf = (refs: readonly SentRef[]) =>
    refs.filter((ref) => isMessageOf(chatId, ref.nativeId)).map((ref) => messageNumber(ref.nativeId));
  const known = new Set(numbersOf(earlier?.known ?? []));
  let [last] = numbersOf(earlier?.after ? [earlier.after] : []);
  return {
    async next(tryEdit) {
      if (last === undefined) return undefined;
      for (let id = last + 1; id <= last + looksAhead; id++) {
        if (known.has(id) || !(await isIt(id, tryEdit))) continue;
        last = id;
        return id;
      }
      // What comes after a message that is missing cannot have been sent.
      last = undefined;
      return undefined;
    },
  };
}

async function isIt(id: number, tryEdit: (messageId: number) => Promise<unknown>): Promise<boolean> {
  try {
    await tryEdit(id);
    return true;
  } catch (error) {
    const problem = problemOf(error);
    if (isNotModified(problem)) return true;
    if (problem.code === 400 && !problem.migratedTo) return false;
    throw error;
  }
}
