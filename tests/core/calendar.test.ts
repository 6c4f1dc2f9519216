import { describe, expect, test } from 'vitest';
import { daysAfter, firstInstantOf, firstInstantOfDay, nextDaily } from '../../src/core/calendar.ts';
import { parseQuietHours, quietUntil } from '../../src/core/notifications/quiet-hours.ts';

const berlin = 'Europe/Berlin';
const at = (iso: string) => Date.parse(iso);

describe('quiet hours', () => {
  test.for([
    ['22-7', { from: 1_320, to: 420 }],
    ['22:30-06:45', { from: 1_350, to: 405 }],
    [' 13 to 14 ', { from: 780, to: 840 }],
  ] as const)('%s is understood', ([typed, hours]) => {
    expect(parseQuietHours(typed)).toEqual(hours);
  });

  test.for(['', '22', '24-7', '7-7', '22:60-7', 'night', '22-7-8', '-1-7'])('%s is not', (typed) => {
    expect(parseQuietHours(typed)).toBeUndefined();
  });

  test.for([
    ['before midnight', '2026-11-24T22:30:00Z', '2026-11-25T06:00:00.000Z'],
    ['after midnight', '2026-11-25T03:00:00Z', '2026-11-25T06:00:00.000Z'],
    ['in the minute they begin', '2026-11-24T21:00:00Z', '2026-11-25T06:00:00.000Z'],
    ['in the minute they end', '2026-11-25T06:00:00Z', undefined],
    ['by day', '2026-11-25T12:00:00Z', undefined],
    // The clock goes back at 3:00 on 25 October: the night is an hour longer.
    ['in the night of the clock change', '2026-10-24T22:00:00Z', '2026-10-25T06:00:00.000Z'],
  ] as const)('over midnight, %s', ([, now, end]) => {
    const until = quietUntil({ from: 1_320, to: 420 }, at(now), berlin);
    expect(until === undefined ? undefined : new Date(until).toISOString()).toBe(end);
  });

  test('within a day', () => {
    expect(quietUntil({ from: 780, to: 840 }, at('2026-11-24T12:30:00Z'), berlin)).toBe(
      at('2026-11-24T13:00:00Z'),
    );
    expect(quietUntil({ from: 780, to: 840 }, at('2026-11-24T13:30:00Z'), berlin)).toBeUndefined();
    expect(quietUntil(null, at('2026-11-24T13:30:00Z'), berlin)).toBeUndefined();
  });
});

test('a time that the clock change leaves out comes right after it', () => {
  const next = nextDaily(at('2026-03-28T12:00:00Z'), 150, berlin);
  expect(new Date(next).toISOString()).toMatch(/^2026-03-29T01:/);
});

test.for([
  ['2026-11', 'UTC', '2026-11-01T00:00:00.000Z'],
  ['2026-11', 'Europe/Berlin', '2026-10-31T23:00:00.000Z'],
  ['2026-07', 'Pacific/Kiritimati', '2026-06-30T10:00:00.000Z'],
  ['2026-07', 'Pacific/Pago_Pago', '2026-07-01T11:00:00.000Z'],
] as const)('the month %s begins in %s at %s', ([month, zone, instant]) => {
  expect(new Date(firstInstantOf(month, zone)).toISOString()).toBe(instant);
});

test.for([
  ['2026-11-24', 'UTC', '2026-11-24T00:00:00.000Z'],
  ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
  ['2026-11-24', 'Pacific/Kiritimati', '2026-11-23T10:00:00.000Z'],
  ['2026-11-24', 'Pacific/Pago_Pago', '2026-11-24T11:00:00.000Z'],
  // The clock goes from midnight to one: that day has no midnight.
  ['2026-09-06', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
] as const)('the day %s begins in %s at %s', ([day, zone, instant]) => {
  expect(new Date(firstInstantOfDay(day, zone)).toISOString()).toBe(instant);
});

test('days are counted over months and leap days', () => {
  expect(daysAfter('2026-11-24', 7)).toBe('2026-12-01');
  expect(daysAfter('2028-03-01', -1)).toBe('2028-02-29');
  expect(daysAfter('2026-11-24', -364)).toBe('2025-11-25');
});
