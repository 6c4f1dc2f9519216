import { createRequire } from 'node:module';
import type { Usage } from '../contracts/models.ts';
import { createBoundedLabels } from './bounded-labels.ts';

// The package's entry also loads its push gateway, cluster and process collectors: 56 ms and 22 MB against 5 ms and
// 6 MB for the four files that are used here. None of them starts a timer.
const require = createRequire(import.meta.url);

type Stage = 'queued' | 'route' | 'first-token' | 'answer' | 'deliver';

/** What is counted, for /metrics. No call throws, and labels stay within bounds whatever they are given. */
export interface Metrics {
  turn(outcome: string): void;
  stage(stage: Stage, ms: number): void;
  tokens(engine: string, model: string, usage: Usage): void;
  cost(model: string, microUsd: number): void;
  error(part: string, code: string): void;
  retry(engine: string, code: string): void;
  queueDepth(engine: string, waiting: number): void;
  breaker(engine: string, state: 'closed' | 'half-open' | 'open'): void;
  /** All of it in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

// From a cached answer to a cold model on a small machine.
const stageBucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const breakerValues = { closed: 0, 'half-open': 1, open: 2 } as const;

export function createMetrics(): Metrics {
  const { Registry, Counter, Gauge, Histogram } = loadClient();
  const registry = new Registry();
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name: `steward_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name: `steward_${name}`, help, labelNames, registers });

  const turns = counter('turns_total', 'Turns that ended', ['outcome']);
  const stages = new Histogram({
    name: 'steward_stage_duration_seconds',
    help: 'Time that a stage of a turn took',
    labelNames: ['stage'],
    buckets: stageBucketsSeconds,
    registers,
  });
  const tokens = counter('model_tokens_total', 'Tokens that models read and wrote', [
    'engine',
    'model',
    'direction',
  ]);
  const cost = counter('model_cost_micro_usd_total', 'Cost of models in millionths of a US dollar', [
    'model',
  ]);
  const errors = counter('errors_total', 'Faults', ['part', 'code']);
  const retries = counter('model_retries_total', 'Attempts at a model after the first', ['engine', 'code']);
  const queue = gauge('model_queue_depth', 'Calls that wait for a model', ['engine']);
  const breakers = gauge('breaker_state', 'Circuit breaker: 0 closed, 1 half open, 2 open', ['engine']);
  const bounded = createBoundedLabels();

  return {
    turn: (outcome) => turns.inc(bounded({ outcome })),
    stage: (stage, ms) => stages.observe({ stage }, amount(ms) / 1000),
    tokens(engine, model, usage) {
      const directions = {
        input: usage.inputTokens,
        output: usage.outputTokens,
        'cache-read': usage.cacheReadTokens,
        'cache-write': usage.cacheWriteTokens,
      };
      for (const [direction, count] of Object.entries(directions))
        tokens.inc(bounded({ engine, model, direction }), amount(count));
    },
    cost: (model, microUsd) => cost.inc(bounded({ model }), amount(microUsd)),
    error: (part, code) => errors.inc(bounded({ part, code })),
    retry: (engine, code) => retries.inc(bounded({ engine, code })),
    queueDepth: (engine, waiting) => queue.set(bounded({ engine }), amount(waiting)),
    breaker: (engine, state) => breakers.set(bounded({ engine }), breakerValues[state]),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** The client throws at what is no number, and counters at what goes down. */
const amount = (value: number): number => (Number.isFinite(value) && value > 0 ? value : 0);

type Client = typeof import('prom-client');

function loadClient(): Pick<Client, 'Registry' | 'Counter' | 'Gauge' | 'Histogram'> {
  const Registry: Client['Registry'] = require('prom-client/lib/registry');
  const Counter: Client['Counter'] = require('prom-client/lib/counter');
  const Gauge: Client['Gauge'] = require('prom-client/lib/gauge');
  const Histogram: Client['Histogram'] = require('prom-client/lib/histogram');
  return { Registry, Counter, Gauge, Histogram };
}
