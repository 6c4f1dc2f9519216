import type { Persons } from '../access/persons.ts';
import type { ApprovalKind, Approvals } from '../approvals/service.ts';
import type { AuditLog } from '../audit.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Command } from '../contracts/commands.ts';
import type { Notifier } from '../contracts/notifier.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import type { IdSource } from '../ids.ts';
import type { Availability } from '../models/availability.ts';
import type { Logger } from '../telemetry/log.ts';
import { type ChannelRequests, createChannelRequests } from './channels.ts';
import { createNotificationCommands } from './commands.ts';
import { createDigest } from './digest.ts';
import { createModelWatch } from './model-watch.ts';
import { createNotifier } from './notifier.ts';
import { createTargets, type Targets } from './targets.ts';

/** All that Steward says unasked: who wants it, when, and the first things there are to tell. */
export interface Notifications extends Notifier {
  readonly targets: Targets;
  readonly channels: ChannelRequests;
  readonly dueHandlers: readonly DueHandler[];
  readonly kinds: readonly ApprovalKind[];
  readonly commands: readonly Command[];
  /** Begins to look for models that went or came back, and arms the digest. */
  start(): void;
  settled(): Promise<void>;
}

export function createNotifications(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  audit: AuditLog;
  outbox: Outbox;
  scheduler: Scheduler;
  persons: Persons;
  threads: Threads;
  availability: Availability;
  approvals(): Approvals;
  ownerAddresses(): readonly ChatAddress[];
  timezone(): string;
  digestHour(): number;
  canReach(platform: string): boolean;
}): Notifications {
  const targets = createTargets(options);
  const notifier = createNotifier({ ...options, targets });
  const digest = createDigest({ ...options, notifier });
  const watch = createModelWatch({ ...options, notifier });
  const channels = createChannelRequests({ ...options, targets });
  return {
    notify: notifier.notify,
    targets,
    channels,
    dueHandlers: [...notifier.dueHandlers, ...digest.dueHandlers, ...watch.dueHandlers],
    kinds: channels.kinds,
    commands: createNotificationCommands({ ...options, targets }),
    start() {
      digest.start();
      watch.start();
    },
    settled: watch.settled,
  };
}
