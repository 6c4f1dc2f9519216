import type { Database } from '../db/database.ts';
import { and, desc, eq, gte, lt } from '../db/drizzle.ts';
import { tasks } from '../db/schema/work.ts';
import { foldText, wordsOf } from '../routing/classifier/words.ts';
import type { Task } from './turn-records.ts';

/** The turn whose question is put again. */
export type AskedBefore = Pick<Task, 'id' | 'traceId' | 'text' | 'cachedFrom'>;

const windowMs = 15 * 60_000;
const looked = 5;
/** So much of their words in common is the same question put again. */
const sameShare = 0.7;

/** The answered turn of the last 15 minutes in this thread whose question the same person puts again, if any. */
export function askedAgain(database: Database, task: Task): AskedBefore | undefined {
  const words = wordSet(task.text);
  if (words.size === 0) return undefined;
  return database.orm
    .select({ id: tasks.id, traceId: tasks.traceId, text: tasks.text, cachedFrom: tasks.cachedFrom })
    .from(tasks)
    .where(
      and(
        eq(tasks.threadId, task.threadId),
        eq(tasks.personId, task.personId),
        eq(tasks.state, 'answered'),
        lt(tasks.id, task.id),
        gte(tasks.createdAt, task.createdAt - windowMs),
      ),
    )
    .orderBy(desc(tasks.id))
    .limit(looked)
    .all()
    .find((earlier) => isSame(words, wordSet(earlier.text)));
}

const wordSet = (text: string): ReadonlySet<string> => new Set(wordsOf(foldText(text.slice(0, 4_000))));

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (b.size === 0) return false;
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared) >= (a.size < 4 ? 1 : sameShare);
}
