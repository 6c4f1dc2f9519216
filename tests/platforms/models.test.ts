import { describe, expect, onTestFinished, test } from 'vitest';
import { loadSimulator, simulatorFolder } from '../support/simulators.ts';
import { startSteward, testConfig } from '../support/steward.ts';

/** What this suite uses of the simulator's models.mjs. */
interface Models {
  readonly ollamaUrl: string;
  readonly anthropicUrl: string;
  readonly apiKey: string;
  readonly problems: unknown[];
  ollamaDown: boolean;
  fault(fault: { provider: string; kind: string; times: number; ms?: number }): void;
  cloud(): unknown[];
  stop(): Promise<void>;
}

const folder = simulatorFolder();

async function startModels(): Promise<Models> {
  const module = await loadSimulator(folder ?? '', 'models.mjs');
  const { Models } = module as { Models: { start(options: object): Promise<Models> } };
  const models = await Models.start({ delayMs: 5 });
  onTestFinished(() => models.stop());
  return models;
}

async function stewardOn(models: Models, claude: boolean, hangs?: 'ollama' | 'anthropic') {
  return startSteward(
    testConfig({
      ollamaUrl: models.ollamaUrl,
      ...(claude && { anthropicUrl: models.anthropicUrl, env: { ANTHROPIC_API_KEY: models.apiKey } }),
      change: (config) => {
        for (const [engine, limits] of Object.entries(config.models.engines)) {
          // The engine that hangs is waited for only so long; the other has time enough on a busy machine.
          limits.firstTokenMs = engine === hangs ? 300 : 20_000;
          limits.idleMs = 20_000;
          limits.breakerFaults = 50;
        }
      },
    }),
  );
}

const kinds = ['429', '500', '529', 'refuse', 'cut', 'garbage', 'huge', 'hang', 'empty', 'badtools', '404'];

describe.skipIf(!folder)('against the strict models', () => {
  test('both providers answer, and neither has anything to complain about', async () => {
    const models = await startModels();
    const steward = await stewardOn(models, true);
    expect(await steward.say('hello zq1x')).toContain('Answer zr1x from ollama.');
    expect(models.cloud()).toHaveLength(0);
    await steward.say('/model cloud');
    expect(await steward.say('hello zq2x')).toContain('Answer zr2x from anthropic.');
    expect(models.problems).toEqual([]);
  });

  for (const kind of kinds)
    test(`a local model with ${kind} hands over to Claude`, async () => {
      const models = await startModels();
      const steward = await stewardOn(models, true, kind === 'hang' ? 'ollama' : undefined);
      models.fault({ provider: 'ollama', kind, times: 50, ms: 2_000 });
      expect(await steward.say('hello zq3x')).toContain('Answer zr3x from anthropic.');
      expect(models.problems).toEqual([]);
    });

  for (const kind of kinds)
    test(`Claude with ${kind} hands over to the local model`, async () => {
      const models = await startModels();
      const steward = await stewardOn(models, true, kind === 'hang' ? 'anthropic' : undefined);
      await steward.say('/model cloud');
      models.fault({ provider: 'anthropic', kind, times: 50, ms: 2_000 });
      expect(await steward.say('hello zq4x')).toContain('Answer zr4x from ollama.');
      expect(models.problems).toEqual([]);
    });

  test('Ollama down and no key: a clear sentence, exactly one answer', async () => {
    const models = await startModels();
    models.ollamaDown = true;
    const steward = await stewardOn(models, false);
    expect(await steward.say('hello')).toContain('there is no model to ask');
    expect(steward.outbox()).toHaveLength(1);
  });
});
