import { describe, expect, test } from 'vitest';
import { daysAfter } from '../../../src/core/calendar.ts';
import { drawStats } from '../../../src/core/charts/stats-picture.ts';
import type { HouseholdStats, StatsPeriod } from '../../../src/core/telemetry/stats.ts';

const lastDay = '2026-11-24';
const firstText = { answers: 10, medianMs: 1_200, p95Ms: 7_000, withinGoal: 9 };

function stats(days: number, period: (n: number) => Partial<StatsPeriod>, models: HouseholdStats['models']) {
  const firstDay = daysAfter(lastDay, 1 - days);
  const periodDays = Math.ceil(days / 31);
  return {
    days,
    firstDay,
    lastDay,
    messages: 1,
    answered: 1,
    failed: 0,
    cancelled: 0,
    costMicroUsd: 0,
    savedMicroUsd: 0,
    models,
    periodDays,
    periods: Array.from({ length: Math.ceil(days / periodDays) }, (_, n) => ({
      firstDay: daysAfter(firstDay, n * periodDays),
      costMicroUsd: 0,
      savedMicroUsd: 0,
      firstText: undefined,
      ...period(n),
    })),
    firstText: models.length > 0 ? firstText : undefined,
    errors: undefined,
    wentWell: undefined,
    approved: undefined,
  } satisfies HouseholdStats;
}

const models = [
  { name: 'qwen3:1.7b', answers: 142 },
  { name: 'claude-haiku-5-5', answers: 31 },
  { name: undefined, answers: 9 },
];
const busy = (n: number): Partial<StatsPeriod> => ({
  costMicroUsd: ((n * 7_919) % 13) * 3_000,
  savedMicroUsd: ((n * 104_729) % 17) * 1_500,
  firstText: n % 9 === 5 ? undefined : { ...firstText, p95Ms: 7_000 + ((n * 53) % 13) * 900 },
});

/** What a PNG says of itself. */
const sizeOf = (png: Buffer) => ({
  magic: png.toString('latin1', 1, 4),
  width: png.readUInt32BE(16),
  height: png.readUInt32BE(20),
});

describe('the picture of /stats', () => {
  test.for([
    ['a week', stats(7, busy, models)],
    ['a day on which nothing was spent', stats(1, () => ({ firstText }), models)],
    ['days without an answer', stats(7, () => ({}), [])],
    [
      'a month and many models',
      stats(
        31,
        busy,
        Array.from({ length: 12 }, (_, n) => ({
          name: `hf.co/people/a-model-of-many:${n}`,
          answers: 99 - n,
        })),
      ),
    ],
    ['a year', stats(365, busy, models)],
  ] as const)('of %s is upright, small and as wide as a phone needs', ([, given]) => {
    const png = drawStats(given, { title: `Last ${given.days} days`, goalSeconds: 5 });
    const { magic, width, height } = sizeOf(png);
    expect(magic).toBe('PNG');
    expect(width).toBe(800);
    expect(height).toBeGreaterThan(width);
    expect(height).toBeLessThan(2 * width);
    expect(png.length).toBeLessThan(150_000);
  });

  test('is drawn with its own font: the words are ink, not empty boxes or nothing', () => {
    const week = stats(7, () => ({}), []);
    const [short, long] = ['.', 'Last 7 days of the whole household'].map((title) =>
      drawStats(week, { title, goalSeconds: 5 }),
    );
    // Same picture but for the title: its letters are what makes the file larger.
    expect((long?.length ?? 0) - (short?.length ?? 0)).toBeGreaterThan(1_500);
  });
});
