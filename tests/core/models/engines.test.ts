import { createAnthropicEngine } from '../../../src/core/models/anthropic.ts';
import { createOllamaEngine } from '../../../src/core/models/ollama.ts';
import { modelEngineContract } from '../../contracts/model-engine.ts';
import { startFakeAnthropic } from '../../support/fake-anthropic.ts';
import { startFakeOllama } from '../../support/fake-ollama.ts';

modelEngineContract('Ollama', async () => {
  const fake = await startFakeOllama({ models: ['qwen3:1.7b'] });
  const secret = 'sw0rdfish';
  const engine = createOllamaEngine({ host: fake.url.replace('//', `//owner:${secret}@`) });
  return { engine, fake, model: 'qwen3:1.7b', overloaded: 503, secret };
});

modelEngineContract('Claude', async () => {
  const secret = 'sk-ant-api03-abcdefgh';
  const fake = await startFakeAnthropic({ apiKey: secret });
  const engine = createAnthropicEngine({ apiKey: secret, baseUrl: fake.url });
  return { engine, fake, model: 'claude-haiku-5-5', overloaded: 529, secret };
});
