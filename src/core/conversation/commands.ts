import { z } from 'zod';
import type { Outbox } from '../chat/outbox.ts';
import type { ChatAdapter, ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Command, CommandContext } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq, inArray } from '../db/drizzle.ts';
import { tasks } from '../db/schema/work.ts';
import { inertMarkdown } from '../chat/plain-name.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../telemetry/log.ts';
import { formatUsd } from '../money/price.ts';
import { addSignal, addTask } from './births.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Threads } from './threads.ts';

const ended = ['answered', 'failed', 'cancelled'] as const;
const listed = 10;
const shownCharacters = 60;

/** /new /stop /retry /history /good /bad */
export function createConversationCommands(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  outbox: Outbox;
  threads: Threads;
  dispatcher: Dispatcher;
  adapter(platform: string): ChatAdapter | undefined;
}): readonly Command[] {
  const { database, ids, clock, threads, dispatcher } = options;
  const { orm } = database;

  const lastTask = (threadId: string) =>
    orm
      .select()
      .from(tasks)
      .where(and(eq(tasks.threadId, threadId), inArray(tasks.state, [...ended])))
      .orderBy(desc(tasks.id))
      .limit(1)
      .get();

  /** Undefined where there are no threads, or none may be opened. */
  const openThread = async (address: ChatAddress, topic: string): Promise<ChatAddress | undefined> => {
    try {
      return await options.adapter(address.platform)?.openThread?.(address, topic);
    } catch (error) {
      options.log.warn({ reason: String(error) }, 'thread not opened');
      return undefined;
    }
  };

  const judge = (
    { threadId, repliedTaskId }: CommandContext,
    kind: 'good' | 'bad',
    reason: string | undefined,
  ) => {
    const task =
      repliedTaskId === undefined
        ? lastTask(threadId)
        : orm.select().from(tasks).where(eq(tasks.id, repliedTaskId)).get();
    if (!task) return { message: { markdown: 'There is no answer here yet.' } };
    return {
      message: {
        markdown: kind === 'good' ? 'Noted: that was good.' : 'Noted: that was not good. Thank you.',
      },
      apply: () => {
        addSignal(options, task, kind, reason);
      },
    };
  };

  return [
    defineCommand({
      name: 'new',
      description: 'Start afresh: what was said before is no longer context',
      options: z.strictObject({ topic: z.string().max(100).optional() }),
      access: 'member',
      isReadOnly: false,
      async run({ address, threadId, chatKind, traceId }, { topic }) {
        const opened = topic && chatKind === 'group' ? await openThread(address, topic) : undefined;
        if (opened)
          return {
            message: { markdown: `A conversation of its own: ${inertMarkdown(topic ?? '')}.` },
            apply: () => {
              const markdown = `Here we talk about ${inertMarkdown(topic ?? '')}. No need to mention me.`;
              options.outbox.put({ address: opened, message: { markdown }, traceId });
            },
          };
        return {
          message: { markdown: 'A new conversation. Everything before stays in `/history`.' },
          // Ids grow with time: every task so far is before this one.
          apply: () =>
            threads.update(threadId, {
              contextAfter: ids.next(),
              summary: null,
              summaryUpTo: null,
              isSummaryPrivate: false,
            }),
        };
      },
    }),
    defineCommand({
      name: 'stop',
      description: 'Stop the answer that is being written, and what waits behind it',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: false,
      run: ({ threadId }) => {
        const drop = (state: 'received' | 'waiting') =>
          database.write(() =>
            orm
              .update(tasks)
              .set({ state: 'cancelled', endedAt: clock.now() })
              .where(and(eq(tasks.threadId, threadId), eq(tasks.state, state)))
              .run(),
          ).changes;
        const queued = drop('received');
        const running = dispatcher.stop(threadId);
        // What waits for a decision is not behind the answer that is stopped; it goes when nothing else is meant.
        const waiting = queued === 0 && !running ? drop('waiting') : queued;
        const parts = [
          ...(running ? ['Stopping.'] : []),
          ...(waiting > 0 ? [`${waiting} waiting ${waiting === 1 ? 'message' : 'messages'} dropped.`] : []),
        ];
        return { message: { markdown: parts.join(' ') || 'Nothing is running.' } };
      },
    }),
    defineCommand({
      name: 'retry',
      description: 'Ask the last message again, if you like by another model',
      options: z.strictObject({ model: z.enum(['auto', 'local', 'cloud']).optional() }),
      access: 'member',
      isReadOnly: false,
      run: ({ threadId, personId }, { model }) => {
        if (dispatcher.isRunning(threadId))
          return { message: { markdown: 'An answer is being written; `/stop` it first.' } };
        const task = lastTask(threadId);
        if (!task) return { message: { markdown: 'There is nothing to ask again.' } };
        return {
          message: { markdown: `Asking again: “${shorten(task.text)}”` },
          apply: () => {
            addSignal(options, task, 'retry');
            addTask(options, {
              threadId,
              personId,
              inboxId: task.inboxId,
              ownerRun: task.ownerRun,
              text: task.text,
              quote: task.quote,
              quoteAuthor: task.quoteAuthor,
              forwardedFrom: task.forwardedFrom,
              retryOf: task.id,
              modelChoice: model ?? null,
            });
          },
          afterwards: () => dispatcher.wake(),
        };
      },
    }),
    defineCommand({
      name: 'history',
      description: 'The last messages of this chat and what became of them',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: true,
      run: ({ threadId }) => {
        const rows = orm
          .select()
          .from(tasks)
          .where(eq(tasks.threadId, threadId))
          .orderBy(desc(tasks.id))
          .limit(listed)
          .all();
        if (rows.length === 0) return { message: { markdown: 'Nothing yet.' } };
        const lines = rows.toReversed().map((row) => {
          const cost = row.costMicroUsd > 0 ? `, ${formatUsd(row.costMicroUsd)}` : '';
          return `- ${shorten(row.text)}\n  ${row.state}${row.model ? ` by ${row.model}` : ''}${cost}`;
        });
        return { message: { markdown: lines.join('\n') } };
      },
    }),
    defineCommand({
      name: 'good',
      description: 'The last answer was good',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: false,
      run: (context) => judge(context, 'good', undefined),
    }),
    defineCommand({
      name: 'bad',
      description: 'The last answer was not good; say why if you like',
      options: z.strictObject({ why: z.string().max(2_000).optional() }),
      access: 'member',
      isReadOnly: false,
      run: (context, { why }) => judge(context, 'bad', why),
    }),
  ];
}

/** One line of what a person wrote, inert in Markdown. */
function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const cut = line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…`.toWellFormed() : line;
  return inertMarkdown(cut) || '(no text)';
}
