import type { Approval, ApprovalKind, Approvals } from '../approvals/service.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq } from '../db/drizzle.ts';
import { privacyPermits } from '../db/schema/routing.ts';
import { tasks } from '../db/schema/work.ts';
import type { Dispatcher } from './dispatcher.ts';
import { addressOf, type Thread } from './threads.ts';
import type { Task } from './turn-records.ts';

/** Who has let private words go to Claude: for one message, or for all that they write in a thread. */
export interface PrivacyConsents {
  readonly kinds: readonly ApprovalKind[];
  hasPermit(threadId: string, personId: string): boolean;
  /** From now on each private message is asked about again. In the caller's transaction. */
  takeBack(threadId: string, personId: string): void;
  /** Holds the turn with a card in its own chat for its own writer. In the caller's transaction. */
  ask(task: Task, thread: Thread, options: { readonly canStayHome: boolean }): void;
}

const kind = 'privacy';
/** Whoever wrote it is not there: then it stays at home, and is answered there. */
const patienceMs = 24 * 3_600_000;

export function createPrivacyConsents(options: {
  database: Database;
  clock: Clock;
  approvals(): Approvals;
  dispatcher(): Dispatcher;
}): PrivacyConsents {
  const { database, clock } = options;
  const { orm } = database;

  /** False when the message was dropped meanwhile. */
  const goOn = (approval: Approval, consent: 'once' | 'local'): boolean =>
    orm
      .update(tasks)
      .set({ state: 'received', waitingFor: null, consent })
      .where(and(eq(tasks.state, 'waiting'), eq(tasks.waitingFor, approval.id)))
      .run().changes > 0;

  const permit = (threadId: string, personId: string): void => {
    orm.insert(privacyPermits).values({ threadId, personId, at: clock.now() }).onConflictDoNothing().run();
  };

  return {
    kinds: [
      {
        kind,
        mayDecide: ({ payload }, person, threadId) =>
          payload.personId === person.id && payload.threadId === threadId
            ? undefined
            : 'Only the one who wrote the message can decide this, in the chat where it was written.',
        onDecided(approval, choice) {
          const { threadId, personId } = approval.payload;
          if (choice === 'thread' && typeof threadId === 'string' && typeof personId === 'string')
            permit(threadId, personId);
          const goes = goOn(approval, choice === 'local' ? 'local' : 'once');
          if (choice === 'thread')
            return 'What you write here may go to Claude from now on. `/model ask` takes it back.';
          if (!goes) return 'The message was dropped meanwhile; `/retry` asks again.';
          return choice === 'once' ? 'Sent to Claude, this once.' : 'It stays at home.';
        },
        afterDecided: () => options.dispatcher().wake(),
        onExpired(approval) {
          goOn(approval, 'local');
          return 'Nobody decided in time, so it stayed at home.';
        },
        afterExpired: () => options.dispatcher().wake(),
      },
    ],
    hasPermit: (threadId, personId) =>
      orm
        .select({ at: privacyPermits.at })
        .from(privacyPermits)
        .where(and(eq(privacyPermits.threadId, threadId), eq(privacyPermits.personId, personId)))
        .get() !== undefined,
    takeBack(threadId, personId) {
      orm
        .delete(privacyPermits)
        .where(and(eq(privacyPermits.threadId, threadId), eq(privacyPermits.personId, personId)))
        .run();
    },
    ask(task, thread, { canStayHome }) {
      const approval = options.approvals().ask({
        kind,
        subjectId: task.id,
        traceId: task.traceId,
        payload: { personId: task.personId, threadId: thread.id },
        choices: [
          { name: 'once', label: 'Send to Claude once' },
          { name: 'thread', label: 'Always for this thread' },
          { name: 'local', label: 'Keep local', style: 'success' },
        ],
        addresses: [addressOf(thread)],
        markdown: [
          'This looks private, and Claude would do it better. Shall it leave the house?',
          canStayHome
            ? 'Kept at home, the local model answers as well as it can.'
            : 'There is no local model now: kept at home, it is not answered.',
        ].join(' '),
        validMs: patienceMs,
      });
      orm.update(tasks).set({ state: 'waiting', waitingFor: approval.id }).where(eq(tasks.id, task.id)).run();
    },
  };
}
