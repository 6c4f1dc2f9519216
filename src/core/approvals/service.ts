import { randomBytes } from 'node:crypto';
import type { Person } from '../access/persons.ts';
import type { AuditLog } from '../audit.ts';
import type { Outbox } from '../chat/outbox.ts';
import type { ChatAddress } from '../contracts/chat.ts';
import type { Clock } from '../contracts/clock.ts';
import type { JsonObject } from '../contracts/json.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import { addressOf } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, asc, desc, eq, isNull, sql } from '../db/drizzle.ts';
import { outbox as outboxTable } from '../db/schema/chat.ts';
import { type ApprovalChoice, approvals, buttonTokens } from '../db/schema/control.ts';
import { nextNumber } from '../db/sequence.ts';
import type { EventLog } from '../event-log.ts';
import type { IdSource } from '../ids.ts';

export type Approval = typeof approvals.$inferSelect;

/** What the part that raises a kind of approval hands to app.ts. */
export interface ApprovalKind {
  readonly kind: string;
  /** Why this person may not decide it here; undefined where they may. Absent: the owner may, and nobody else. */
  mayDecide?(approval: Approval, person: Person, threadId: string): string | undefined;
  /** In the transaction of the decision. Returns the line that the card shows from then on. */
  onDecided(approval: Approval, choice: string): string;
  /** After the commit. */
  afterDecided?(approval: Approval, choice: string): void;
  /** Nobody decided in time. In the transaction that closes it. May return the line that the card shows then. */
  onExpired?(approval: Approval): string | void;
  /** After that commit. */
  afterExpired?(approval: Approval): void;
}

export interface ApprovalRequest {
  readonly kind: string;
  readonly subjectId: string;
  readonly traceId: string;
  readonly payload: JsonObject;
  readonly choices: readonly ApprovalChoice[];
  /** One card in each. */
  readonly addresses: readonly ChatAddress[];
  readonly markdown: string;
  readonly replyTo?: string;
  /** After so long it is closed without a decision; a week unless said. */
  readonly validMs?: number;
}

export type Decision =
  | { readonly ok: true; readonly line: string }
  | { readonly ok: false; readonly reason: string };

/** A typed decision: a choice by its name or label, or the one that says yes (success) or no (danger). */
export type Wish = { readonly choice: string } | { readonly style: 'success' | 'danger' };

export interface Approvals {
  readonly dueHandlers: readonly DueHandler[];
  /** Stores the approval and its card in the caller's transaction; flush the outbox after it. */
  ask(request: ApprovalRequest): Approval;
  /** All that wait for a decision, oldest first. */
  open(): readonly Approval[];
  openOf(kind: string): readonly Approval[];
  get(approvalId: string): Approval | undefined;
  /** Shows the cards of open approvals anew where a restart has taken their buttons away. */
  showAgain(platform: string): void;
  /** The first valid decision wins; every other press is told who decided and when. In one transaction with `alongside`. */
  decide(token: string, person: Person, threadId: string, alongside: () => void): Decision;
  /** The same by the number that the card shows. */
  decideNumber(number: number, wish: Wish, person: Person, threadId: string): Decision;
}

const expiryKind = 'approval-expiry';
const usuallyValidMs = 7 * 86_400_000;

