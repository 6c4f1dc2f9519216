import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand, usage } from './registry.ts';

/** /start and /help; `all` is asked when they run, since they are part of it. */
export function createHelpCommands(all: () => readonly Command[]): readonly Command[] {
  const visible = (role: string) => all().filter((one) => one.access === 'member' || role === 'owner');
  return [
    defineCommand({
      name: 'start',
      description: 'What this is and how to begin',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: true,
      run: () => ({
        message: {
          markdown: [
            'I am Steward, your own assistant. Write to me in plain words.',
            '',
            'A local model answers where there is one: free and private. Claude answers where you allow it, within your budget; `/why` tells after each answer who it was and what it cost.',
            '',
            '`/help` lists the commands, `/status` what is ready and what is missing.',
          ].join('\n'),
        },
      }),
    }),
    defineCommand({
      name: 'help',
      description: 'All commands, or one of them',
      options: z.strictObject({ command: z.string().optional() }),
      access: 'member',
      isReadOnly: true,
      run: ({ personRole }, { command }) => {
        const name = command?.replace(/^\//, '').toLowerCase();
        if (name) {
          const one = visible(personRole).find((candidate) => candidate.name === name);
          const markdown = one
            ? `\`${usage(one)}\`\n\n${one.description}.`
            : `There is no command \`/${name.slice(0, 40).replaceAll('`', '')}\`. \`/help\` lists them.`;
          return { message: { markdown } };
        }
        const lines = visible(personRole).map((one) => `- \`${usage(one)}\` ${one.description}`);
        return { message: { markdown: lines.join('\n') } };
      },
    }),
  ];
}
