import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../src/cli.ts';
import { realModel } from '../support/real-models.ts';
import { startSteward, temporaryFolder, testConfig } from '../support/steward.ts';

const chat = realModel('chat');

/** A household without Ollama and key, whose models.yaml knows one model that fits every machine. */
function bareConfig(source: { file: string } | { url: string }, options: { toy?: boolean } = {}) {
  return testConfig({
    embedded: true,
    change(config) {
      const { models } = config;
      const tiny = models.models['smollm2-135m'];
      if (!tiny) throw new Error('models.yaml lacks smollm2-135m');
      models.models.tiny = { ...tiny, isToy: false, downloadBytes: 98_000_000, sources: [source] };
      if (options.toy) models.models['smollm2-135m'] = { ...tiny, sources: [{ file: chat ?? '' }] };
      models.roles.embedded = options.toy ? ['tiny', 'smollm2-135m'] : ['tiny'];
    },
  });
}

describe.skipIf(!chat)('a machine without any model', { timeout: 120_000 }, () => {
  test('offers one, fetches it after a yes, and answers what was asked with it', async () => {
    const steward = await startSteward(bareConfig({ file: chat ?? '' }));
    const offered = await steward.say('Name one fruit.');
    expect(offered).toContain('Shall I fetch a model that runs here');
    expect(offered).toContain('tiny (0.1 GB)');
    expect(steward.tasks()).toMatchObject([{ state: 'waiting' }]);
    steward.type('1');
    await steward.prints(/Fetched tiny/);
    await expect.poll(() => steward.tasks()[0]?.state, { timeout: 100_000 }).toBe('answered');
    expect(steward.tasks()[0]).toMatchObject({ engine: 'embedded', model: 'tiny', costMicroUsd: 0 });
    expect(await steward.say('/status')).toMatch(/Embedded model: tiny/);
    expect(await steward.say('/why')).toContain('tiny');
  });

  test('can try the small one instead', async () => {
    const steward = await startSteward(bareConfig({ url: 'http://127.0.0.1:9/m.gguf' }, { toy: true }));
    await steward.say('Name one fruit.');
    steward.type('2');
    await steward.prints(/Fetched smollm2-135m/);
    await expect.poll(() => steward.tasks()[0]?.state, { timeout: 100_000 }).toBe('answered');
  });

  test('says why it could not be fetched, and offers it again', async () => {
    const steward = await startSteward(bareConfig({ url: 'http://127.0.0.1:9/m.gguf' }));
    await steward.say('Name one fruit.');
    steward.type('1');
    await steward.prints(/tiny could not be fetched\. 127\.0\.0\.1:9 could not be reached/);
    await expect.poll(() => steward.tasks()[0]?.state).toBe('failed');
    expect(await steward.say('/retry')).toContain('Shall I fetch a model');
  });

  test('fetches one without asking where steward.yaml says so, and never asks where it says no', async () => {
    const config = bareConfig({ file: chat ?? '' });
    const steward = await startSteward({
      ...config,
      steward: { ...config.steward, embedded: { fetch: 'always', gpu: false } },
    });
    await expect.poll(() => steward.app.fetching().then(() => true)).toBe(true);
    expect(await steward.say('/status')).toMatch(/Embedded model: tiny/);
    await steward.stop();
    const other = bareConfig({ file: chat ?? '' });
    const silent = await startSteward({
      ...other,
      steward: { ...other.steward, embedded: { fetch: 'never', gpu: false } },
    });
    expect(await silent.say('hello')).not.toContain('Shall I fetch');
  });

  test('that is told no leaves it', async () => {
    const steward = await startSteward(bareConfig({ file: chat ?? '' }));
    await steward.say('Name one fruit.');
    expect(await steward.say('2')).toContain('Not fetched');
    expect(await steward.say('/status')).toContain('npm start -- fetch-model');
  });
});

describe('npm start -- fetch-model', () => {
  async function fetchModel(args: readonly string[], config: string) {
    const home = temporaryFolder();
    const written = { output: '', errors: '' };
    const stream = (name: keyof typeof written) =>
      ({ write: (text: string) => (written[name] += text), isTTY: false }) as unknown as NodeJS.WriteStream;
    const exitCode = await runCommandLine({
      arguments: ['fetch-model', ...args],
      env: { STEWARD_HOME: home, STEWARD_CONFIG: config },
      cwd: home,
      input: process.stdin,
      output: stream('output'),
      errors: stream('errors'),
    });
    return { exitCode, ...written };
  }

  test('names what there is when asked for what there is not', async () => {
    const { paths } = testConfig({ embedded: true });
    const result = await fetchModel(['gpt-9'], paths.config);
    expect(result.exitCode).toBe(2);
    expect(result.errors).toContain('qwen3-0.6b');
  });

  test('without a network says so and how to go on', async () => {
    const server = createServer((_request, response) => response.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { paths } = testConfig({ embedded: true });
    const file = `${paths.config}/models.yaml`;
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll('https://huggingface.co', `http://127.0.0.1:${port}`),
    );
    const result = await fetchModel(['qwen3-0.6b'], paths.config);
    expect(result.exitCode).toBe(1);
    expect(result.errors).toContain('could not be reached or broke off');
  });
});
