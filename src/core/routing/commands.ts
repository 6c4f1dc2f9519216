import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, desc, eq, ne } from '../db/drizzle.ts';
import { tasks } from '../db/schema/work.ts';
import type { Availability } from '../models/availability.ts';
import type { PrivacyConsents } from '../conversation/privacy-consents.ts';
import { whyText } from './why.ts';

/** /model /why */
export function createRoutingCommands(options: {
  database: Database;
  threads: Threads;
  availability: Availability;
  models: ModelsConfig;
  consents: PrivacyConsents;
}): readonly Command[] {
  const { database, threads, availability, models, consents } = options;

  const choiceLines = {
    auto: 'Automatic: the local model for what it can do, Claude for what is hard, within the budget; what is private stays at home unless you say otherwise.',
    local: `Local only: nothing of this chat goes to the cloud.`,
    cloud: `Claude (${models.roles.fast}) within the budget, after a question where it looks private; the local model only if Claude fails.`,
  };

  return [
    defineCommand({
      name: 'model',
      description: 'Which model answers here: auto, local or cloud; ask: about private messages again',
      options: z.strictObject({ choice: z.enum(['auto', 'local', 'cloud', 'ask']).optional() }),
      access: 'member',
      isReadOnly: false,
      run: async ({ threadId, personId }, { choice }) => {
        if (choice === 'ask')
          return {
            message: { markdown: 'Private messages of yours go to Claude only when you say so each time.' },
            apply: () => consents.takeBack(threadId, personId),
          };
        if (choice) {
          const cloud = availability.cloud();
          const warning =
            choice === 'cloud' && cloud.state !== 'ready'
              ? '\n\nClaude cannot be asked yet: `/status` says why.'
              : '';
          return {
            message: { markdown: choiceLines[choice] + warning },
            apply: () => threads.update(threadId, { modelChoice: choice }),
          };
        }
        const local = await availability.local();
        const now = threads.get(threadId).modelChoice;
        return {
          message: {
            markdown: [
              `**${now}** – ${choiceLines[now]}`,
              '',
              `- local: ${local.state === 'ready' ? local.model : local.state}`,
              `- cloud: ${models.roles.fast} (${availability.cloud(personId).state})`,
              consents.hasPermit(threadId, personId)
                ? '- private messages of yours may go to Claude here: `/model ask` takes that back'
                : '- private messages of yours: you are asked before one goes to Claude',
              '',
              'Change it with `/model auto`, `/model local` or `/model cloud`.',
            ].join('\n'),
          },
        };
      },
    }),
    defineCommand({
      name: 'why',
      description: 'Who gave the last answer, or the one you reply to, why, and what it cost',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: true,
      run: ({ threadId, repliedTaskId }) => {
        if (repliedTaskId !== undefined)
          return { message: { markdown: whyText(database, models, repliedTaskId) } };
        const task = database.orm
          .select()
          .from(tasks)
          .where(and(eq(tasks.threadId, threadId), ne(tasks.state, 'received')))
          .orderBy(desc(tasks.id))
          .limit(1)
          .get();
        if (!task) return { message: { markdown: 'There is no answer here yet.' } };
        return { message: { markdown: whyText(database, models, task.id) } };
      },
    }),
  ];
}
