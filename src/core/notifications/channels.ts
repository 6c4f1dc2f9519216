import type { ApprovalKind, Approvals } from '../approvals/service.ts';
import type { Persons } from '../access/persons.ts';
import { plainName } from '../chat/plain-name.ts';
import type { ChatAddress, InboundEvent } from '../contracts/chat.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import type { IdSource } from '../ids.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Targets } from './targets.ts';

const approvalKind = 'channel-notifications';

/**
 * A post in a channel does not say who wrote it, so `/notify here` there asks the owner, and only where the owner is
 * the one who added the bot to the channel.
 */
export interface ChannelRequests {
  readonly kinds: readonly ApprovalKind[];
  /** True when the event was such a request, whatever came of it. In the caller's transaction. */
  receive(event: InboundEvent): boolean;
}

export function createChannelRequests(options: {
  database: Database;
  ids: IdSource;
  persons: Persons;
  threads: Threads;
  targets: Targets;
  approvals(): Approvals;
  ownerAddresses(): readonly ChatAddress[];
}): ChannelRequests {
  const { database, ids, persons, threads, targets } = options;

  const wasAddedByOwner = (address: ChatAddress): boolean => {
    const last = database.orm
      .select({ personId: inbox.personId, event: inbox.event })
      .from(inbox)
      .where(and(eq(inbox.threadId, threads.at(address, 'channel').id), eq(inbox.kind, 'membership')))
      .orderBy(desc(inbox.id))
      .limit(1)
      .get();
    return (
      last?.event.kind === 'membership' &&
      last.event.change === 'added' &&
      last.personId === persons.owner().id
    );
  };

  return {
    kinds: [
      {
        kind: approvalKind,
        onDecided(approval, choice) {
          if (choice !== 'yes') return 'Nothing is sent there.';
          targets.add(approval.payload as unknown as ChatAddress, persons.owner().id);
          return 'Notifications go there from now on.';
        },
      },
    ],
    receive(event) {
      if (event.chat?.kind !== 'channel') return false;
      const { address } = event;
      const isRequest = event.kind === 'command' && event.name === 'notify' && event.input === 'here';
      if (!isRequest || targets.at(address) || !wasAddedByOwner(address)) return true;
      const addresses = options.ownerAddresses();
      const subjectId = `${address.platform}:${address.chatId}`;
      const isAsked = options
        .approvals()
        .openOf(approvalKind)
        .some((one) => one.subjectId === subjectId);
      if (isAsked || addresses.length === 0) return true;
      options.approvals().ask({
        kind: approvalKind,
        subjectId,
        traceId: ids.traceId(),
        payload: { ...address },
        choices: [
          { name: 'yes', label: 'Yes', style: 'success' },
          { name: 'no', label: 'No', style: 'danger' },
        ],
        addresses,
        markdown: `Shall notifications go to the channel **${plainName(event.chat.title ?? '', 'without a name')}**? All its readers see them.`,
      });
      return true;
    },
  };
}
