import { createHash } from 'node:crypto';
import { visibleText } from '../chat/visible-text.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Classification } from '../contracts/routing.ts';
import type { Database } from '../db/database.ts';
import { and, eq, gt, lte } from '../db/drizzle.ts';
import { answerCache } from '../db/schema/routing.ts';
import { tasks } from '../db/schema/work.ts';
import { wordsOf } from './classifier/words.ts';

/** Whose answers may be given again to whom: a person's own, or those of a group chat. */
export interface CacheScope {
  readonly personId: string;
  readonly chatKind: 'private' | 'group' | 'channel';
  readonly chat: string;
  /** What /model says there: an answer of the other model is not what was asked for. */
  readonly choice: string;
  /** The instructions that the answer was given under. */
  readonly promptHash: string | null;
}

type Row = typeof tasks.$inferSelect;

export interface ExactCache {
  /** The turn whose answer can be given again to these words. */
  find(scope: CacheScope, text: string): Row | undefined;
  /** In the caller's transaction. */
  put(scope: CacheScope, text: string, taskId: string): void;
  /** Takes out what is too old. */
  sweep(): void;
}

const keptMs = 30 * 86_400_000;
const longest = 500;
const fewestWords = 2;
const surelyNoFollowUp = 0.15;
const timelessAgents: ReadonlySet<string> = new Set(['chat', 'code']);
/** Words about time, about the person who asks, or about what was said before. */
const bound = ['now-word', 'clock-phrase', 'first-person', 'small-talk', 'anaphora'];

/** By its size alone: a word is a beginning, a page is a matter of its own. */
export const mayStandAlone = (text: string): boolean =>
  text.length <= longest && wordsOf(text).length >= fewestWords;

/** Whether the same words would be answered the same tomorrow, and by themselves. */
export function isSelfContainedAndTimeless(
  { agent, followUp, cues, sensitivity }: Classification,
  sensitiveAbove: number,
): boolean {
  return (
    timelessAgents.has(agent) &&
    followUp < surelyNoFollowUp &&
    sensitivity < sensitiveAbove &&
    !bound.some((cue) => cues.has(cue))
  );
}

export function createExactCache(database: Database, clock: Clock): ExactCache {
  const { orm } = database;
  return {
    find(scope, text) {
      const row = orm
        .select({ task: tasks })
        .from(answerCache)
        .innerJoin(tasks, eq(tasks.id, answerCache.taskId))
        .where(
          and(
            eq(answerCache.key, keyOf(scope, text)),
            gt(answerCache.expiresAt, clock.now()),
            eq(tasks.state, 'answered'),
          ),
        )
        .get();
      return row?.task;
    },
    put(scope, text, taskId) {
      const value = { taskId, expiresAt: clock.now() + keptMs, at: clock.now() };
      orm
        .insert(answerCache)
        .values({ key: keyOf(scope, text), ...value })
        .onConflictDoUpdate({ target: answerCache.key, set: value })
        .run();
    },
    sweep() {
      orm.delete(answerCache).where(lte(answerCache.expiresAt, clock.now())).run();
    },
  };
}

function keyOf(scope: CacheScope, text: string): string {
  const whose = scope.chatKind === 'private' ? `person ${scope.personId}` : `chat ${scope.chat}`;
  return createHash('sha256')
    .update([whose, scope.choice, scope.promptHash ?? '', normalised(text)].join('\0'))
    .digest('hex');
}

/** The same words however they are spaced, capitalised and ended. Code and signs stay: they carry meaning. */
const normalised = (text: string): string =>
  visibleText(text)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.!?…。！？]+$/u, '');
