import { z } from 'zod';
import type { AppConfig } from '../config/app-config.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Dispatcher } from '../conversation/dispatcher.ts';
import type { Database } from '../db/database.ts';
import { count, eq, gte, isNull, and, sql } from '../db/drizzle.ts';
import { outbox } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';
import type { Availability } from '../models/availability.ts';
import { formatUsd } from '../money/price.ts';
import { readiness } from './readiness.ts';

const dayMs = 86_400_000;

/** /stats /status */
export function createTelemetryCommands(options: {
  database: Database;
  clock: Clock;
  config: AppConfig;
  availability: Availability;
  dispatcher: Dispatcher;
  breakerState(engine: string): string;
  trouble(platform: string): string | undefined;
  version: string;
  startedAt: number;
}): readonly Command[] {
  const { database, clock, dispatcher } = options;
  const { orm } = database;

  return [
    defineCommand({
      name: 'stats',
      description: 'Messages, answers, speed and cost of the last days',
      options: z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(7) }),
      access: 'owner',
      isReadOnly: true,
      run: (_context, { days }) => {
        const since = clock.now() - days * dayMs;
        const rows = orm
          .select({
            model: tasks.model,
            state: tasks.state,
            n: count(),
            cost: sql<number>`sum(${tasks.costMicroUsd})`,
          })
          .from(tasks)
          .where(gte(tasks.createdAt, since))
          .groupBy(tasks.model, tasks.state)
          .all();
        const total = rows.reduce((sum, row) => sum + row.n, 0);
        if (total === 0) return { message: { markdown: `No messages in the last ${days} days.` } };
        const byState = (state: string) =>
          rows.filter((row) => row.state === state).reduce((sum, row) => sum + row.n, 0);
        const speed = orm
          .select({
            mean: sql<number | null>`avg(${tasks.firstTextAt} - ${tasks.createdAt})`,
          })
          .from(tasks)
          .where(and(gte(tasks.createdAt, since), eq(tasks.state, 'answered')))
          .get();
        const models = new Map<string, { n: number; cost: number }>();
        for (const row of rows) {
          if (!row.model || row.state !== 'answered') continue;
          const entry = models.get(row.model) ?? { n: 0, cost: 0 };
          models.set(row.model, { n: entry.n + row.n, cost: entry.cost + row.cost });
        }
        const ended = byState('answered') + byState('failed');
        const percent = (n: number) => (ended === 0 ? 0 : Math.round((n / ended) * 100));
        const lines = [
          `Last ${days} days`,
          '',
          `- messages: ${total}`,
          `- answered: ${byState('answered')} (${percent(byState('answered'))} %)`,
          `- failed: ${byState('failed')} (${percent(byState('failed'))} %)`,
          `- stopped: ${byState('cancelled')}`,
          ...(typeof speed?.mean === 'number' ? [`- first text: ${(speed.mean / 1000).toFixed(1)} s`] : []),
          `- cost: ${formatUsd(rows.reduce((sum, row) => sum + row.cost, 0))}`,
        ];
        if (models.size > 0) lines.push('', 'Answers by model:');
        for (const [model, entry] of models)
          lines.push(`- ${model}: ${entry.n}${entry.cost > 0 ? `, ${formatUsd(entry.cost)}` : ''}`);
        return { message: { markdown: lines.join('\n') } };
      },
    }),
    defineCommand({
      name: 'status',
      description: 'What is ready, what is missing and what to do about it',
      options: z.strictObject({}),
      access: 'owner',
      isReadOnly: true,
      run: async () => {
        const lines = (await readiness(options.config, options.availability, options)).map((line) => {
          const mark = { ready: '✓', missing: '✗', later: '·' }[line.state];
          const breaker =
            line.part === 'Ollama' || line.part === 'Claude'
              ? options.breakerState(line.part === 'Ollama' ? 'ollama' : 'anthropic')
              : 'closed';
          const pause = breaker === 'closed' ? '' : ' (paused after failures)';
          return `- ${mark} ${line.part}: ${line.detail}${pause}${line.remedy ? `\n  ${line.remedy}` : ''}`;
        });
        const waiting = orm
          .select({ n: count() })
          .from(tasks)
          .where(and(eq(tasks.state, 'received'), isNull(tasks.ownerRun)))
          .get();
        const unsent = orm.select({ n: count() }).from(outbox).where(eq(outbox.state, 'queued')).get();
        const minutes = Math.floor((clock.now() - options.startedAt) / 60_000);
        return {
          message: {
            markdown: [
              ...lines,
              '',
              'Now:',
              '',
              `- running: ${dispatcher.runningCount()}, waiting: ${waiting?.n ?? 0}`,
              `- unsent parts: ${unsent?.n ?? 0}`,
              `- Steward ${options.version}, up ${minutes} min`,
              `- data: ${options.config.paths.home}`,
            ].join('\n'),
          },
        };
      },
    }),
  ];
}
