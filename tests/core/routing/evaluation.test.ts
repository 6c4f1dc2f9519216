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

/** What was reached on messages that nothing was tuned on: a change that does worse has to say why. */
describe('without any model, on the untouched part', () => {
  test('the right agent', () => {
    expect(figures.agentAccuracy).toBeGreaterThanOrEqual(0.86);
  });
});
