import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { KeptClassification } from '../../../src/core/contracts/routing.ts';
import { calibrationShifts } from '../../../src/core/db/schema/routing.ts';
import { decisions } from '../../../src/core/db/schema/work.ts';
import {
  createRecalibration,
  maxWeeklyShift,
  type Recalibration,
} from '../../../src/core/routing/recalibration.ts';
import { createScheduler } from '../../../src/core/scheduler.ts';
import { testDatabase } from '../../support/database.ts';

const classification: KeptClassification = {
  agent: 'chat',
  agentConfidence: 0.9,
  difficulty: 'simple',
  difficultyConfidence: 0.9,
  score: 0,
  rawScore: 0,
  sensitivity: 0,
  followUp: 0,
  cues: [],
  language: 'en',
  layers: ['features'],
};
const weekMs = 7 * 86_400_000;
const quiet = pino({ level: 'silent' });

function setup() {
  const base = testDatabase();
  const { database, clock, ids } = base;
  let recalibration: Recalibration;
  const scheduler = createScheduler({ database, log: quiet, handlers: () => recalibration.dueHandlers });
  const start = (): Recalibration => {
    recalibration = createRecalibration({ ...base, log: quiet, scheduler });
    recalibration.start();
    return recalibration;
  };
  recalibration = start();
  return {
    database,
    start,
    corrected: (score: number) => recalibration.corrected(score),
    judge(count: number, score: number, outcome: 'good' | 'bad' | 'reask') {
      for (let n = 0; n < count; n++)
        database.orm
          .insert(decisions)
          .values({
            id: ids.next(),
            taskId: 't',
            traceId: 't',
            route: 'local',
            model: 'qwen3:1.7b',
            reason: 'r',
            classification: { ...classification, score: recalibration.corrected(score), rawScore: score },
            outcome,
            outcomeAt: clock.now(),
            at: clock.now(),
          })
          .run();
    },
    async aWeek() {
      await clock.advance(weekMs);
      scheduler.runDue(clock.now());
    },
  };
}

describe('outcomes', () => {
  test('move the score of what went badly, by at most 0.05 a week, and of nothing else', async () => {
    const { judge, aWeek, corrected, database } = setup();
    judge(30, 0.22, 'bad');
    judge(30, 0.55, 'good');
    expect(corrected(0.22)).toBe(0.22);
    await aWeek();
    expect(corrected(0.22)).toBeCloseTo(0.22 + maxWeeklyShift);
    expect(corrected(0.55)).toBeCloseTo(0.55 - maxWeeklyShift);
    expect(corrected(0.8)).toBe(0.8);
    expect(database.orm.select().from(calibrationShifts).all()).toMatchObject([
      { tenth: 2, shift: 0.05, outcomes: 30 },
      { tenth: 5, shift: -0.05, outcomes: 30 },
    ]);
  });

  test('are remembered over a restart, and end where judgements and scores agree', async () => {
    const { judge, aWeek, start } = setup();
    for (let week = 0; week < 10; week++) {
      judge(9, 0.15, 'bad');
      judge(21, 0.15, 'good');
      await aWeek();
    }
    const { corrected } = start();
    expect(corrected(0.15)).toBeGreaterThan(0.27);
    expect(corrected(0.15)).toBeLessThan(0.33);
  });

  test('of a handful of answers move nothing', async () => {
    const { judge, aWeek, corrected } = setup();
    judge(9, 0.22, 'reask');
    await aWeek();
    expect(corrected(0.22)).toBe(0.22);
  });
});
