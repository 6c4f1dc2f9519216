import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import { chooseRoute, type RouteRequest } from '../../../src/core/routing/router.ts';
import { projectRoot } from '../../support/project-root.ts';

const loaded = loadConfig({ env: {}, cwd: projectRoot, projectRoot });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { models } = loaded.config;

const route = (change: Partial<RouteRequest>) => {
  const chosen = chooseRoute(
    {
      choice: 'auto',
      local: { state: 'ready', engine: 'ollama', model: 'qwen3:1.7b' },
      cloud: { state: 'ready' },
      needs: [],
      ...change,
    },
    models,
  );
  return { order: chosen.candidates.map((candidate) => candidate.route), ...chosen };
};
const noLocal = { state: 'unreachable', detail: 'no answer' } as const;
const noKey = { state: 'no-key' } as const;

describe('the first router', () => {
  test('asks the local model first and Claude only behind it', () => {
    expect(route({}).order).toEqual(['local', 'cloud']);
  });

  test('asks Claude where there is no local model, if that is allowed', () => {
    expect(route({ local: noLocal }).order).toEqual(['cloud']);
    expect(route({ local: noLocal, cloud: noKey }).order).toEqual([]);
    expect(
      route({ local: noLocal, cloud: { state: 'switched-off', detail: 'budget.dayUsd is 0' } }).order,
    ).toEqual([]);
  });

  test('names everything that is missing when nothing can be asked', () => {
    expect(route({ local: noLocal, cloud: noKey }).missing).toEqual([
      expect.stringContaining('ollama serve'),
      expect.stringContaining('ANTHROPIC_API_KEY'),
    ]);
  });

  test('asks Claude first when the chat says so, and never when it says local', () => {
    expect(route({ choice: 'cloud' }).order).toEqual(['cloud', 'local']);
    expect(route({ choice: 'cloud', cloud: noKey }).order).toEqual(['local']);
    expect(route({ choice: 'local' }).order).toEqual(['local']);
    expect(route({ choice: 'local', local: noLocal }).order).toEqual([]);
  });

  test('asks Claude first for what the local model cannot read', () => {
    expect(route({ needs: ['images'] }).order).toEqual(['cloud', 'local']);
    expect(route({ needs: ['images'], cloud: noKey }).order).toEqual(['local']);
  });

  test('gives a reason with every candidate', () => {
    for (const { candidates } of [route({}), route({ choice: 'cloud' }), route({ needs: ['pdf'] })])
      for (const candidate of candidates) expect(candidate.reason).toMatch(/^[A-Z].*\.$/);
  });
});
