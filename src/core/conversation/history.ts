import type { Database } from '../db/database.ts';
import { and, desc, eq, gt, gte, lt } from '../db/drizzle.ts';
import { files, tasks } from '../db/schema/work.ts';
import type { PastTurn } from './prompt.ts';
import type { Thread } from './threads.ts';

export interface HistoryTurn extends PastTurn {
  readonly taskId: string;
  readonly createdAt: number;
  /** Its words stay at home. */
  readonly isPrivate: boolean;
}

/** Enough for any window; what does not fit is dropped by the prompt and summarised later. */
const maxTurns = 60;
/** A pasted book is context by its beginning; whole it was given to its own turn. */
const maxQuestionCharacters = 6_000;
const maxAnswerCharacters = 12_000;

/** The answered turns of a thread that are still context and not yet in its summary, oldest first. */
export function pastTurns(database: Database, thread: Thread, beforeTaskId: string): readonly HistoryTurn[] {
  const { orm } = database;
  const after =
    thread.summaryUpTo && thread.summaryUpTo > thread.contextAfter ? thread.summaryUpTo : thread.contextAfter;
  const isContext = and(
    eq(tasks.threadId, thread.id),
    eq(tasks.state, 'answered'),
    gt(tasks.id, after),
    lt(tasks.id, beforeTaskId),
  );
  const rows = orm
    .select({
      taskId: tasks.id,
      text: tasks.text,
      answer: tasks.answer,
      createdAt: tasks.createdAt,
      isPrivate: tasks.isPrivate,
    })
    .from(tasks)
    .where(isContext)
    .orderBy(desc(tasks.id))
    .limit(maxTurns)
    .all()
    .toReversed();
  const [oldest] = rows;
  if (!oldest) return [];
  const names = orm
    .select({ taskId: files.taskId, name: files.name })
    .from(files)
    .innerJoin(tasks, eq(tasks.id, files.taskId))
    .where(and(isContext, gte(tasks.id, oldest.taskId)))
    .all();
  return rows.map((row) => {
    const sent = names.filter((file) => file.taskId === row.taskId).map((file) => `[file: ${file.name}]`);
    return {
      taskId: row.taskId,
      createdAt: row.createdAt,
      isPrivate: row.isPrivate,
      question: [...sent, cut(row.text, maxQuestionCharacters)].join('\n').trim() || '[empty message]',
      answer: cut(row.answer ?? '', maxAnswerCharacters).trim() || '[empty answer]',
    };
  });
}

const cut = (text: string, length: number): string =>
  text.length <= length
    ? text
    : `${text.slice(0, length)}\n[… ${text.length - length} characters left out …]`.toWellFormed();
