import { describe, expect, test } from 'vitest';
import { approvals } from '../../../src/core/db/schema/control.ts';
import { spend } from '../../../src/core/db/schema/money.ts';
import { signals, tasks } from '../../../src/core/db/schema/work.ts';
import { householdStats } from '../../../src/core/telemetry/stats.ts';
import { statsBars, statsDescription, statsText } from '../../../src/core/telemetry/stats-text.ts';
import { testDatabase } from '../../support/database.ts';
import { testConfig } from '../../support/steward.ts';

type SignalKind = (typeof signals.$inferInsert)['kind'];

const noTokens = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

/** Noon of 24 November 2026 UTC, unless said. */
function setup(timezone = 'UTC', at?: string) {
  const { database, clock, ids } = testDatabase();
  const { orm } = database;
  const { models } = testConfig();
  const now = at === undefined ? clock.now() : Date.parse(at);
  let number = 0;

  const approval = (change: Partial<typeof approvals.$inferInsert>): void => {
    const id = ids.next();
    number += 1;
    orm
      .insert(approvals)
      .values({
        id,
        number,
        traceId: '',
        kind: 'change',
        subjectId: id,
        payload: {},
        card: '',
        choices: [
          { name: 'approve', label: 'Approve', style: 'success' },
          { name: 'reject', label: 'Reject', style: 'danger' },
          { name: 'later', label: 'Later' },
        ],
        state: 'decided',
        decidedAt: now,
        revision: 1,
        createdAt: now,
        ...change,
      })
      .run();
  };

  return {
    now,
    approval,
    /** A message answered by the local model, its first words a second after it. */
    task(change: Partial<typeof tasks.$inferInsert> = {}): string {
      const id = ids.next();
      const createdAt = change.createdAt ?? now;
      orm
        .insert(tasks)
        .values({
          id,
          traceId: '',
          threadId: '',
          personId: '',
          inboxId: '',
          state: 'answered',
          text: '',
          interruptions: 0,
          engine: 'ollama',
          model: 'qwen3:1.7b',
          inputTokens: 1_000,
          outputTokens: 100,
          costMicroUsd: 0,
          createdAt,
          startedAt: createdAt,
          firstTextAt: createdAt + 1_000,
          endedAt: createdAt + 2_000,
          ...change,
        })
        .run();
      return id;
    },
    signal(taskId: string, kind: SignalKind): void {
      orm.insert(signals).values({ id: ids.next(), taskId, traceId: '', kind, at: now }).run();
    },
    spent(day: string, microUsd: number, state: 'reserved' | 'settled' = 'settled'): void {
      const who = { traceId: '', taskId: '', personId: '', runId: '', model: 'claude' };
      const row = { id: ids.next(), ...who, ...noTokens, state, microUsd, reservedMicroUsd: 0, day, at: now };
      orm.insert(spend).values(row).run();
    },
    stats: (days = 7) => householdStats({ database, models, timezone, now }, days),
  };
}

describe('without a message', () => {
  test('there is nothing to judge, and every day is there all the same', () => {
    const { stats } = setup();
    expect(stats()).toMatchObject({
      firstDay: '2026-11-18',
      lastDay: '2026-11-24',
      messages: 0,
      models: [],
      firstText: undefined,
      errors: undefined,
      wentWell: undefined,
      approved: undefined,
    });
    expect(stats().periods.map(({ firstDay }) => firstDay)).toEqual([
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-21',
      '2026-11-22',
      '2026-11-23',
      '2026-11-24',
    ]);
  });

  test('each rate says that there are no data', () => {
    const text = statsText(setup().stats());
    expect(text).toContain('· time to first text: no answers yet (goal < 5 s)');
    expect(text).toContain('· errors: no answers yet (goal < 5 %)');
    expect(text).toContain('· went well: no answers yet (goal ≥ 90 %)');
    expect(text).toContain('· proposals approved: no proposals yet (goal ≥ 70 %)');
  });
});

