import type { JsonObject } from './json.ts';

export interface DueItem {
  readonly kind: string;
  readonly subjectId: string;
  readonly dueAt: number;
  readonly payload: JsonObject;
}

/** Things to be done at a time. Rows, so that a restart or a sleep of the machine only makes them late. */
export interface Scheduler {
  /** One item a kind and subject: a later call replaces an earlier one. In the caller's transaction. */
  at(item: Omit<DueItem, 'payload'> & { readonly payload?: JsonObject }): void;
  cancel(kind: string, subjectId: string): void;
  find(kind: string, subjectId: string): DueItem | undefined;
  /** Does what is due, oldest first, each item once. Never throws: an item that fails stays and is tried again later. */
  runDue(now: number): void;
}

/** What a part does when its items are due. */
export interface DueHandler {
  readonly kind: string;
  /** In the transaction that takes the item away: both or neither. */
  run(item: DueItem): void;
  /** After that commit. */
  afterwards?(item: DueItem): void;
}
