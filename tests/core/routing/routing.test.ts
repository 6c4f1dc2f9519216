import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { ModelEngine } from '../../../src/core/contracts/models.ts';
import { createHouseholdClassifier } from '../../../src/core/routing/routing.ts';
import { createHandClock, settled } from '../../support/hand-clock.ts';
import { createScriptedEngine } from '../../support/scripted-engine.ts';
import { testConfig } from '../../support/steward.ts';

test('a message does not wait for an embedder that is busy with something else', async () => {
  let isBusy = false;
  const engine: ModelEngine = {
    ...createScriptedEngine('embedded'),
    embed: (_model, texts) =>
      isBusy ? new Promise(() => undefined) : Promise.resolve(texts.map(({ length }) => [1, length])),
  };
  const clock = createHandClock();
  const classifier = createHouseholdClassifier({
    config: testConfig(),
    clock,
    log: pino({ level: 'silent' }),
    caller: {
      stream: () => {
        throw new Error('no model is there to be asked');
      },
    },
    engines: new Map([['embedded', engine]]),
    availability: { local: () => Promise.resolve({ state: 'unreachable', detail: '' }) } as never,
    readableTokens: () => undefined,
    signal: new AbortController().signal,
  });
  await classifier.prepared();
  const ask = () =>
    classifier.classify({ text: 'What is the capital of Australia?' }, new AbortController().signal);
  expect((await ask()).layers).toEqual(['features', 'neighbours']);
  isBusy = true;
  const asked = ask();
  await settled();
  await clock.advance(1_000);
  expect((await asked).layers).toEqual(['features']);
});
