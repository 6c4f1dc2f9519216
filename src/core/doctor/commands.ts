import { z } from 'zod';
import { defineCommand } from '../commands/registry.ts';
import type { Check } from '../contracts/doctor.ts';
import type { Command } from '../contracts/commands.ts';

export const checkMarks: Readonly<Record<Check['state'], string>> = {
  ok: '✓',
  warning: '!',
  failure: '✗',
  skipped: '·',
};

/** /doctor */
export function createDoctorCommands(
  examine: (signal: AbortSignal) => AsyncIterable<Check>,
): readonly Command[] {
  return [
    defineCommand({
      name: 'doctor',
      description: 'Looks at everything and measures the local model; takes up to a minute, costs nothing',
      options: z.strictObject({}),
      access: 'owner',
      isPersonal: true,
      isReadOnly: false,
      async run() {
        const lines: string[] = [];
        for await (const { name, state, detail, remedy } of examine(new AbortController().signal))
          lines.push(`- ${checkMarks[state]} ${name}: ${detail}${remedy ? `\n  ${remedy}` : ''}`);
        return { message: { markdown: lines.join('\n') } };
      },
    }),
  ];
}
