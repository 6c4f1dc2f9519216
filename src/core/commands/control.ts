import type { Person, Persons } from '../access/persons.ts';
import type { Approvals, Decision } from '../approvals/service.ts';
import { answeredTask } from '../chat/answered-task.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { ChatAdapter, InboundEvent } from '../contracts/chat.ts';
import type { CommandContext, CommandReply } from '../contracts/commands.ts';
import type { AnswerButtons } from '../conversation/answer-buttons.ts';
import type { Database } from '../db/database.ts';
import { and, asc, eq, isNull } from '../db/drizzle.ts';
import { inbox } from '../db/schema/chat.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { type CommandRegistry, parseOptions } from './registry.ts';

/** Commands, presses and stops: handled beside the turns, in order per chat, each effect in one commit with its reply. */
export interface Control {
  handle(inboxId: string): void;
  /** What a dead process had taken but not finished. */
  recover(): void;
  settled(): Promise<void>;
}

type Row = typeof inbox.$inferSelect;

export function createControl(options: {
  database: Database;
  ids: IdSource;
  log: Logger;
  metrics: Metrics;
  persons: Persons;
  outbox: Outbox;
  registry: CommandRegistry;
  approvals: Approvals;
  buttons: AnswerButtons;
  adapter(platform: string): ChatAdapter | undefined;
  ownerRun?: string;
  /** A press has asked something anew. */
  onNewTask(): void;
}): Control {
  const { database, ids, log, metrics, persons, outbox, registry, approvals, buttons } = options;
  const { orm } = database;
  const mine = options.ownerRun ? eq(inbox.ownerRun, options.ownerRun) : isNull(inbox.ownerRun);
  const lanes = new Map<string, Promise<void>>();

  const markDone = (row: Row): void => {
    orm.update(inbox).set({ state: 'done' }).where(eq(inbox.id, row.id)).run();
  };

  const reply = (row: Row, context: CommandContext, answer: CommandReply): void => {
    database.write(() => {
      answer.apply?.();
      outbox.put({
        address: context.address,
        message: { replyTo: row.event.nativeId, ...answer.message },
        traceId: context.traceId,
      });
      markDone(row);
    });
    outbox.flush();
    answer.afterwards?.();
  };

  const runCommand = async (
    context: CommandContext,
    name: string,
    event: InboundEvent,
  ): Promise<CommandReply> => {
    const command = registry.find(name);
    if (!command) {
      const near = registry.suggest(name);
      const guess = near ? ` Did you mean \`/${near}\`?` : '';
      return { message: { markdown: `There is no command \`/${name}\`.${guess} \`/help\` lists them.` } };
    }
    if (command.access === 'owner' && context.personRole !== 'owner')
      return { message: { markdown: `\`/${command.name}\` is for the owner.` } };
    const parsed = parseOptions(command, event.kind === 'command' ? event.input : '');
    if (!parsed.ok) return { message: { markdown: parsed.problem } };
    return command.run(context, parsed.options);
  };

  const handleRow = async (row: Row): Promise<void> => {
    const { event } = row;
    const person = persons.find({ platform: row.platform, nativeId: event.sender.nativeId });
    if (!person || person.role === 'nobody' || !row.threadId) return database.write(() => markDone(row));
    const context: CommandContext = {
      address: event.address,
      threadId: row.threadId,
      chatKind: event.chat?.kind ?? 'private',
      personId: person.id,
      personRole: person.role,
      traceId: ids.traceId(),
      repliedTaskId:
        event.kind === 'command' && event.replyTo !== undefined
          ? answeredTask(database, event.address, event.replyTo)?.id
          : undefined,
    };
    if (event.kind === 'press') {
      await handlePress(row, event.token, person, context);
      return;
    }
    const name = event.kind === 'command' ? event.name : 'stop';
    try {
      reply(row, context, await runCommand(context, name, event));
    } catch (error) {
      log.error(
        {
          command: name,
          traceId: context.traceId,
          reason: String(error),
          stack: error instanceof Error ? error.stack : undefined,
        },
        'command broke',
      );
      metrics.error('command', 'broken');
      reply(row, context, {
        message: { markdown: `\`/${name}\` failed in Steward itself; the log has the details.` },
      });
    }
  };

  const handlePress = async (
    row: Row,
    token: string,
    person: Person,
    context: CommandContext,
  ): Promise<void> => {
    const pressed = buttons.press(token, person, () => markDone(row));
    if (!pressed) {
      const decision = approvals.decide(token, person, context.threadId, () => markDone(row));
      outbox.flush();
      return tellPresser(row, context, decision);
    }
    if (pressed.ok && 'markdown' in pressed) return reply(row, context, { message: pressed });
    if (pressed.ok && pressed.isNewTask) options.onNewTask();
    await tellPresser(row, context, pressed.ok ? { ok: true, line: pressed.note } : pressed);
  };

  /** The card shows what was decided; a refusal must reach the one who pressed. */
  const tellPresser = async (row: Row, context: CommandContext, decision: Decision): Promise<void> => {
    const note = decision.ok ? decision.line : decision.reason;
    try {
      const answer = options.adapter(row.platform)?.answerPress;
      if (answer) return await answer(row.event.nativeId, { markdown: note, isRefusal: !decision.ok });
    } catch (error) {
      log.debug({ reason: String(error) }, 'press not answered');
    }
    if (!decision.ok) reply(row, context, { message: { markdown: note } });
  };

  const rowOf = (inboxId: string): Row | undefined =>
    orm
      .select()
      .from(inbox)
      .where(and(eq(inbox.id, inboxId), eq(inbox.state, 'received')))
      .get();

  const handle = (inboxId: string): void => {
    const row = rowOf(inboxId);
    if (!row) return;
    // A stop must not wait behind a slow command.
    const isStop = row.kind === 'stop' || (row.event.kind === 'command' && row.event.name === 'stop');
    const lane = isStop ? `${row.threadId} stop` : (row.threadId ?? '');
    const before = lanes.get(lane) ?? Promise.resolve();
    const done = before
      .then(() => handleRow(row))
      .catch((error: unknown) =>
        log.error({ inboxId, reason: String(error) }, 'event not handled; tried again at the next start'),
      )
      .finally(() => {
        if (lanes.get(lane) === done) lanes.delete(lane);
      });
    lanes.set(lane, done);
  };

  return {
    handle,
    recover() {
      const rows = orm
        .select({ id: inbox.id })
        .from(inbox)
        .where(and(eq(inbox.state, 'received'), mine))
        .orderBy(asc(inbox.id))
        .all();
      for (const { id } of rows) handle(id);
    },
    async settled() {
      while (lanes.size > 0) await Promise.all(lanes.values());
    },
  };
}
