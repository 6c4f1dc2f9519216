import type { Outbox } from '../chat/outbox.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Notifier } from '../contracts/notifier.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import type { Database } from '../db/database.ts';
import type { Availability } from '../models/availability.ts';
import type { Logger } from '../telemetry/log.ts';

const watchKind = 'model-watch';
const household = 'household';
const lookEveryMs = 60_000;
/** A busy server that is slow to answer once is not down. */
const missesBeforeDown = 2;

/** Asks the local model every minute whether it is there, and tells when it went and when it came back. */
export function createModelWatch(options: {
  database: Database;
  clock: Clock;
  log: Logger;
  scheduler: Scheduler;
  notifier: Notifier;
  outbox: Outbox;
  availability: Availability;
}): { readonly dueHandlers: readonly DueHandler[]; start(): void; settled(): Promise<void> } {
  const { database, clock, log, scheduler, availability } = options;
  let told: 'up' | 'down' | undefined;
  let misses = 0;
  let looking: Promise<void> = Promise.resolve();

  const tell = (now: 'up' | 'down', markdown: string): void => {
    const isNews = told !== undefined && told !== now;
    told = now;
    if (!isNews) return;
    options.notifier.notify({ kind: 'models', markdown });
    options.outbox.flush();
  };

  const look = async (): Promise<void> => {
    const local = await availability.local();
    if (local.state === 'ready') {
      misses = 0;
      return tell('up', `The local model ${local.model} answers again.`);
    }
    misses += 1;
    if (told === 'up' && misses < missesBeforeDown) return;
    const instead =
      availability.cloud().state === 'ready'
        ? 'Claude answers meanwhile.'
        : 'Messages wait until it is back.';
    const what = local.state === 'unreachable' ? 'Ollama does not answer' : `Ollama has no ${local.model}`;
    tell('down', `The local model is down: ${what}. ${instead}`);
  };

  return {
    start() {
      database.write(() => scheduler.at({ kind: watchKind, subjectId: household, dueAt: clock.now() }));
    },
    dueHandlers: [
      {
        kind: watchKind,
        run: () => scheduler.at({ kind: watchKind, subjectId: household, dueAt: clock.now() + lookEveryMs }),
        afterwards() {
          looking = looking
            .then(look)
            .catch((error: unknown) => log.error({ reason: String(error) }, 'model not looked after'));
        },
      },
    ],
    settled: () => looking,
  };
}
