import type { Outbox } from '../chat/outbox.ts';
import type { ChatAdapter, LiveMessage } from '../contracts/chat.ts';
import type { IdSource } from '../ids.ts';
import type { Availability } from '../models/availability.ts';
import type { AskOptions } from './ask-candidate.ts';
import type { Collected } from './attachments.ts';
import type { EndReason } from './dispatcher.ts';
import type { PrivacyConsents } from './privacy-consents.ts';
import type { Thread, Threads } from './threads.ts';
import type { Task, TurnRecords } from './turn-records.ts';
import type { TurnPlan } from './turn-routing.ts';

export interface TurnOptions extends AskOptions {
  readonly ids: IdSource;
  readonly threads: Threads;
  readonly outbox: Outbox;
  readonly records: TurnRecords;
  readonly availability: Availability;
  readonly consents: PrivacyConsents;
  /** There is somebody who can answer a card. */
  readonly mayAsk: boolean;
  plan(input: { task: Task; thread: Thread; collected: Collected; signal: AbortSignal }): Promise<TurnPlan>;
  adapter(platform: string): ChatAdapter | undefined;
  /** For a turn that found no model: the write that holds it with a card (fetch one, answer later), if there is one. */
  offerModel(task: Task, thread: Thread, text: string): Promise<(() => void) | undefined>;
  /** A turn of this thread has ended well; nothing waits on it. */
  onAnswered(threadId: string): void;
}

/** A turn while it runs. */
export interface Turn {
  readonly task: Task;
  readonly thread: Thread;
  readonly adapter: ChatAdapter;
  readonly live: LiveMessage | undefined;
  readonly signal: AbortSignal;
}

export const isShutdown = (signal: AbortSignal): boolean =>
  signal.aborted && signal.reason === ('shutdown' satisfies EndReason);