export function createApprovals(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  outbox: Outbox;
  audit: AuditLog;
  events: EventLog;
  scheduler: Scheduler;
  kinds(): readonly ApprovalKind[];
}): Approvals {
  const { database, ids, clock, outbox, audit, events, scheduler } = options;
  const { orm } = database;

  const get = (approvalId: string) => orm.select().from(approvals).where(eq(approvals.id, approvalId)).get();

  const open = () =>
    orm.select().from(approvals).where(eq(approvals.state, 'open')).orderBy(asc(approvals.number)).all();

  const cardsOf = (approval: Approval) =>
    orm
      .select()
      .from(outboxTable)
      .where(and(eq(outboxTable.approvalId, approval.id), isNull(outboxTable.editOf)))
      .orderBy(desc(outboxTable.id))
      .all();

  const putCard = (approval: Approval, address: ChatAddress, replyTo?: string): void => {
    const buttons = approval.choices.map((choice) => {
      const token = randomBytes(16).toString('base64url');
      orm
        .insert(buttonTokens)
        .values({ token, approvalId: approval.id, choice: choice.name, createdAt: clock.now() })
        .run();
      return { label: choice.label, token, ...(choice.style && { style: choice.style }) };
    });
    outbox.put({
      address,
      message: {
        markdown: cardText(approval),
        buttons: [buttons],
        isCard: true,
        ...(replyTo && { replyTo }),
      },
      traceId: approval.traceId,
      approvalId: approval.id,
    });
  };

  const showOutcome = (approval: Approval, line: string): void => {
    for (const card of cardsOf(approval))
      outbox.put({
        address: addressOf(card),
        message: { markdown: `${cardText(approval)}\n\n${line}`, isCard: true },
        traceId: approval.traceId,
        approvalId: approval.id,
        editOf: card.id,
      });
  };

  const handlerOf = ({ kind }: Approval): ApprovalKind | undefined =>
    options.kinds().find((one) => one.kind === kind);

  const decideOne = (
    approval: Approval,
    choice: string,
    { person, threadId }: { person: Person; threadId: string },
    { alongside, token }: { alongside?: () => void; token?: string } = {},
  ): Decision => {
    const { kind } = approval;
    const handler = handlerOf(approval);
    if (!handler) throw new Error(`nobody handles approvals of kind ${kind}`);
    const objection = (handler.mayDecide ?? onlyOwner)(approval, person, threadId);
    if (objection !== undefined) {
      if (alongside) database.write(alongside);
      return { ok: false, reason: objection };
    }
    const decision = database.write((): Decision => {
      alongside?.();
      if (token !== undefined)
        orm.update(buttonTokens).set({ usedAt: clock.now() }).where(eq(buttonTokens.token, token)).run();
      const won = orm
        .update(approvals)
        .set({
          state: 'decided',
          choice,
          decidedBy: person.id,
          decidedAt: clock.now(),
          revision: approval.revision + 1,
        })
        .where(
          and(
            eq(approvals.id, approval.id),
            eq(approvals.revision, approval.revision),
            eq(approvals.state, 'open'),
          ),
        )
        .run();
      if (won.changes === 0) return { ok: false, reason: alreadyDecided(get(approval.id) ?? approval) };
      scheduler.cancel(expiryKind, approval.id);
      const line = handler.onDecided(approval, choice);
      audit({
        act: 'approval-decided',
        personId: person.id,
        subject: approval.id,
        traceId: approval.traceId,
        detail: { kind, choice },
      });
      events.emit({ name: 'approval-decided', approvalId: approval.id, choice });
      showOutcome(approval, line);
      return { ok: true, line };
    });
    if (decision.ok) handler.afterDecided?.(approval, choice);
    return decision;
  };

  const alreadyDecided = (approval: Approval): string => {
    const label = approval.choices.find((one) => one.name === approval.choice)?.label ?? approval.state;
    const at = approval.decidedAt ? ` at ${new Date(approval.decidedAt).toISOString().slice(0, 16)}Z` : '';
    return `This was already decided: ${label}${at}.`;
  };

  const expire = (approvalId: string): void => {
    const approval = orm
      .update(approvals)
      .set({ state: 'expired', decidedAt: clock.now(), revision: sql`${approvals.revision} + 1` })
      .where(and(eq(approvals.id, approvalId), eq(approvals.state, 'open')))
      .returning()
      .get();
    if (!approval) return;
    const line = handlerOf(approval)?.onExpired?.(approval);
    showOutcome(approval, line ?? 'Nobody decided in time, so nothing was done.');
  };

  return {
    dueHandlers: [
      {
        kind: expiryKind,
        run: ({ subjectId }) => expire(subjectId),
        afterwards({ subjectId }) {
          outbox.flush();
          const approval = get(subjectId);
          if (approval) handlerOf(approval)?.afterExpired?.(approval);
        },
      },
    ],
    get,
    open,
    ask(request) {
      return database.write(() => {
        const { addresses, markdown, replyTo, validMs = usuallyValidMs, ...rest } = request;
        const expiresAt = clock.now() + validMs;
        const approval = orm
          .insert(approvals)
          .values({
            id: ids.next(),
            number: nextNumber(database, 'decision'),
            ...rest,
            card: markdown,
            state: 'open',
            revision: 0,
            expiresAt,
            createdAt: clock.now(),
          })
          .returning()
          .get();
        scheduler.at({ kind: expiryKind, subjectId: approval.id, dueAt: expiresAt });
        for (const address of addresses) putCard(approval, address, replyTo);
        events.emit({ name: 'approval-opened', approvalId: approval.id });
        return approval;
      });
    },
    openOf(kind) {
      return orm
        .select()
        .from(approvals)
        .where(and(eq(approvals.kind, kind), eq(approvals.state, 'open')))
        .all();
    },
    showAgain(platform) {
      database.write(() => {
        for (const approval of open()) {
          const [card] = cardsOf(approval).filter((row) => row.platform === platform && row.state === 'sent');
          if (card) putCard(approval, addressOf(card));
        }
      });
    },
    decide(token, person, threadId, alongside) {
      const row = orm.select().from(buttonTokens).where(eq(buttonTokens.token, token)).get();
      const approval = row && get(row.approvalId);
      if (!row || !approval) {
        database.write(alongside);
        return { ok: false, reason: 'That button is not known here.' };
      }
      return decideOne(approval, row.choice, { person, threadId }, { alongside, token });
    },
    decideNumber(number, wish, person, threadId) {
      const approval = orm.select().from(approvals).where(eq(approvals.number, number)).get();
      if (!approval) return { ok: false, reason: `There is no question ${number}.` };
      const choice = chosen(approval, wish);
      if (choice) return decideOne(approval, choice, { person, threadId });
      const names = approval.choices.map(({ name }) => `\`${name}\``).join(', ');
      return { ok: false, reason: `Question ${number} can be answered by ${names}.` };
    },
  };
}

const onlyOwner: NonNullable<ApprovalKind['mayDecide']> = (_approval, { role }) =>
  role === 'owner' ? undefined : 'Only the owner can decide this.';

/** The number is what `/approve` and `/reject` take. */
const cardText = ({ card, number }: Approval): string => `${card}\n\n*Question ${number}*`;

function chosen(approval: Approval, wish: Wish): string | undefined {
  const wanted = 'choice' in wish ? wish.choice.trim().toLowerCase() : undefined;
  const found = approval.choices.find((one) =>
    'style' in wish
      ? one.style === wish.style
      : one.name.toLowerCase() === wanted || one.label.toLowerCase() === wanted,
  );
  if (found || 'choice' in wish) return found?.name;
  // Where no choice is marked, the first says yes and the last no.
  return approval.choices.at(wish.style === 'success' ? 0 : -1)?.name;
}
