import { expect, test } from 'vitest';
import { orderPicture, type StatsOrder } from '../../../src/core/charts/order-picture.ts';
import { systemClock } from '../../../src/core/system-clock.ts';
import { createHandClock } from '../../support/hand-clock.ts';

const stats = {
  days: 1,
  firstDay: '2026-11-24',
  lastDay: '2026-11-24',
  messages: 1,
  answered: 1,
  failed: 0,
  cancelled: 0,
  costMicroUsd: 0,
  savedMicroUsd: 40,
  models: [{ name: 'qwen3:1.7b', answers: 1 }],
  periods: [{ firstDay: '2026-11-24', costMicroUsd: 0, savedMicroUsd: 40, firstText: undefined }],
  periodDays: 1,
  firstText: undefined,
  errors: undefined,
  wentWell: undefined,
  approved: undefined,
};
const order: StatsOrder = { stats, title: 'Today', goalSeconds: 5 };

test('a picture is drawn in a process of its own', async () => {
  const drawn = await orderPicture(order, systemClock);
  if (!drawn.ok) throw new Error(drawn.reason);
  expect(Buffer.from(drawn.pngBase64, 'base64').toString('latin1', 1, 4)).toBe('PNG');
});

test('one that breaks is told with its reason, and several are drawn beside each other', async () => {
  const broken = { ...order, stats: { ...stats, periods: [{ ...stats.periods[0], firstDay: 'never' }] } };
  const drawn = await Promise.all([
    orderPicture(broken as StatsOrder, systemClock),
    orderPicture(order, systemClock),
  ]);
  expect(drawn).toMatchObject([{ ok: false, reason: expect.stringContaining('RangeError') }, { ok: true }]);
});

test('one that takes too long is not waited for', async () => {
  const clock = createHandClock();
  const drawn = orderPicture(order, clock);
  // Before the child can have begun.
  await clock.advance(120_000);
  expect(await drawn).toMatchObject({ ok: false, reason: 'the drawing ended with SIGKILL' });
});
