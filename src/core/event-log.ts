import { EventEmitter } from 'node:events';
import type { Clock } from './contracts/clock.ts';
import type { StewardEvent } from './contracts/events.ts';
import type { Database } from './db/database.ts';
import { events } from './db/schema/control.ts';

/** Tells listeners what happened; all but `task-delta` is also a row, written in the caller's transaction. */
export interface EventLog {
  emit(event: StewardEvent): void;
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
    subscribe(listener) {
      emitter.on('event', listener);
      return () => emitter.off('event', listener);
    },
  };
}
