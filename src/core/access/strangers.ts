import type { Approval, ApprovalKind, Approvals } from '../approvals/service.ts';
import type { Outbox } from '../chat/outbox.ts';
import { plainName } from '../chat/plain-name.ts';
import type { ChatAddress, InboundEvent } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, asc, eq, sql } from '../db/drizzle.ts';
import { strangers } from '../db/schema/people.ts';
import type { IdSource } from '../ids.ts';
import type { Persons } from './persons.ts';

export type Stranger = typeof strangers.$inferSelect;

export interface Strangers {
  readonly kinds: readonly ApprovalKind[];
  /**
   * Someone unknown wrote in a private chat: they get one polite line a day, the owner one card to admit or block
   * them. Nothing of what they wrote is kept. In the caller's transaction.
   */
  receive(event: InboundEvent): void;
  list(): readonly Stranger[];
}

const dayMs = 86_400_000;
const politeLine = 'Hello. I am a private assistant and may not talk to you.';
const toldLine = 'I have told my owner that you wrote.';

export function createStrangers(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  persons: Persons;
  outbox: Outbox;
  approvals(): Approvals;
  /** Where the owner can be asked now. */
  ownerAddresses(): readonly ChatAddress[];
}): Strangers {
  const { database, ids, clock, persons, outbox } = options;
  const { orm } = database;
  const is = (platform: string, nativeId: string) =>
    and(eq(strangers.platform, platform), eq(strangers.nativeId, nativeId));

  /** False when there is nowhere to ask. */
  const askOwner = (stranger: Stranger): boolean => {
    const addresses = options.ownerAddresses();
    if (addresses.length === 0) return false;
    const subjectId = `${stranger.platform}:${stranger.nativeId}`;
    if (
      options
        .approvals()
        .openOf('admission')
        .some((approval) => approval.subjectId === subjectId)
    )
      return true;
    options.approvals().ask({
      kind: 'admission',
      subjectId,
      traceId: ids.traceId(),
      payload: { platform: stranger.platform, nativeId: stranger.nativeId },
      choices: [
        { name: 'member', label: 'Member', style: 'success' },
        { name: 'guest', label: 'Guest' },
        { name: 'block', label: 'Block', style: 'danger' },
      ],
      addresses,
      markdown: `**${nameOf(stranger)}** (${stranger.platform} ${stranger.nativeId}) wrote to me. Shall I talk to them?\n\nMembers may do all but what is for the owner; guests may talk to the local model.`,
    });
    return true;
  };

  const strangerOf = (approval: Approval): Stranger | undefined => {
    const { platform, nativeId } = approval.payload;
    return typeof platform === 'string' && typeof nativeId === 'string'
      ? orm.select().from(strangers).where(is(platform, nativeId)).get()
      : undefined;
  };

  const onDecided = (approval: Approval, choice: string): string => {
    const stranger = strangerOf(approval);
    if (!stranger) return 'They are no stranger any more.';
    const { platform, nativeId } = stranger;
    if (choice === 'block') {
      orm.update(strangers).set({ state: 'blocked' }).where(is(platform, nativeId)).run();
      return 'Blocked. They get no answer.';
    }
    const role = choice === 'member' ? 'member' : 'guest';
    persons.admit(nameOf(stranger), role, { platform, nativeId });
    orm.delete(strangers).where(is(platform, nativeId)).run();
    outbox.put({
      address: stranger.address,
      message: { markdown: 'My owner says yes: we can talk. `/help` tells what I can do.' },
      traceId: approval.traceId,
    });
    return `Admitted as ${role}.`;
  };

  return {
    kinds: [{ kind: 'admission', onDecided, afterDecided: () => outbox.flush() }],
    list: () => orm.select().from(strangers).orderBy(asc(strangers.firstSeenAt)).all(),
    receive({ address, sender }) {
      const before = orm.select().from(strangers).where(is(address.platform, sender.nativeId)).get();
      const isTold = before?.toldAt && clock.now() - before.toldAt < dayMs;
      const tells = !isTold && before?.state !== 'blocked';
      const stranger = orm
        .insert(strangers)
        .values({
          platform: address.platform,
          nativeId: sender.nativeId,
          displayName: sender.displayName,
          address,
          state: 'waiting',
          messages: 1,
          toldAt: clock.now(),
          firstSeenAt: clock.now(),
        })
        .onConflictDoUpdate({
          target: [strangers.platform, strangers.nativeId],
          set: {
            messages: sql`${strangers.messages} + 1`,
            ...(tells && { toldAt: clock.now(), displayName: sender.displayName }),
          },
        })
        .returning()
        .get();
      if (!tells) return;
      const markdown = askOwner(stranger) ? `${politeLine} ${toldLine}` : politeLine;
      outbox.put({ address, message: { markdown }, traceId: ids.traceId() });
    },
  };
}

const nameOf = (stranger: Stranger): string => plainName(stranger.displayName, 'Someone');
