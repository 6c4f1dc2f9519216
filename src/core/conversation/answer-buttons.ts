import { randomBytes } from 'node:crypto';
import type { Person } from '../access/persons.ts';
import type { Button } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, eq, inArray } from '../db/drizzle.ts';
import { answerButtons } from '../db/schema/routing.ts';
import { tasks } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';
import { addSignal, addTask } from './births.ts';

type Task = typeof tasks.$inferSelect;

export type AnswerAct = (typeof answerButtons.$inferSelect)['act'];

export type Pressed =
  /** A note for the one who pressed alone. */
  | { readonly ok: true; readonly note: string; readonly isNewTask?: boolean }
  /** Something to say in the chat. */
  | { readonly ok: true; readonly markdown: string }
  | { readonly ok: false; readonly reason: string };

/** The buttons under an answer: what they do stands in their rows, which name who may press them. */
export interface AnswerButtons {
  /** In the caller's transaction. */
  create(task: Task, acts: readonly AnswerAct[]): readonly (readonly Button[])[];
  /** Undefined for a token that is none of these. In one transaction with `alongside`. */
  press(token: string, person: Person, alongside: () => void): Pressed | undefined;
}

const labels: Readonly<Record<AnswerAct, string>> = {
  why: 'Why?',
  good: '👍',
  bad: '👎',
  again: 'Ask again',
};

export function createAnswerButtons(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  /** What /why says of a turn. */
  whyText(taskId: string): string;
}): AnswerButtons {
  const { database, clock } = options;
  const { orm } = database;

  const use = (tokens: readonly string[]): void => {
    orm
      .update(answerButtons)
      .set({ usedAt: clock.now() })
      .where(inArray(answerButtons.token, [...tokens]))
      .run();
  };

  const act = (button: typeof answerButtons.$inferSelect, task: Task, person: Person): Pressed => {
    if (button.usedAt !== null) return { ok: false, reason: 'This was pressed before.' };
    use([button.token]);
    switch (button.act) {
      case 'why':
        return { ok: true, markdown: options.whyText(task.id) };
      case 'again':
        addTask(options, {
          threadId: task.threadId,
          personId: person.id,
          inboxId: task.inboxId,
          text: task.text,
          retryOf: task.id,
        });
        return { ok: true, note: 'Asking anew.', isNewTask: true };
      case 'good':
      case 'bad': {
        // One answer is judged once: the other thumb is used up too.
        const both = orm
          .select({ token: answerButtons.token })
          .from(answerButtons)
          .where(and(eq(answerButtons.taskId, task.id), inArray(answerButtons.act, ['good', 'bad'])))
          .all();
        use(both.map(({ token }) => token));
        addSignal(options, task, button.act, 'button');
        return {
          ok: true,
          note: button.act === 'good' ? 'Noted: that was good.' : 'Noted: that was not good.',
        };
      }
    }
  };

  return {
    create(task, acts) {
      const buttons = acts.map((one): Button => {
        const token = randomBytes(16).toString('base64url');
        orm
          .insert(answerButtons)
          .values({ token, taskId: task.id, act: one, personId: task.personId, createdAt: clock.now() })
          .run();
        return { label: labels[one], token };
      });
      return buttons.length > 0 ? [buttons] : [];
    },
    press(token, person, alongside) {
      const button = orm.select().from(answerButtons).where(eq(answerButtons.token, token)).get();
      const task = button && orm.select().from(tasks).where(eq(tasks.id, button.taskId)).get();
      if (!button || !task) return undefined;
      return database.write((): Pressed => {
        alongside();
        if (button.personId !== null && button.personId !== person.id && person.role !== 'owner')
          return { ok: false, reason: 'This is for the one who asked.' };
        return act(button, task, person);
      });
    },
  };
}
