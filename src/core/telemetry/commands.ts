import { z } from 'zod';
import type { Drawn, StatsOrder } from '../charts/order-picture.ts';
import type { AppConfig } from '../config/app-config.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Dispatcher } from '../conversation/dispatcher.ts';
import type { Database } from '../db/database.ts';
import { and, count, eq, isNull } from '../db/drizzle.ts';
import { outbox } from '../db/schema/chat.ts';
import { tasks } from '../db/schema/work.ts';
import type { Availability } from '../models/availability.ts';
import { firstTextGoalMs } from './first-text.ts';
import type { Logger } from './log.ts';
import { readiness } from './readiness.ts';
import { type HouseholdStats, householdStats } from './stats.ts';
import { statsBars, statsDescription, statsText, statsTitle } from './stats-text.ts';

/** /stats /status */
export function createTelemetryCommands(options: {
  database: Database;
  clock: Clock;
  log: Logger;
  config: AppConfig;
  availability: Availability;
  dispatcher: Dispatcher;
  breakerState(engine: string): string;
  trouble(platform: string): string | undefined;
  timezone(): string;
  showsPictures(platform: string): boolean;
  draw(order: StatsOrder): Promise<Drawn>;
  version: string;
  startedAt: number;
}): readonly Command[] {
  const { database, clock, dispatcher } = options;
  const { orm } = database;

  /** Undefined where it cannot be drawn; the figures are told all the same. */
  const draw = async (stats: HouseholdStats): Promise<string | undefined> => {
    const title = statsTitle(stats.days);
    const drawn = await options.draw({ stats, title, goalSeconds: firstTextGoalMs / 1000 });
    if (drawn.ok) return drawn.pngBase64;
    options.log.warn({ reason: drawn.reason }, 'picture not drawn');
    return undefined;
  };

  return [
    defineCommand({
      name: 'stats',
      description: 'Messages, answers, speed and cost of the last days',
      options: z.strictObject({ days: z.coerce.number().int().min(1).max(365).default(7) }),
      access: 'owner',
      isReadOnly: true,
      run: async ({ address }, { days }) => {
        const stats = householdStats(
          { database, models: options.config.models, timezone: options.timezone(), now: clock.now() },
          days,
        );
        if (stats.messages === 0) {
          const when = days === 1 ? 'today' : `in the last ${days} days`;
          return { message: { markdown: `No messages ${when}.` } };
        }
        const markdown = statsText(stats);
        const alternative = statsBars(stats);
        const pngBase64 = options.showsPictures(address.platform) ? await draw(stats) : undefined;
        if (pngBase64 === undefined) return { message: { markdown: `${markdown}\n\n${alternative}` } };
        const description = statsDescription(stats);
        const picture = { name: 'stats.png', pngBase64, description, alternative };
        return { message: { markdown, pictures: [picture] } };
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