describe('the days', () => {
  test('are those of the household, over a change of its clock', () => {
    // At three in the night of 25 October it is two again: that day has 25 hours.
    const { task, spent, stats } = setup('Europe/Berlin', '2026-10-26T12:00:00Z');
    task({ createdAt: Date.parse('2026-10-24T21:59:59Z') });
    task({ createdAt: Date.parse('2026-10-24T22:00:00Z') });
    task({ createdAt: Date.parse('2026-10-25T22:59:59Z') });
    task({ createdAt: Date.parse('2026-10-25T23:00:00Z') });
    spent('2026-10-25', 700);
    expect(
      stats(3).periods.map(({ firstDay, firstText, costMicroUsd }) => [
        firstDay,
        firstText?.answers,
        costMicroUsd,
      ]),
    ).toEqual([
      ['2026-10-24', 1, 0],
      ['2026-10-25', 2, 700],
      ['2026-10-26', 1, 0],
    ]);
    expect(stats(1)).toMatchObject({ messages: 1, costMicroUsd: 0 });
  });

  test('are put together where they are too many to show, and nothing is lost by it', () => {
    const { now, task, spent, stats } = setup();
    for (const daysAgo of [0, 1, 100, 364]) {
      task({ createdAt: now - daysAgo * 86_400_000 });
      spent(new Date(now - daysAgo * 86_400_000).toISOString().slice(0, 10), 1_000);
    }
    task({ createdAt: now - 365 * 86_400_000 });
    const year = stats(365);
    expect(year.periods.length).toBeLessThanOrEqual(31);
    expect(year.periodDays).toBe(12);
    expect(year.messages).toBe(4);
    const sum = (pick: (period: (typeof year.periods)[number]) => number) =>
      year.periods.reduce((total, period) => total + pick(period), 0);
    expect(sum((period) => period.costMicroUsd)).toBe(4_000);
    expect(sum((period) => period.firstText?.answers ?? 0)).toBe(4);
    expect(sum((period) => period.savedMicroUsd)).toBe(year.savedMicroUsd);
  });
});

describe('money', () => {
  test('is what was settled, and what the local answers would have cost', () => {
    const { task, spent, stats } = setup();
    task();
    task({ engine: 'anthropic', model: 'claude-haiku-5-5' });
    spent('2026-11-24', 300);
    spent('2026-11-24', 9_999, 'reserved');
    // A thousand tokens in at 0.10 and a hundred out at 0.50 dollars a million.
    expect(stats()).toMatchObject({ costMicroUsd: 300, savedMicroUsd: 150 });
    expect(statsText(stats())).toContain('- cost: $0.0003, saved about $0.0001');
  });
});

describe('time to first text', () => {
  test('is the median and what 95 of 100 keep to, against the goal', () => {
    const { now, task, stats } = setup();
    for (let n = 1; n <= 20; n++) task({ firstTextAt: now + n * 400 });
    expect(stats().firstText).toEqual({ answers: 20, medianMs: 4_000, p95Ms: 7_600, withinGoal: 12 });
    expect(statsText(stats())).toContain(
      '✓ time to first text: half within 4.0 s, 60 % in time (goal < 5 s)',
    );
  });

  test('misses its goal at five seconds', () => {
    const { now, task, stats } = setup();
    task({ firstTextAt: now + 5_000 });
    expect(stats().firstText).toEqual({ answers: 1, medianMs: 5_000, p95Ms: 5_000, withinGoal: 0 });
    expect(statsText(stats())).toContain('✗ time to first text: half within 5.0 s, 0 % in time');
  });

  test('does not count the wait for a person, and an answer that is given again shows whole', () => {
    const { now, task, approval, stats } = setup();
    const held = task({ startedAt: now + 3_600_000, firstTextAt: now + 3_602_000 });
    approval({ kind: 'privacy', subjectId: held });
    task({ firstTextAt: null, endedAt: now + 30, cachedFrom: held, model: null, engine: null });
    task({ state: 'failed', firstTextAt: now + 9_000 });
    expect(stats().firstText).toEqual({ answers: 2, medianMs: 30, p95Ms: 2_000, withinGoal: 2 });
    expect(stats().models).toEqual([
      { name: undefined, answers: 1 },
      { name: 'qwen3:1.7b', answers: 1 },
    ]);
  });
});

