import type { ChatAddress, EarlierAttempt, SentRef } from '../contracts/chat.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq, inArray, isNotNull } from '../db/drizzle.ts';
import { type Chat, inChat } from './in-chat.ts';
import { inbox, outbox, threads } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';

const looksBack = 50;
const readable = ['message', 'command'];

/** The newest message that is known to stand in a chat, of whoever. */
export function lastKnownIn({ orm }: Database, chat: Chat): SentRef | undefined {
  const sent = sentIn({ orm }, chat, 1).at(0);
  const received = orm
    .select({ nativeId: inbox.nativeId, at: inbox.receivedAt })
    .from(inbox)
    .where(and(inArray(inbox.threadId, threadsOf({ orm }, chat)), inArray(inbox.kind, readable)))
    .orderBy(desc(inbox.id))
    .limit(1)
    .get();
  const last = sent && received ? (sent.at > received.at ? sent : received) : (sent ?? received);
  return last && { nativeId: last.nativeId };
}

/** What an attempt after the message `after` may have left, and what of Steward's stands there besides. */
export function earlierAttempt({ orm }: Database, chat: Chat, after: string | undefined): EarlierAttempt {
  const live = orm
    .select({ nativeId: tasks.liveNativeId })
    .from(tasks)
    .where(
      and(
        inArray(tasks.threadId, threadsOf({ orm }, chat)),
        inArray(tasks.state, ['received', 'running']),
        isNotNull(tasks.liveNativeId),
      ),
    )
    .all();
  const known = [...sentIn({ orm }, chat, looksBack), ...live].flatMap(({ nativeId }) =>
    nativeId === null ? [] : [{ nativeId }],
  );
  return { after: after === undefined ? undefined : { nativeId: after }, known };
}

/** When a chat takes the next message, with as many sent already as it takes in that time. */
export function nextSendAt(
  { orm }: Database,
  chat: Chat,
  { count, perMs }: { readonly count: number; readonly perMs: number },
): number {
  const last = sentIn({ orm }, chat, count);
  return last.length < count ? 0 : (last.at(-1)?.at ?? 0) + perMs;
}

/** All chats of a platform in which something was said, with the newest message known there. */
export function lastSeenOn(
  database: Database,
  platform: string,
): { readonly address: ChatAddress; readonly nativeId: string }[] {
  return database.orm
    .select()
    .from(threads)
    .where(eq(threads.platform, platform))
    .all()
    .flatMap((thread) => {
      const last = lastKnownIn(database, thread);
      return last ? [{ address: addressOf(thread), nativeId: last.nativeId }] : [];
    });
}

const threadsOf = ({ orm }: Pick<Database, 'orm'>, chat: Chat) =>
  orm.select({ id: threads.id }).from(threads).where(inChat(threads, chat));

const sentIn = ({ orm }: Pick<Database, 'orm'>, chat: Chat, limit: number) =>
  orm
    .select({ nativeId: outbox.nativeId, at: outbox.sentAt })
    .from(outbox)
    .where(and(inChat(outbox, chat), isNotNull(outbox.sentAt), isNotNull(outbox.nativeId)))
    .orderBy(desc(outbox.sentAt))
    .limit(limit)
    .all()
    .map(({ nativeId, at }) => ({ nativeId: nativeId ?? '', at: at ?? 0 }));
