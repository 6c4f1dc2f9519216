import type { ChatAdapter, ChatAddress, OutboundMessage, RenderedPart, SentRef } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, asc, eq, isNull } from '../db/drizzle.ts';
import { outbox } from '../db/schema/chat.ts';
import { StorageFault } from '../db/storage-fault.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../telemetry/log.ts';
import { earlierAttempt, lastKnownIn, nextSendAt } from './chat-trail.ts';
import { type Chat, inChat } from './in-chat.ts';
import { DeliveryFault } from './delivery-fault.ts';
import { moveChat } from './move-chat.ts';

export interface OutgoingMessage {
  readonly address: ChatAddress;
  readonly message: OutboundMessage;
  readonly traceId: string;
  readonly taskId?: string;
  readonly approvalId?: string;
  /** Replaces this message of the platform by the first part. */
  readonly editNativeId?: string;
  /** Replaces the message that this earlier part became. */
  readonly editOf?: string;
}

export interface Outbox {
  /** Renders and stores the parts in the caller's transaction; nothing leaves before `flush`. Returns the part ids. */
  put(outgoing: OutgoingMessage): readonly string[];
  /** Sends what is queued, per chat in order; returns at once. Call it after the commit. */
  flush(): void;
  /**
   * Puts back what a dead process left half sent. At least once: where the platform can neither recognise a repeated
   * send nor find the first one, it reaches the person twice.
   */
  recover(): void;
  /** Resolves when nothing is queued that could be sent now. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface OutboxOptions {
  readonly database: Database;
  readonly ids: IdSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ownerRun?: string;
  adapter(platform: string): ChatAdapter | undefined;
  onFailed(code: string): void;
  /** From stored to shown. */
  onDelivered(ms: number): void;
}

type Row = typeof outbox.$inferSelect;

/** A day without a network loses nothing; after it an answer is no longer waited for. */
const givesUpAfterMs = 86_400_000;
const retryBaseMs = 500;
const retryMaxMs = 60_000;
const storageRetryMs = 2_000;

