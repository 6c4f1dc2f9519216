import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { AppConfig } from './core/config/app-config.ts';
import type { Classification, Classifier } from './core/contracts/routing.ts';
import { createClassifier } from './core/routing/classifier/classifier.ts';
import { createFeatureLayer } from './core/routing/classifier/feature-layer.ts';
import { createHouseholdClassifier } from './core/routing/routing.ts';
import { routeReason, routeWithoutAsking } from './core/routing/router.ts';
import type { Thresholds } from './core/routing/thresholds.ts';

const messageSchema = z.object({
  id: z.union([z.string(), z.number()]),
  text: z.string(),
  /** Earlier messages by turns, oldest first. */
  context: z.union([z.array(z.string()), z.string()]).nullish(),
});

export interface RouteOptions {
  readonly config: AppConfig;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  /** Ask the embedder and the local model too. */
  readonly models: boolean;
}

/**
 * Reads messages as JSON Lines and writes where each would go, one line for each, in order. Nothing is sent to any model
 * without `models`. Resolves to the exit code: 2 when a line was not understood.
 */
export async function routeMessages(options: RouteOptions): Promise<number> {
  const { config, input, output, errors } = options;
  const { routing: thresholds } = config.steward;
  const layers = options.models ? await withModels(config) : alone();
  const never = new AbortController().signal;
  let wrong = 0;
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      number++;
      if (line.trim() === '') continue;
      const message = parsed(line);
      if (typeof message === 'string') {
        wrong++;
        errors.write(`line ${number}: ${message}\n`);
        if (!output.write(`${JSON.stringify({ id: null, line: number, error: message })}\n`))
          await once(output, 'drain');
        continue;
      }
      const begun = performance.now();
      const said = await layers.classifier.classify(message, never);
      const answer = { id: message.id, ...shown(said, thresholds), ms: rounded(performance.now() - begun) };
      if (!output.write(`${JSON.stringify(answer)}\n`)) await once(output, 'drain');
    }
  } finally {
    await layers.close();
  }
  return wrong > 0 ? 2 : 0;
}

function parsed(line: string): { id: string | number; text: string; context: readonly string[] } | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON; one object a line is expected: {"id": "1", "text": "…"}';
  }
  const message = messageSchema.safeParse(value);
  if (!message.success) {
    const [issue] = message.error.issues;
    return `${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not understood'}`;
  }
  const { id, text, context } = message.data;
  return { id, text, context: typeof context === 'string' ? [context] : (context ?? []) };
}

function shown(said: Classification, thresholds: Thresholds) {
  return {
    agent: said.agent,
    difficulty: said.difficulty,
    sensitive: said.sensitivity >= thresholds.sensitiveAbove,
    confidence: rounded(said.agentConfidence),
    score: rounded(said.score),
    route: routeWithoutAsking(said, thresholds),
    reason: routeReason(said, thresholds),
  };
}

const rounded = (value: number): number => Number(value.toFixed(4));

interface Layers {
  readonly classifier: Classifier;
  close(): Promise<void>;
}

function alone(): Layers {
  return { classifier: createClassifier({ features: createFeatureLayer() }), close: () => Promise.resolve() };
}

/** The layers of the household, as a started copy would have them. */
async function withModels(config: AppConfig): Promise<Layers> {
  const { createModels } = await import('./core/models/models.ts');
  const { createMetrics } = await import('./core/telemetry/metrics.ts');
  const { systemClock } = await import('./core/system-clock.ts');
  const { pino } = await import('pino');
  const log = pino({ level: 'silent' });
  const life = new AbortController();
  const { caller, engines, availability, close } = createModels({
    config,
    clock: systemClock,
    log,
    metrics: createMetrics(),
    budget: () => ({ dayUsd: 0, monthUsd: 0 }),
    onHealthChange: () => undefined,
  });
  const classifier = createHouseholdClassifier({
    config,
    clock: systemClock,
    log,
    caller,
    engines,
    availability,
    readableTokens: () => undefined,
    signal: life.signal,
  });
  await classifier.prepared();
  return {
    classifier,
    async close() {
      life.abort();
      await close();
    },
  };
}
