import { expect, test } from 'vitest';
import type { Notification } from '../../../src/core/contracts/notifier.ts';
import { createEventLog } from '../../../src/core/event-log.ts';
import { createBudgetAlerts } from '../../../src/core/money/budget-alerts.ts';
import { testDatabase } from '../../support/database.ts';

const usd = (amount: number) => amount * 1_000_000;

function setup() {
  const { database, clock } = testDatabase();
  const told: Notification[] = [];
  const alerts = createBudgetAlerts({
    database,
    clock,
    events: createEventLog(database, clock),
    notifier: { notify: (notification) => told.push(notification) },
    timezone: () => 'UTC',
  });
  const spent = (day: number, month = day, limits = { day: 1, month: 10 }) =>
    alerts.look({
      dayMicroUsd: usd(day),
      monthMicroUsd: usd(month),
      dayLimitMicroUsd: usd(limits.day),
      monthLimitMicroUsd: usd(limits.month),
    });
  return { clock, spent, texts: () => told.splice(0).map((one) => one.markdown) };
}

test('most of a budget and all of it are told once each, a day and a month apart from one another', async () => {
  const { clock, spent, texts } = setup();
  spent(0.79);
  expect(texts()).toEqual([]);
  spent(0.8);
  spent(0.9);
  expect(texts()).toEqual(['Claude has used $0.8000 of the $1.00 of today.']);
  spent(1);
  spent(1.1);
  expect(texts()).toEqual([expect.stringContaining('The budget of today is used up: $1.00 of $1.00')]);
  await clock.advance(86_400_000);
  spent(0.85, 8.5);
  expect(texts()).toEqual([
    'Claude has used $0.8500 of the $1.00 of today.',
    'Claude has used $8.50 of the $10.00 of this month.',
  ]);
});

test('whoever was told of all of it does not hear of most of it afterwards', () => {
  const { spent, texts } = setup();
  spent(1.2);
  texts();
  spent(0.9, 0.9, { day: 1, month: 10 });
  expect(texts()).toEqual([]);
});

test('no budget has nothing to tell', () => {
  const { spent, texts } = setup();
  spent(0, 0, { day: 0, month: 0 });
  expect(texts()).toEqual([]);
});
