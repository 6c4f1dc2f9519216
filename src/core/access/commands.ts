import { z } from 'zod';
import { defineCommand } from '../commands/registry.ts';
import type { Command } from '../contracts/commands.ts';
import type { Pairing } from './pairing.ts';
import type { Persons } from './persons.ts';
import type { Strangers } from './strangers.ts';

/** /pair /users */
export function createAccessCommands(options: {
  persons: Persons;
  pairing: Pairing;
  strangers: Strangers;
}): readonly Command[] {
  const { persons, pairing, strangers } = options;

  const usersText = (): string => {
    const lines = persons.list().map((person, index) => {
      const accounts = persons
        .identitiesOf(person.id)
        .map(({ platform, nativeId }) => `${platform} ${nativeId}`)
        .join(', ');
      return `${index + 1}. ${person.name}: ${person.role}${accounts ? `\n   ${accounts}` : ''}`;
    });
    const waiting = strangers.list();
    if (waiting.length > 0) lines.push('', 'Strangers:');
    for (const stranger of waiting)
      lines.push(
        `- ${stranger.platform} ${stranger.nativeId}: ${stranger.state}, ${stranger.messages} ${stranger.messages === 1 ? 'message' : 'messages'}`,
      );
    lines.push('', 'Change a role with `/users 2 member`, `guest` or `nobody`.');
    return lines.join('\n');
  };

  return [
    defineCommand({
      name: 'pair',
      description: 'Use Steward from another account too: gives a code to send from there',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: false,
      run: ({ personId, chatKind }) => {
        if (chatKind !== 'private')
          return { message: { markdown: 'A code is a secret: ask for it in our private chat.' } };
        const code = pairing.issue(personId);
        return {
          message: {
            markdown: `Send this to me from your other account within 10 minutes:\n\n\`${code}\`\n\nWhoever sends it speaks as you.`,
          },
        };
      },
    }),
    defineCommand({
      name: 'users',
      description: 'Who may talk to Steward, and as what',
      options: z.strictObject({
        number: z.coerce.number().int().min(1).optional(),
        role: z.enum(['member', 'guest', 'nobody']).optional(),
      }),
      access: 'owner',
      isPersonal: true,
      isReadOnly: false,
      run: ({ personId }, { number, role }) => {
        if (number === undefined || role === undefined) return { message: { markdown: usersText() } };
        const person = persons.list()[number - 1];
        if (!person) return { message: { markdown: `There is no number ${number}. \`/users\` lists them.` } };
        if (person.id === personId || person.role === 'owner')
          return { message: { markdown: 'The owner stays the owner.' } };
        return {
          message: { markdown: `${person.name} is now ${role}.` },
          apply: () => persons.setRole(person.id, role),
        };
      },
    }),
  ];
}
