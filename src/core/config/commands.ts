import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Settings } from './settings.ts';

/** /settings */
export function createSettingsCommands(settings: Settings): readonly Command[] {
  return [
    defineCommand({
      name: 'settings',
      description: 'Show or change what Steward may do: /settings budget.dayUsd 2',
      options: z.strictObject({ key: z.string().optional(), value: z.string().optional() }),
      access: 'owner',
      isPersonal: true,
      isReadOnly: false,
      run: ({ personId }, { key, value }) => {
        const all = settings.list();
        if (!key) {
          const lines = all.map((one) => `- \`${one.key}\` ${JSON.stringify(one.value)}\n  ${one.origin}`);
          return {
            message: {
              markdown: [
                ...lines,
                '',
                'Change one with `/settings budget.dayUsd 2`; `/settings budget.dayUsd default` goes back to the file.',
              ].join('\n'),
            },
          };
        }
        if (value === undefined) {
          const one = all.find((setting) => setting.key.toLowerCase() === key.toLowerCase());
          const markdown = one
            ? `\`${one.key}\` is ${JSON.stringify(one.value)} (${one.origin}).`
            : `There is no setting \`${key.slice(0, 60).replaceAll('`', '')}\`. \`/settings\` lists them.`;
          return { message: { markdown } };
        }
        const change = settings.prepare(key, value === 'default' ? undefined : value);
        if (!change.ok) return { message: { markdown: change.problem } };
        return {
          message: {
            markdown:
              value === 'default' ? `\`${key}\` is back to steward.yaml.` : `\`${key}\` is now ${value}.`,
          },
          apply: () => change.apply(personId),
        };
      },
    }),
  ];
}
