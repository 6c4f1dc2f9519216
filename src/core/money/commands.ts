import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, count, desc, gte, lte, sql } from '../db/drizzle.ts';
import { spend } from '../db/schema/money.ts';
import { dayOf } from '../calendar.ts';
import type { Ledger } from './ledger.ts';
import { formatUsd } from './price.ts';

/** /cost */
export function createMoneyCommands(options: {
  database: Database;
  clock: Clock;
  ledger: Ledger;
  timezone(): string;
  pricesAsOf: string;
}): readonly Command[] {
  return [
    defineCommand({
      name: 'cost',
      description: 'What Claude has cost today and this month, against the budget',
      options: z.strictObject({}),
      access: 'owner',
      isReadOnly: true,
      run: () => {
        const balance = options.ledger.balance();
        const month = dayOf(options.clock.now(), options.timezone()).slice(0, 7);
        const cost = sql<number>`sum(${spend.microUsd})`;
        const byModel = options.database.orm
          .select({ model: spend.model, calls: count(), cost })
          .from(spend)
          .where(and(gte(spend.day, `${month}-01`), lte(spend.day, `${month}-31`)))
          .groupBy(spend.model)
          .orderBy(desc(cost))
          .all();
        const lines = [
          `- today: ${formatUsd(balance.dayMicroUsd)} of ${formatUsd(balance.dayLimitMicroUsd)}`,
          `- this month: ${formatUsd(balance.monthMicroUsd)} of ${formatUsd(balance.monthLimitMicroUsd)}`,
        ];
        if (byModel.length > 0) lines.push('', 'This month by model:');
        for (const row of byModel)
          lines.push(
            `- ${row.model}: ${formatUsd(row.cost)}, ${row.calls} ${row.calls === 1 ? 'call' : 'calls'}`,
          );
        lines.push('', `Prices of ${options.pricesAsOf}. Local answers are free.`);
        return { message: { markdown: lines.join('\n') } };
      },
    }),
  ];
}