export function createOutbox(options: OutboxOptions): Outbox {
  const { database, ids, clock, log } = options;
  const { orm } = database;
  const mine = options.ownerRun ? eq(outbox.ownerRun, options.ownerRun) : isNull(outbox.ownerRun);
  const stopping = new AbortController();
  const begunAt = clock.now();
  /** One sender per chat, so that parts keep their order and a slow chat holds up no other. */
  const senders = new Map<string, Promise<void>>();
  const keyOf = (chat: Chat) => [chat.platform, chat.account, chat.chatId].join('\n');

  const change = (partId: string, values: Partial<Row>): void => {
    database.write(() => orm.update(outbox).set(values).where(eq(outbox.id, partId)).run());
  };

  /** The chats in which something waits. */
  const waitingChats = (): Chat[] =>
    orm
      .selectDistinct({ platform: outbox.platform, account: outbox.account, chatId: outbox.chatId })
      .from(outbox)
      .where(and(eq(outbox.state, 'queued'), mine))
      .all();

  const sendOne = async (adapter: ChatAdapter, row: Row): Promise<void> => {
    const attempts = row.attempts + 1;
    const afterNativeId = row.mayHaveArrived
      ? row.afterNativeId
      : (lastKnownIn(database, row)?.nativeId ?? null);
    change(row.id, { state: 'sending', attempts, afterNativeId });
    let ref: SentRef;
    try {
      ref = await deliver(adapter, row, afterNativeId);
    } catch (error) {
      failed(row, attempts, error);
      return;
    }
    const sentAt = clock.now();
    options.onDelivered(sentAt - row.createdAt);
    change(row.id, { state: 'sent', nativeId: ref.nativeId, sentAt, error: null });
  };

  const deliver = (adapter: ChatAdapter, row: Row, afterNativeId: string | null): Promise<SentRef> => {
    const address = addressOf(row);
    const target = row.editNativeId ?? nativeIdOf(row.editOf);
    if (target) return adapter.edit(address, { nativeId: target }, row.part);
    return row.mayHaveArrived
      ? adapter.send(address, row.part, row.id, earlierAttempt(database, row, afterNativeId ?? undefined))
      : adapter.send(address, row.part, row.id);
  };

  const nativeIdOf = (partId: string | null): string | undefined =>
    partId
      ? (orm.select({ nativeId: outbox.nativeId }).from(outbox).where(eq(outbox.id, partId)).get()
          ?.nativeId ?? undefined)
      : undefined;

  const failed = (row: Row, attempts: number, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    const fault = error instanceof DeliveryFault ? error : undefined;
    if (fault?.movedTo) {
      log.warn({ partId: row.id, from: row.chatId, to: fault.movedTo }, 'chat moved');
      change(row.id, { state: 'queued' });
      moveChat(database, row, fault.movedTo);
      return;
    }
    // The message in which an answer grew may be gone; the answer must not go with it.
    const isLostTarget = fault?.permanent === true && row.editNativeId !== null;
    const permanent =
      !isLostTarget && (fault?.permanent === true || clock.now() - row.createdAt >= givesUpAfterMs);
    log.warn({ partId: row.id, traceId: row.traceId, attempts, permanent, reason }, 'part not delivered');
    options.onFailed(permanent ? 'delivery-failed' : 'delivery-retried');
    change(row.id, {
      state: permanent ? 'failed' : 'queued',
      error: reason.slice(0, 500),
      mayHaveArrived: row.mayHaveArrived || fault?.mayHaveArrived === true,
      ...(isLostTarget
        ? { editNativeId: null }
        : {
            retryAt: clock.now() + (fault?.retryAfterMs ?? Math.min(retryMaxMs, retryBaseMs * 2 ** attempts)),
          }),
    });
  };

  /** What a process before this one has sent counts too; of its own sends a platform's library knows. */
  const notBefore = ({ limits: { sends } }: ChatAdapter, row: Row): number => {
    const isEdit = row.editNativeId !== null || row.editOf !== null;
    if (!sends || isEdit || clock.now() - begunAt >= sends.perMs) return 0;
    return nextSendAt(database, row, sends);
  };

  const drain = async (chat: Chat, adapter: ChatAdapter): Promise<void> => {
    while (!stopping.signal.aborted) {
      const row = orm
        .select()
        .from(outbox)
        .where(and(eq(outbox.state, 'queued'), mine, inChat(outbox, chat)))
        .orderBy(asc(outbox.id))
        .limit(1)
        .get();
      if (!row) return;
      const paced = notBefore(adapter, row);
      const waitMs = Math.max(row.retryAt ?? 0, paced) - clock.now();
      if (waitMs > 0) await clock.sleep(waitMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        await sendOne(adapter, row);
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (!(error instanceof StorageFault)) throw error;
        // The row could not be written: what was sent is sent again later, what was not is not lost.
        log.error({ partId: row.id, reason: error.message }, 'outbox row not written');
        await requeue(row.id);
      }
    }
  };

  /** Tries until the disk takes it; a stop leaves the row to the next start. */
  const requeue = async (partId: string): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(storageRetryMs, stopping.signal).catch(() => undefined);
      try {
        change(partId, { state: 'queued', mayHaveArrived: true });
        return;
      } catch (error) {
        if (!(error instanceof StorageFault)) throw error;
      }
    }
  };

  const sendAll = async (key: string, chat: Chat, adapter: ChatAdapter): Promise<void> => {
    try {
      await drain(chat, adapter);
    } catch (error) {
      log.error({ reason: String(error) }, 'outbox sender ended');
      senders.delete(key);
      return;
    }
    senders.delete(key);
    // A part may have been stored between the last look and this line.
    flush();
  };

  const flush = (): void => {
    if (stopping.signal.aborted) return;
    for (const chat of waitingChats()) {
      const key = keyOf(chat);
      const adapter = options.adapter(chat.platform);
      if (!adapter || senders.has(key)) continue;
      senders.set(key, sendAll(key, chat, adapter));
    }
  };

  return {
    put(outgoing) {
      const adapter = options.adapter(outgoing.address.platform);
      if (!adapter) throw new Error(`no adapter for ${outgoing.address.platform}`);
      const parts: readonly RenderedPart[] = adapter.render(outgoing.message);
      return database.write(() =>
        parts.map((part, index) => {
          const id = ids.next();
          orm
            .insert(outbox)
            .values({
              id,
              traceId: outgoing.traceId,
              taskId: outgoing.taskId ?? null,
              approvalId: outgoing.approvalId ?? null,
              ...addressOf(outgoing.address),
              editOf: index === 0 ? (outgoing.editOf ?? null) : null,
              editNativeId: index === 0 ? (outgoing.editNativeId ?? null) : null,
              part,
              state: 'queued',
              ownerRun: options.ownerRun ?? null,
              attempts: 0,
              createdAt: clock.now(),
            })
            .run();
          return id;
        }),
      );
    },
    flush,
    recover() {
      database.write(() =>
        orm
          .update(outbox)
          .set({ state: 'queued', mayHaveArrived: true })
          .where(and(eq(outbox.state, 'sending'), mine))
          .run(),
      );
      flush();
    },
    async settled() {
      while (senders.size > 0) await Promise.all(senders.values());
    },
    async stop() {
      stopping.abort();
      await Promise.all(senders.values());
    },
  };
}
