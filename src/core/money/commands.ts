import { z } from 'zod';
import type { Command } from '../contracts/commands.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Database } from '../db/database.ts';
import { and, count, desc, eq, gte, lte, sql } from '../db/drizzle.ts';
import { spend } from '../db/schema/money.ts';
import { persons } from '../db/schema/people.ts';
import { dayOf, firstInstantOf } from '../calendar.ts';
import { plainName } from '../chat/plain-name.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Ledger } from './ledger.ts';
import { formatUsd } from './price.ts';
import { savedMicroUsd } from './savings.ts';

/** /cost */
export function createMoneyCommands(options: {
  database: Database;
  clock: Clock;
  ledger: Ledger;
  timezone(): string;
  models: ModelsConfig;
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
        const byPerson = options.database.orm
          .select({ name: persons.name, cost })
          .from(spend)
          .innerJoin(persons, eq(persons.id, spend.personId))
          .where(and(gte(spend.day, `${month}-01`), lte(spend.day, `${month}-31`)))
          .groupBy(persons.id)
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
        // One name says nothing that the sum does not.
        if (byPerson.length > 1) {
          lines.push('', 'This month by person:');
          for (const { name, cost: spent } of byPerson)
            lines.push(`- ${plainName(name, 'someone')}: ${formatUsd(spent)}`);
        }
        const now = options.clock.now();
        const monthBegan = firstInstantOf(month, options.timezone());
        const saved = savedMicroUsd(options.database, options.models, monthBegan, now + 1);
        if (saved > 0) lines.push('', `Answered at home, saved: about ${formatUsd(saved)}`);
        lines.push('', `Prices of ${options.models.pricesAsOf}. Local answers are free.`);
        return { message: { markdown: lines.join('\n') } };
      },
    }),
  ];
}
