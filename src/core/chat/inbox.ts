import type { InboundEvent, Taken } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Door } from '../access/door.ts';
import { addSignal, addTask, noteOutcome } from '../conversation/births.ts';
import { answeredTask } from './answered-task.ts';
import { type ChatNews, type ChatNewsEvent, isChatNews } from './chat-news.ts';
import type { ChannelRequests } from '../notifications/channels.ts';
import type { Persons } from '../access/persons.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, eq, inArray } from '../db/drizzle.ts';
import { inbox, threads as threadRows } from '../db/schema/chat.ts';
import { signals, tasks } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';

export interface Inbox {
  /**
   * Stores a batch in one commit and drops what was stored before; the effects that need no one else (a task for a
   * message, an edit or deletion of a waiting one) are part of it. Throws StorageFault with nothing kept.
   */
  accept(events: readonly InboundEvent[]): Taken;
}

export interface InboxOptions {
  readonly database: Database;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly door: Door;
  readonly persons: Persons;
  readonly news: ChatNews;
  readonly channels: ChannelRequests;
  readonly threads: Threads;
  /** Set for a one-shot run: the live copy leaves its rows alone. */
  readonly ownerRun?: string;
  /** After the commit: something may stand in the outbox, said at the door or of the chat. */
  onSaid(): void;
  /** After the commit: there are new messages. */
  onMessages(): void;
  /** After the commit: a command, press or stop stands in this row. */
  onControl(inboxId: string): void;
  /** After the commit: a waiting or running task lost its message. */
  onWithdrawn(taskId: string): void;
}

const judgements: Readonly<Record<string, 'good' | 'bad'>> = { '👍': 'good', '👎': 'bad' };
const byReaction = 'reaction';

const controlKinds = new Set<InboundEvent['kind']>(['command', 'press', 'form', 'stop']);

export function createInbox(options: InboxOptions): Inbox {
  const { database, ids, clock, door, threads } = options;
  const { orm } = database;
  const ownerRun = options.ownerRun ?? null;

  /** False for what was stored before. */
  const insert = (event: InboundEvent, inboxId: string, personId: string | null, threadId: string | null) => {
    const { platform, account } = event.address;
    const { kind, nativeId, revision } = event;
    const inserted = orm
      .insert(inbox)
      .values({
        id: inboxId,
        platform,
        account,
        kind,
        nativeId,
        revision,
        event,
        personId,
        threadId,
        state: controlKinds.has(kind) ? 'received' : 'done',
        ownerRun,
        receivedAt: clock.now(),
      })
      .onConflictDoNothing()
      .run();
    return inserted.changes > 0;
  };

  const admit = (
    event: InboundEvent,
    inboxId: string,
  ): { personId: string; threadId: string } | 'refused' | 'known' => {
    const person = options.channels.receive(event) ? undefined : door.admit(event);
    if (!person) return 'refused';
    const place = { personId: person.id, threadId: threads.at(event.address, event.chat?.kind).id };
    return insert(event, inboxId, place.personId, place.threadId) ? place : 'known';
  };

  /** Whoever deleted it: what is not there any more is not to be answered. Gives the turn that was withdrawn. */
  const withdraw = (
    event: Extract<InboundEvent, { kind: 'deletion' }>,
    inboxId: string,
  ): string | undefined => {
    const task = taskOf(event, event.targetNativeId);
    if (!task || !insert(event, inboxId, null, task.threadId)) return undefined;
    const withdrawn = orm
      .update(tasks)
      .set({ state: 'cancelled', endedAt: clock.now() })
      .where(and(eq(tasks.id, task.id), inArray(tasks.state, ['received', 'waiting'])))
      .run();
    return withdrawn.changes > 0 ? task.id : undefined;
  };

  const receiveNews = (event: ChatNewsEvent, inboxId: string): void => {
    const { address, sender, chat } = event;
    const person = options.persons.find({ platform: address.platform, nativeId: sender.nativeId });
    // A group that strangers made leaves no thread behind.
    const threadId = person && event.kind === 'membership' ? threads.at(address, chat?.kind).id : null;
    if (insert(event, inboxId, person?.id ?? null, threadId)) options.news.receive(event);
  };

  /** The task that a message of this native id in this chat became. */
  const taskOf = (event: InboundEvent, nativeId: string) =>
    orm
      .select({ id: tasks.id, traceId: tasks.traceId, state: tasks.state, threadId: tasks.threadId })
      .from(tasks)
      .innerJoin(inbox, eq(inbox.id, tasks.inboxId))
      .innerJoin(threadRows, eq(threadRows.id, tasks.threadId))
      .where(
        and(
          eq(inbox.platform, event.address.platform),
          eq(inbox.account, event.address.account),
          eq(inbox.kind, 'message'),
          eq(inbox.nativeId, nativeId),
          eq(threadRows.chatId, event.address.chatId),
        ),
      )
      .get();

  /** A reaction does not say in which topic its message stands, so the answer is found by chat. */
  const judge = ({
    address,
    targetNativeId,
    emoji,
    added,
  }: Extract<InboundEvent, { kind: 'reaction' }>): void => {
    const kind = judgements[emoji];
    const task = answeredTask(database, address, targetNativeId);
    if (!kind || !task) return;
    if (added) addSignal(options, task, kind, byReaction);
    else {
      orm
        .delete(signals)
        .where(and(eq(signals.taskId, task.id), eq(signals.kind, kind), eq(signals.reason, byReaction)))
        .run();
      noteOutcome(database, task.id, { outcome: null, outcomeAt: null });
    }
  };

  return {
    accept(batch) {
      const after: (() => void)[] = [];
      let messages = false;
      const refused: string[] = [];
      let said = false;
      database.write(() => {
        for (const event of batch) {
          const inboxId = ids.next();
          if (isChatNews(event)) {
            receiveNews(event, inboxId);
            said = true;
            continue;
          }
          if (event.kind === 'deletion') {
            const taskId = withdraw(event, inboxId);
            if (taskId) after.push(() => options.onWithdrawn(taskId));
            continue;
          }
          const place = admit(event, inboxId);
          if (place === 'known') continue;
          if (place === 'refused') {
            said = true;
            refused.push(event.nativeId);
            continue;
          }
          if (event.kind === 'message') {
            messages = true;
            addTask(options, {
              ...place,
              inboxId,
              ownerRun,
              text: event.text,
              quote: event.quote?.text ?? null,
              quoteAuthor: event.quote?.author ?? null,
              forwardedFrom: event.forwardedFrom ?? null,
            });
          } else if (event.kind === 'edit') {
            const task = taskOf(event, event.nativeId);
            if (task?.state === 'received')
              orm.update(tasks).set({ text: event.text }).where(eq(tasks.id, task.id)).run();
            else if (task) addSignal(options, task, 'edited');
          } else if (event.kind === 'reaction') judge(event);
          else if (controlKinds.has(event.kind)) {
            after.push(() => options.onControl(inboxId));
          }
        }
      });
      if (said) options.onSaid();
      if (messages) options.onMessages();
      for (const effect of after) effect();
      return { refused };
    },
  };
}
