import { z } from 'zod';
import type { Persons } from '../access/persons.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Command, CommandContext, CommandReply } from '../contracts/commands.ts';
import type { Approval, Approvals, Wish } from './service.ts';

const shownCharacters = 60;

/** /approve /reject: what the buttons do, for chats without them. */
export function createApprovalCommands(options: {
  persons: Persons;
  approvals: Approvals;
}): readonly Command[] {
  const { persons, approvals } = options;

  const decide = (context: CommandContext, number: number | undefined, wish: Wish): CommandReply => {
    const open = approvals.open();
    const chosen = number ?? (open.length === 1 ? open[0]?.number : undefined);
    if (chosen === undefined) return { message: { markdown: listOf(open) } };
    const person = persons.get(context.personId);
    if (!person) throw new Error(`no person ${context.personId}`);
    const decision = approvals.decideNumber(chosen, wish, person, context.threadId);
    return { message: { markdown: decision.ok ? decision.line : decision.reason } };
  };

  return [
    defineCommand({
      name: 'approve',
      description: 'Say yes to a question by its number, or choose an answer',
      options: z.strictObject({
        number: z.coerce.number().int().min(1).optional(),
        choice: z.string().max(40).optional(),
      }),
      access: 'owner',
      isReadOnly: false,
      run: (context, { number, choice }) =>
        decide(context, number, choice === undefined ? { style: 'success' } : { choice }),
    }),
    defineCommand({
      name: 'reject',
      description: 'Say no to a question by its number',
      options: z.strictObject({ number: z.coerce.number().int().min(1).optional() }),
      access: 'owner',
      isReadOnly: false,
      run: (context, { number }) => decide(context, number, { style: 'danger' }),
    }),
  ];
}

function listOf(open: readonly Approval[]): string {
  if (open.length === 0) return 'Nothing waits for a decision.';
  const lines = open.map(({ number, card, choices }) => {
    const [question = ''] = card.split('\n');
    const short = question.length > shownCharacters ? `${question.slice(0, shownCharacters)}…` : question;
    const names = choices.map((choice) => choice.name).join(', ');
    return `${number}. ${short.replaceAll(/[*`]/g, '').toWellFormed()}\n   ${names}`;
  });
  return ['Which one?', '', ...lines, '', `\`/approve ${open[0]?.number}\` says yes to it.`].join('\n');
}
