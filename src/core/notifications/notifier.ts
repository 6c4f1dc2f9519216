import type { Outbox } from '../chat/outbox.ts';
import { timeOf } from '../calendar.ts';
import type { ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Notification, Notifier } from '../contracts/notifier.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { eq } from '../db/drizzle.ts';
import { heldNotifications } from '../db/schema/notifications.ts';
import type { IdSource } from '../ids.ts';
import { isKindOn } from './kinds.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Target, Targets } from './targets.ts';

const heldKind = 'held-notifications';

export function createNotifier(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  outbox: Outbox;
  scheduler: Scheduler;
  targets: Targets;
  timezone(): string;
  /** A platform that is not set up any more takes nothing. */
  canReach(platform: string): boolean;
}): Notifier & { readonly dueHandlers: readonly DueHandler[] } {
  const { database, ids, clock, outbox, scheduler, targets } = options;
  const { orm } = database;

  const wants = (target: Target, { kind }: Notification): boolean =>
    options.canReach(target.platform) && isKindOn(target.kinds, kind);

  const send = (address: ChatAddress, markdown: string): void => {
    outbox.put({ address, message: { markdown }, traceId: ids.traceId() });
  };

  const hold = (target: Target, markdown: string, until: number): void => {
    orm
      .insert(heldNotifications)
      .values({ id: ids.next(), targetId: target.id, markdown, at: clock.now() })
      .run();
    scheduler.at({ kind: heldKind, subjectId: target.id, dueAt: until });
  };

  const tellHeld = (targetId: string): void => {
    const target = targets.all().find((one) => one.id === targetId);
    const held = orm
      .delete(heldNotifications)
      .where(eq(heldNotifications.targetId, targetId))
      .returning()
      .all()
      .toSorted((a, b) => a.at - b.at);
    if (!target || held.length === 0 || !options.canReach(target.platform)) return;
    const lines = held.map(({ at, markdown }) => `**${timeOf(at, options.timezone())}** ${markdown}`);
    send(addressOf(target), `In the quiet hours:\n\n${lines.join('\n\n')}`);
  };

  return {
    notify(notification) {
      database.write(() => {
        for (const target of targets.all()) {
          if (!wants(target, notification)) continue;
          const until = quietUntil(target.quiet, clock.now(), options.timezone());
          if (until === undefined) send(addressOf(target), notification.markdown);
          else hold(target, notification.markdown, until);
        }
      });
    },
    dueHandlers: [
      {
        kind: heldKind,
        run: ({ subjectId }) => tellHeld(subjectId),
        afterwards: () => outbox.flush(),
      },
    ],
  };
}
