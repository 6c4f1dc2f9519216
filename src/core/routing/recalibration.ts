import type { Clock } from '../contracts/clock.ts';
import type { DueHandler, Scheduler } from '../contracts/scheduler.ts';
import type { Database } from '../db/database.ts';
import { and, asc, eq, gte, inArray, isNotNull } from '../db/drizzle.ts';
import { calibrationShifts } from '../db/schema/routing.ts';
import { decisions } from '../db/schema/work.ts';
import type { IdSource } from '../ids.ts';
import type { Logger } from '../telemetry/log.ts';

/**
 * Lets outcomes move what a score means, and nothing else: where local answers were judged worse than the score
 * promised, the same score counts for more from then on. At most 0.05 a week (section 7 of the design).
 */
export interface Recalibration {
  readonly dueHandlers: readonly DueHandler[];
  /** Arms the weekly look. */
  start(): void;
  /** The score as outcomes have corrected it, 0 to 1. */
  corrected(score: number): number;
}

const kind = 'routing-recalibration';
const subject = 'household';
const weekMs = 7 * 86_400_000;
const lookedWeeks = 4;
export const maxWeeklyShift = 0.05;
/** Outcomes never move a score further than this from what the training gave. */
const maxTotalShift = 0.25;
const fewestOutcomes = 10;
const tenths = 10;

export function createRecalibration(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  log: Logger;
  scheduler: Scheduler;
}): Recalibration {
  const { database, ids, clock, log, scheduler } = options;
  const { orm } = database;
  const shifts = Array.from({ length: tenths }, () => 0);
  for (const { tenth, shift } of orm
    .select()
    .from(calibrationShifts)
    .orderBy(asc(calibrationShifts.id))
    .all())
    shifts[tenth] = shift;

  const arm = (): void => scheduler.at({ kind, subjectId: subject, dueAt: clock.now() + weekMs });

  const recalibrate = (): void => {
    for (const [tenth, { promised, bad, count }] of judgedByTenth().entries()) {
      if (count < fewestOutcomes) continue;
      const before = shifts[tenth] ?? 0;
      const wanted = (bad - promised) / count;
      const step = Math.min(maxWeeklyShift, Math.max(-maxWeeklyShift, wanted - before));
      const shift = Math.min(maxTotalShift, Math.max(-maxTotalShift, before + step));
      if (Math.abs(shift - before) < 0.001) continue;
      shifts[tenth] = shift;
      orm
        .insert(calibrationShifts)
        .values({ id: ids.next(), tenth, shift, outcomes: count, at: clock.now() })
        .run();
      log.info({ tenth, before, shift, outcomes: count }, 'scores recalibrated');
    }
  };

  /** Of the local answers of the last weeks that were judged: how many the untouched scores promised to be bad, and how many were. */
  const judgedByTenth = (): readonly { promised: number; bad: number; count: number }[] => {
    const rows = orm
      .select({ classification: decisions.classification, outcome: decisions.outcome })
      .from(decisions)
      .where(
        and(
          eq(decisions.route, 'local'),
          isNotNull(decisions.outcome),
          inArray(decisions.outcome, ['good', 'bad', 'reask', 'escalated']),
          gte(decisions.outcomeAt, clock.now() - lookedWeeks * weekMs),
        ),
      )
      .all();
    const sums = Array.from({ length: tenths }, () => ({ promised: 0, bad: 0, count: 0 }));
    for (const { classification, outcome } of rows) {
      const sum = classification && sums[tenthOf(classification.rawScore)];
      if (!sum) continue;
      sum.promised += classification.rawScore;
      sum.bad += outcome === 'good' ? 0 : 1;
      sum.count++;
    }
    return sums;
  };

  return {
    dueHandlers: [
      {
        kind,
        run() {
          recalibrate();
          arm();
        },
      },
    ],
    start() {
      if (!scheduler.find(kind, subject)) database.write(arm);
    },
    corrected: (score) => Math.min(1, Math.max(0, score + (shifts[tenthOf(score)] ?? 0))),
  };
}

const tenthOf = (score: number): number => Math.min(tenths - 1, Math.floor(score * tenths));