describe('errors', () => {
  test('are what failed, of what was answered or failed', () => {
    const { task, stats } = setup();
    for (let n = 0; n < 19; n++) task();
    task({ state: 'cancelled' });
    task({ state: 'waiting' });
    expect(statsText(stats())).toContain('✓ errors: 0 % (goal < 5 %)');
    task({ state: 'failed' });
    expect(stats().errors).toEqual({ part: 1, of: 20 });
    expect(statsText(stats())).toContain('✗ errors: 5 % (goal < 5 %)');
  });
});

describe('what went well', () => {
  test.for<[string, readonly SignalKind[], boolean]>([
    ['nobody complained of', [], true],
    ['was called good', ['good'], true],
    ['was called bad', ['bad'], false],
    ['was called bad, then good', ['bad', 'good'], true],
    ['was called good, then bad', ['good', 'bad'], false],
    ['was asked again by command', ['retry'], false],
    ['was asked again in other words', ['reask'], false],
    ['was asked again though it was called good', ['good', 'reask'], true],
    ['was stopped', ['stop'], false],
    ['went on with a better model', ['escalated'], true],
  ])('an answer that %s: %s', ([, kinds, isWell]) => {
    const { task, signal, stats } = setup();
    const id = task();
    for (const kind of kinds) signal(id, kind);
    expect(stats().wentWell).toEqual({ part: isWell ? 1 : 0, of: 1 });
  });

  test('a failure and a stop before the end did not; what was taken back is not judged', () => {
    const { task, signal, stats } = setup();
    for (let n = 0; n < 9; n++) task();
    task({ state: 'cancelled' });
    task({ state: 'running' });
    expect(stats().wentWell).toEqual({ part: 9, of: 9 });
    task({ state: 'failed' });
    expect(statsText(stats())).toContain('✓ went well: 90 % (goal ≥ 90 %)');
    signal(task({ state: 'cancelled' }), 'stop');
    expect(stats().wentWell).toEqual({ part: 9, of: 11 });
    expect(statsText(stats())).toContain('✗ went well: 81.8 % (goal ≥ 90 %)');
  });
});

describe('proposals', () => {
  test('are approved or not; other questions, later, and other days do not count', () => {
    const { now, task, approval, stats } = setup();
    task();
    approval({ kind: 'privacy', choice: 'approve' });
    approval({ choice: 'later' });
    approval({ state: 'open', decidedAt: null });
    approval({ choice: 'approve', decidedAt: now - 8 * 86_400_000 });
    expect(statsText(stats())).toContain('· proposals approved: no proposals yet (goal ≥ 70 %)');
    for (const choice of ['approve', 'approve', 'reject']) approval({ choice });
    expect(stats().approved).toEqual({ part: 2, of: 3 });
    expect(statsText(stats())).toContain('✗ proposals approved: 66.7 % (goal ≥ 70 %)');
    approval({ choice: 'approve' });
    expect(statsText(stats())).toContain('✓ proposals approved: 75 % (goal ≥ 70 %)');
  });
});

describe('in words', () => {
  test('the picture is described in a sentence', () => {
    const { task, spent, stats } = setup();
    task();
    expect(statsDescription(stats(1))).toBe(
      'Today: 1 answer; $0 spent, about $0.0001 saved; half of the answers began within 1.0 s',
    );
    task();
    task({ model: 'claude-haiku-5-5', engine: 'anthropic' });
    spent('2026-11-24', 1_234_567);
    expect(statsDescription(stats())).toMatch(
      /^Last 7 days: 3 answers, most by qwen3:1\.7b; \$1\.23 spent, about \$0\.0003 saved;/,
    );
  });

  test('the bars fit a terminal of 80 columns, a day a line, and no model closes their fence', () => {
    const { now, task, spent, stats } = setup();
    task({ model: `\`\`\`\`${'long/'.repeat(30)}model` });
    task({ firstTextAt: now + 987_654 });
    spent('2026-11-20', 123_456_789);
    const lines = statsBars(stats(31)).split('\n');
    // The console sets code in by four columns.
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(76);
    expect(lines.filter((line) => line.includes('````'))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('20 Nov'))).toHaveLength(2);
    expect(lines).toContainEqual(expect.stringMatching(/^20 Nov +█{24} +\$123\.46 +\$0$/));
    expect(lines).toContainEqual(expect.stringMatching(/^24 Nov +█░{23} +1\.0 s +987\.7 s$/));
  });
});
