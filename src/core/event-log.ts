import { EventEmitter } from 'node:events';
import type { Clock } from './contracts/clock.ts';
import type { StewardEvent } from './contracts/events.ts';
import type { Database } from './db/database.ts';
import { and, desc, eq } from './db/drizzle.ts';
import { events } from './db/schema/control.ts';

/** Tells listeners what happened; all but `task-delta` is also a row, written in the caller's transaction. */
export interface EventLog {
  emit(event: StewardEvent): void;
  /** When exactly this was last told, by any run. */
  lastAt(event: StewardEvent): number | undefined;
  subscribe(listener: (event: StewardEvent) => void): () => void;
}

export function createEventLog(database: Database, clock: Clock): EventLog {
  const emitter = new EventEmitter();
  return {
    emit(event) {
      if (event.name !== 'task-delta') {
        const { name, ...payload } = event;
        database.orm.insert(events).values({ name, payload, at: clock.now() }).run();
      }
      emitter.emit('event', event);
    },
    lastAt({ name, ...payload }) {
      return database.orm
        .select({ at: events.at })
        .from(events)
        .where(and(eq(events.name, name), eq(events.payload, payload)))
        .orderBy(desc(events.id))
        .limit(1)
        .get()?.at;
    },
    subscribe(listener) {
      emitter.on('event', listener);
      return () => emitter.off('event', listener);
    },
  };
}
