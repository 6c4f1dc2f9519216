import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { DueHandler } from '../../src/core/contracts/scheduler.ts';
import { createScheduler } from '../../src/core/scheduler.ts';
import { testDatabase } from '../support/database.ts';

const quiet = pino({ level: 'silent' });

function setup() {
  const { database } = testDatabase();
  const ran: string[] = [];
  const broken = new Set<string>();
  const handler: DueHandler = {
    kind: 'reminder',
    run({ subjectId }) {
      if (broken.has(subjectId)) throw new Error('not now');
      ran.push(subjectId);
    },
  };
  const scheduler = createScheduler({ database, log: quiet, handlers: () => [handler] });
  return { scheduler, ran, broken };
}

describe('what is due', () => {
  test('runs when its time has come, oldest first, and once', () => {
    const { scheduler, ran } = setup();
    scheduler.at({ kind: 'reminder', subjectId: 'late', dueAt: 200 });
    scheduler.at({ kind: 'reminder', subjectId: 'early', dueAt: 100 });
    scheduler.runDue(99);
    expect(ran).toEqual([]);
    scheduler.runDue(1_000);
    scheduler.runDue(2_000);
    expect(ran).toEqual(['early', 'late']);
  });

  test('is moved by a second call, and taken away', () => {
    const { scheduler, ran } = setup();
    scheduler.at({ kind: 'reminder', subjectId: 'a', dueAt: 100 });
    scheduler.at({ kind: 'reminder', subjectId: 'a', dueAt: 500 });
    scheduler.at({ kind: 'reminder', subjectId: 'b', dueAt: 100 });
    scheduler.cancel('reminder', 'b');
    scheduler.runDue(200);
    expect(ran).toEqual([]);
    scheduler.runDue(500);
    expect(ran).toEqual(['a']);
  });

  test('that fails is tried again later and holds up nothing', () => {
    const { scheduler, ran, broken } = setup();
    broken.add('a');
    scheduler.at({ kind: 'reminder', subjectId: 'a', dueAt: 100 });
    scheduler.at({ kind: 'reminder', subjectId: 'b', dueAt: 101 });
    scheduler.runDue(200);
    expect(ran).toEqual(['b']);
    broken.clear();
    scheduler.runDue(201);
    expect(ran).toEqual(['b']);
    scheduler.runDue(200 + 60_000);
    expect(ran).toEqual(['b', 'a']);
  });

  test('of a kind that nobody knows yet waits', () => {
    const { scheduler, ran } = setup();
    scheduler.at({ kind: 'of-tomorrow', subjectId: 'x', dueAt: 1 });
    scheduler.runDue(1_000);
    expect(ran).toEqual([]);
  });
});
