import type { ChatAddress } from '../contracts/chat.ts';
import type { Database } from '../db/database.ts';
import { and, eq } from '../db/drizzle.ts';
import { outbox } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';
import { inChat } from './in-chat.ts';

type Row = typeof tasks.$inferSelect;

/** The turn whose answer a message of Steward in this chat is; whatever topic it stands in. */
export function answeredTask({ orm }: Database, address: ChatAddress, nativeId: string): Row | undefined {
  return orm
    .select({ task: tasks })
    .from(outbox)
    .innerJoin(tasks, eq(tasks.id, outbox.taskId))
    .where(and(inChat(outbox, address), eq(outbox.nativeId, nativeId)))
    .get()?.task;
}
