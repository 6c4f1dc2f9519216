import { dayOf } from '../calendar.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Notifier } from '../contracts/notifier.ts';
import type { Database } from '../db/database.ts';
import type { EventLog } from '../event-log.ts';
import type { Balance } from './ledger.ts';
import { formatUsd } from './price.ts';

/** From here on the owner should know (section 7 of the design). */
const levels = [100, 80] as const;

/**
 * Tells once a day, and once a month, that most of the budget is used up, and that all of it is. Reserves count as they
 * do for the budget itself, so it never comes too late.
 */
export function createBudgetAlerts(options: {
  database: Database;
  clock: Clock;
  events: EventLog;
  notifier: Notifier;
  timezone(): string;
}): { look(balance: Balance): void } {
  const { database, clock, events } = options;

  const lookAt = (period: string, name: string, spent: number, limit: number): void => {
    if (limit <= 0) return;
    const level = levels.find((percent) => spent * 100 >= limit * percent);
    if (level === undefined) return;
    // Whoever was told of all of it need not hear of most of it afterwards.
    const isTold = levels.some(
      (percent) => percent >= level && events.lastAt({ name: 'budget-level', period, percent }) !== undefined,
    );
    if (isTold) return;
    events.emit({ name: 'budget-level', period, percent: level });
    options.notifier.notify({
      kind: 'money',
      markdown:
        level === 100
          ? `The budget of ${name} is used up: ${formatUsd(spent)} of ${formatUsd(limit)}. The local model answers alone until it is over, or until \`/settings\` raises it.`
          : `Claude has used ${formatUsd(spent)} of the ${formatUsd(limit)} of ${name}.`,
    });
  };

  return {
    look({ dayMicroUsd, dayLimitMicroUsd, monthMicroUsd, monthLimitMicroUsd }) {
      const day = dayOf(clock.now(), options.timezone());
      database.write(() => {
        lookAt(day, 'today', dayMicroUsd, dayLimitMicroUsd);
        lookAt(day.slice(0, 7), 'this month', monthMicroUsd, monthLimitMicroUsd);
      });
    },
  };
}
