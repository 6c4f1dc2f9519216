import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Database } from '../db/database.ts';
import { and, asc, desc, eq, ne } from '../db/drizzle.ts';
import { decisions, tasks } from '../db/schema/work.ts';
import type { Availability } from '../models/availability.ts';
import { formatUsd } from '../money/price.ts';

/** /model /why */
export function createRoutingCommands(options: {
  database: Database;
  threads: Threads;
  availability: Availability;
  models: ModelsConfig;
}): readonly Command[] {
  const { database, threads, availability, models } = options;

  const choiceLines = {
    auto: 'Automatic: the local model where there is one, Claude where it is needed and the budget allows.',
    local: `Local only: nothing of this chat goes to the cloud.`,
    cloud: `Claude (${models.roles.fast}) within the budget; the local model only if Claude fails.`,
  };

  return [
    defineCommand({
      name: 'model',
      description: 'Which model answers in this chat: auto, local or cloud',
      options: z.strictObject({ choice: z.enum(['auto', 'local', 'cloud']).optional() }),
      access: 'member',
      isReadOnly: false,
      run: async ({ threadId }, { choice }) => {
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
              `- cloud: ${models.roles.fast} (${availability.cloud().state})`,
              '',
              'Change it with `/model auto`, `/model local` or `/model cloud`.',
            ].join('\n'),
          },
        };
      },
    }),
    defineCommand({
      name: 'why',
      description: 'Who gave the last answer, why, and what it cost',
      options: z.strictObject({}),
      access: 'member',
      isReadOnly: true,
      run: ({ threadId }) => {
        const task = database.orm
          .select()
          .from(tasks)
          .where(and(eq(tasks.threadId, threadId), ne(tasks.state, 'received')))
          .orderBy(desc(tasks.id))
          .limit(1)
          .get();
        if (!task) return { message: { markdown: 'There is no answer here yet.' } };
        const rows = database.orm
          .select()
          .from(decisions)
          .where(eq(decisions.taskId, task.id))
          .orderBy(asc(decisions.id))
          .all();
        const lines = rows.map((row, index) => `${index + 1}. ${row.model ?? 'no model'} – ${row.reason}`);
        const seconds =
          task.firstTextAt && task.startedAt ? (task.firstTextAt - task.startedAt) / 1000 : undefined;
        return {
          message: {
            markdown: [
              `${task.state}${task.model ? ` by **${task.model}**` : ''}`,
              '',
              ...lines,
              '',
              `- cost: ${formatUsd(task.costMicroUsd)}`,
              `- tokens: ${task.inputTokens} in, ${task.outputTokens} out`,
              ...(seconds === undefined ? [] : [`- first text after ${seconds.toFixed(1)} s`]),
              ...(task.errorCode ? [`- error: ${task.errorCode}`] : []),
            ].join('\n'),
          },
        };
      },
    }),
  ];
}
