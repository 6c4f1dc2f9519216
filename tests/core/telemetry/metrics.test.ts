import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMetrics } from '../../../src/core/telemetry/metrics.ts';
import { projectRoot } from '../../support/project-root.ts';

const usage = { inputTokens: 10, outputTokens: 20, cacheReadTokens: 3, cacheWriteTokens: 0 };

test('counts in the text format of Prometheus', async () => {
  const metrics = createMetrics();
  metrics.turn('answered');
  metrics.turn('answered');
  metrics.stage('first-token', 300);
  metrics.tokens('ollama', 'qwen3:1.7b', usage);
  metrics.cost('claude-haiku-5-5', 1234);
  metrics.error('storage', 'disk-full');
  metrics.retry('anthropic', 'overloaded');
  metrics.queueDepth('ollama', 3);
  metrics.breaker('anthropic', 'open');
  const lines = (await metrics.text()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'steward_turns_total{outcome="answered"} 2',
      'steward_stage_duration_seconds_bucket{le="0.25",stage="first-token"} 0',
      'steward_stage_duration_seconds_bucket{le="0.5",stage="first-token"} 1',
      'steward_stage_duration_seconds_sum{stage="first-token"} 0.3',
      'steward_model_tokens_total{engine="ollama",model="qwen3:1.7b",direction="input"} 10',
      'steward_model_tokens_total{engine="ollama",model="qwen3:1.7b",direction="output"} 20',
      'steward_model_tokens_total{engine="ollama",model="qwen3:1.7b",direction="cache-read"} 3',
      'steward_model_cost_micro_usd_total{model="claude-haiku-5-5"} 1234',
      'steward_errors_total{part="storage",code="disk-full"} 1',
      'steward_model_retries_total{engine="anthropic",code="overloaded"} 1',
      'steward_model_queue_depth{engine="ollama"} 3',
      'steward_breaker_state{engine="anthropic"} 2',
    ]),
  );
  expect(metrics.contentType).toContain('text/plain');
  for (const line of lines) if (line && !line.startsWith('#')) expect(line).toMatch(/^steward_/);
});

test('two apps in one process do not share a count', async () => {
  const [one, two] = [createMetrics(), createMetrics()];
  one.turn('failed');
  expect(await one.text()).toContain('steward_turns_total{outcome="failed"} 1');
  expect(await two.text()).not.toContain('outcome="failed"');
});

test('numbers that are none do not throw', async () => {
  const metrics = createMetrics();
  metrics.stage('route', Number.NaN);
  metrics.stage('route', -5);
  metrics.cost('m', Number.POSITIVE_INFINITY);
  metrics.tokens('e', 'm', { ...usage, inputTokens: -1 });
  metrics.queueDepth('e', -1);
  expect(await metrics.text()).toContain('steward_stage_duration_seconds_sum{stage="route"} 0');
});

test('labels stay within bounds whatever they are given', async () => {
  const metrics = createMetrics();
  for (let n = 0; n < 500; n++) metrics.error('model', `code-${n}`);
  metrics.error('model', 'code-1');
  metrics.error('x'.repeat(500), 'code-1');
  const series = (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('steward_errors_total{'));
  expect(series).toHaveLength(52);
  expect(series).toContain('steward_errors_total{part="model",code="other"} 450');
  expect(series).toContain('steward_errors_total{part="model",code="code-1"} 2');
  expect(series).toContain('steward_errors_total{part="other",code="code-1"} 1');
});

test('keeps no process alive and loads no server', () => {
  const script = `
    const { createMetrics } = await import(${JSON.stringify(join(projectRoot, 'src/core/telemetry/metrics.ts'))});
    createMetrics().turn('answered');
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire('/').cache).filter((file) => file.includes('prom-client'));
    process.stdout.write(String(loaded.some((file) => /pushgateway|cluster|defaultMetrics/.test(file))));
  `;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  expect({ status: run.status, output: run.stdout.toString() }).toEqual({ status: 0, output: 'false' });
});
