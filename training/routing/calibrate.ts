import type { Line } from '../../src/core/routing/classifier/weights.ts';

export interface Prediction {
  /** What was said, 0 to 1. */
  readonly raw: number;
  /** What came true, 0 to 1. */
  readonly truth: number;
}

const fewestInStep = 40;

/** The best rising steps through predictions (pool adjacent violators), made a line through their middles. */
export function risingLine(predictions: readonly Prediction[]): Line {
  const sorted = predictions.toSorted((a, b) => a.raw - b.raw);
  const steps: { raw: number; truth: number; count: number }[] = [];
  for (let at = 0; at < sorted.length; at += fewestInStep) {
    const part = sorted.slice(at, at + fewestInStep);
    steps.push({
      raw: mean(part.map(({ raw }) => raw)),
      truth: mean(part.map(({ truth }) => truth)),
      count: part.length,
    });
    for (;;) {
      const last = steps.at(-1);
      const before = steps.at(-2);
      if (!last || !before || before.truth <= last.truth) break;
      const count = before.count + last.count;
      const weigh = (a: number, b: number): number => (a * before.count + b * last.count) / count;
      steps.splice(-2, 2, {
        raw: weigh(before.raw, last.raw),
        truth: weigh(before.truth, last.truth),
        count,
      });
    }
  }
  const points = steps.map(({ raw, truth }): [number, number] => [rounded(raw), rounded(truth)]);
  // A line needs two ends; where it has them, it goes on to 0 and 1 as it came.
  return points.length > 1
    ? points
    : [
        [0, points[0]?.[1] ?? 0],
        [1, points[0]?.[1] ?? 1],
      ];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
const rounded = (value: number): number => Number(value.toFixed(4));
