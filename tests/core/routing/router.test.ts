import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/core/config/load.ts';
import type { Classification } from '../../../src/core/contracts/routing.ts';
import { chooseRoute, type RouteRequest } from '../../../src/core/routing/router.ts';
import { thresholdsSchema } from '../../../src/core/routing/thresholds.ts';
import { projectRoot } from '../../support/project-root.ts';

const loaded = loadConfig({ env: {}, cwd: projectRoot, projectRoot });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const { models } = loaded.config;

const simple: Classification = {
  agent: 'chat',
  agentConfidence: 0.9,
  difficulty: 'simple',
  difficultyConfidence: 0.9,
  score: 0.1,
  sensitivity: 0,
  followUp: 0,
  cues: new Set(),
  language: 'en',
  layers: ['features'],
};
const complex = { ...simple, difficulty: 'complex', score: 0.8 } as const;
const surelyComplex = { ...complex, score: 0.97 };
const secret = { ...simple, sensitivity: 0.9 };
const hardSecret = { ...complex, sensitivity: 0.9 };
const unsure = { ...simple, difficultyConfidence: 0.3 };

const route = (change: Partial<RouteRequest>) => {
  const chosen = chooseRoute(
    {
      choice: 'auto',
      local: { state: 'ready', engine: 'ollama', model: 'qwen3:1.7b' },
      cloud: { state: 'ready' },
      needs: [],
      classification: simple,
      thresholds: thresholdsSchema.parse({}),
      consent: undefined,
      ...change,
    },
    models,
  );
  return { order: chosen.candidates.map((candidate) => candidate.route), ...chosen };
};
const noLocal = { state: 'unreachable', detail: 'no answer' } as const;
const noKey = { state: 'no-key' } as const;
const usedUp = { state: 'used-up', detail: 'today' } as const;

describe('the router', () => {
  test('asks the local model for what is simple, and Claude behind it', () => {
    expect(route({}).order).toEqual(['local', 'cloud']);
  });

  test('asks Claude for what is hard and for what it is not sure about, and the local model behind it', () => {
    expect(route({ classification: complex }).order).toEqual(['cloud', 'local']);
    expect(route({ classification: unsure }).order).toEqual(['cloud', 'local']);
  });

  test('asks the strong model only for what is surely hard, with the cheap one behind it', () => {
    expect(route({ classification: complex }).candidates[0]?.model).toBe(models.roles.fast);
    expect(route({ classification: surelyComplex }).candidates.map(({ model }) => model)).toEqual([
      models.roles.strong,
      models.roles.fast,
      'qwen3:1.7b',
    ]);
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
    expect(route({ choice: 'local', classification: complex }).order).toEqual(['local']);
    expect(route({ choice: 'local', local: noLocal }).order).toEqual([]);
  });

  test('asks Claude first for what the local model cannot read', () => {
    expect(route({ needs: ['images'] }).order).toEqual(['cloud', 'local']);
    expect(route({ needs: ['images'], cloud: noKey }).order).toEqual(['local']);
  });

  test('says so where the budget alone keeps Claude away', () => {
    expect(route({ classification: complex, cloud: usedUp })).toMatchObject({
      order: ['local'],
      budgetNote: expect.stringContaining('budget of today is used up'),
    });
    expect(route({ cloud: usedUp }).budgetNote).toBeUndefined();
  });

  test('gives a reason with every candidate', () => {
    const all = [
      {},
      { choice: 'cloud' },
      { needs: ['pdf'] },
      { classification: complex },
      { classification: secret },
    ];
    for (const change of all as Partial<RouteRequest>[])
      for (const candidate of route(change).candidates) expect(candidate.reason).toMatch(/^[A-Z].*\.$/);
  });
});

describe('what is private', () => {
  test('stays at home without a question where the local model will do', () => {
    expect(route({ classification: secret })).toMatchObject({
      order: ['local'],
      isPrivate: true,
      asksConsent: false,
    });
  });

  test.each<[string, Partial<RouteRequest>]>([
    ['it is hard', { classification: hardSecret }],
    ['/model says cloud', { classification: secret, choice: 'cloud' }],
    ['there is no local model', { classification: secret, local: noLocal }],
    ['the local model cannot read it', { classification: secret, needs: ['pdf'] }],
  ])('is asked about where Claude would be the one to ask: %s', (_why, change) => {
    const { asksConsent, candidates } = route(change);
    expect(asksConsent).toBe(true);
    expect(candidates.every((candidate) => candidate.route === 'local')).toBe(true);
  });

  test.each(['once', 'thread'] as const)('goes to Claude when its writer says %s', (consent) => {
    expect(route({ classification: hardSecret, consent })).toMatchObject({
      order: ['cloud', 'local'],
      isPrivate: false,
      asksConsent: false,
    });
  });

  test('stays at home for good when its writer says so, also where nothing there can answer', () => {
    const kept = { classification: hardSecret, consent: 'local', choice: 'cloud' } as const;
    expect(route(kept)).toMatchObject({ order: ['local'], isPrivate: true, asksConsent: false });
    expect(route({ ...kept, local: noLocal })).toMatchObject({
      order: [],
      missing: expect.arrayContaining([expect.stringContaining('/retry cloud')]),
    });
  });

  test('is not asked about where Claude cannot be asked anyway', () => {
    expect(route({ classification: hardSecret, cloud: noKey })).toMatchObject({
      order: ['local'],
      asksConsent: false,
    });
    expect(route({ classification: hardSecret, cloud: usedUp }).asksConsent).toBe(false);
  });
});
