import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createTicker } from '../../src/jobs/scheduler.ts';

test('Bree ticks at the start and again, and is still after a stop', async () => {
  const twice = Promise.withResolvers<void>();
  let ticks = 0;
  const ticker = createTicker({
    log: pino({ level: 'silent' }),
    interval: '1s',
    onTick() {
      ticks += 1;
      if (ticks === 2) twice.resolve();
    },
  });
  await ticker.start();
  await twice.promise;
  await ticker.stop();
  expect(ticks).toBeGreaterThanOrEqual(2);
});
