import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/core/config/load.ts';
import { recommendSize } from '../../src/core/doctor/recommend.ts';
import { runDoctor } from '../../src/doctor.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeDiscord } from '../support/fake-discord.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { owner, startHousehold } from '../support/household.ts';
import { projectRoot } from '../support/project-root.ts';
import { startSteward, temporaryFolder, testConfig, testKey } from '../support/steward.ts';

interface Report {
  readonly checks: readonly {
    readonly name: string;
    readonly state: string;
    readonly detail: string;
    readonly remedy?: string;
  }[];
}

async function services() {
  const telegram = await startFakeTelegram();
  const discord = await startFakeDiscord();
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  const claude = await startFakeAnthropic({ apiKey: testKey });
  for (const one of [telegram, discord, ollama, claude]) onTestFinished(() => one.stop());
  const home = temporaryFolder();
  const env = {
    STEWARD_HOME: join(home, 'data'),
    STEWARD_CONFIG: join(projectRoot, 'config'),
    STEWARD_WORKSPACE: join(home, 'workspace'),
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.url,
    DISCORD_BOT_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    OLLAMA_HOST: ollama.url,
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: claude.url,
  };
  const examine = async (change: Record<string, string> = {}, json = true) => {
    let text = '';
    const loaded = loadConfig({ env: { ...env, ...change }, cwd: home, projectRoot });
    const exitCode = await runDoctor({
      loaded,
      cwd: home,
      json,
      output: { write: (more: string) => (text += more) },
    });
    const report = json ? (JSON.parse(text) as Report) : { checks: [] };
    const of = (name: string) => report.checks.find((check) => check.name === name);
    return { exitCode, text, of, checks: report.checks };
  };
  return { telegram, discord, ollama, claude, home, env, examine };
}

describe('doctor', () => {
  test('finds what is well, measures the local model, spends nothing and prints no secret', async () => {
    const { examine, telegram, discord, claude } = await services();
    const { exitCode, text, of, checks } = await examine();
    expect(checks.filter((check) => check.state === 'failure')).toEqual([]);
    expect(exitCode).toBeLessThanOrEqual(1);
    expect(of('Telegram')).toMatchObject({ state: 'ok', detail: '@steward_bot' });
    expect(of('Discord')?.state).toBe('ok');
    expect(of('Claude')?.detail).toContain('nothing was spent');
    expect(of('Ollama')?.detail).toMatch(/reads \d.* and writes \d.* tokens a second/);
    expect(of('model size')?.detail).toContain('suits this machine');
    expect(of('clock')?.state).toBe('ok');
    expect(claude.chats()).toHaveLength(0);
    for (const secret of [telegram.token, discord.token, testKey]) expect(text).not.toContain(secret);
    expect((await examine({}, false)).text).toMatch(/^✓ versions: Steward/);
  });

  test.for<[string, Record<string, string>, string, RegExp]>([
    ['a refused Telegram token', { TELEGRAM_BOT_TOKEN: `1:${'x'.repeat(35)}` }, 'Telegram', /@BotFather/],
    [
      'a refused Discord token',
      { DISCORD_BOT_TOKEN: `${'x'.repeat(24)}.abcdef.${'y'.repeat(38)}` },
      'Discord',
      /Reset Token/,
    ],
    ['a Telegram that is not there', { TELEGRAM_API_ROOT: 'http://127.0.0.1:9' }, 'Telegram', /network/],
    [
      'a refused key',
      { ANTHROPIC_API_KEY: 'sk-ant-other-0123456789abcdefghij' },
      'Claude',
      /ANTHROPIC_API_KEY/,
    ],
  ])('calls %s a failure with its remedy', async ([, change, name, remedy]) => {
    const { examine } = await services();
    const { exitCode, of } = await examine(change);
    expect(exitCode).toBe(2);
    expect(of(name)).toMatchObject({ state: 'failure', remedy: expect.stringMatching(remedy) });
  });

  test('warns of an .env that others can read, and of the missing content intent', async () => {
    const { examine, home, discord } = await services();
    writeFileSync(join(home, '.env'), '# nothing\n');
    chmodSync(join(home, '.env'), 0o644);
    discord.flags.messageContent = false;
    const { exitCode, of } = await examine();
    expect(exitCode).toBe(1);
    expect(of('.env')).toMatchObject({ state: 'warning', remedy: expect.stringContaining('chmod 600') });
    expect(of('Discord')).toMatchObject({
      state: 'warning',
      remedy: expect.stringContaining('Message Content'),
    });
  });

  test('tells what is wrong in the configuration instead of giving up', async () => {
    const { examine } = await services();
    const { exitCode, checks } = await examine({ OLLAMA_HOST: 'not a host' });
    expect(exitCode).toBe(2);
    expect(checks.some((check) => check.name.includes('OLLAMA_HOST') && check.remedy)).toBe(true);
  });

  test('says that the data folder cannot be made instead of giving up', async () => {
    const { examine, home } = await services();
    writeFileSync(join(home, 'in-the-way'), '');
    const { exitCode, of } = await examine({ STEWARD_HOME: join(home, 'in-the-way', 'data') });
    expect(exitCode).toBe(2);
    expect(of('folders')).toMatchObject({
      state: 'failure',
      detail: expect.stringContaining('STEWARD_HOME'),
    });
  });

  test('keeps the speed it measured, and prompts are cut to what is read in three seconds', async () => {
    const { ollama, says, execute, say } = await startHousehold();
    expect(await say('/doctor')).toMatch(/✓ Ollama: qwen3:1\.7b reads/);
    for (let n = 0; n < 12; n++)
      await says(owner, `tell me more about number ${n}: ${'many words '.repeat(60)}`);
    const long = ollama.chats().at(-1)?.raw.length ?? 0;
    execute("update model_speeds set prefill_tokens_per_second = 1 where model = 'qwen3:1.7b'");
    await says(owner, 'and now?');
    expect(ollama.chats().at(-1)?.raw.length).toBeLessThan(long / 2);
  });

  test('/doctor is for the owner and answers in the chat', async () => {
    const steward = await startSteward(testConfig());
    expect(await steward.say('/doctor')).toContain('database: opens');
  });
});

describe('the size that suits a machine', () => {
  const { models } = testConfigOutside();
  const speed = (prefill: number, decode: number) => ({
    prefillTokensPerSecond: prefill,
    decodeTokensPerSecond: decode,
    firstTextMs: 0,
  });

  test.for([
    [4_000, 120, 64e9, 'qwen3-8b'],
    [500, 20, 64e9, 'qwen3-4b'],
    [60, 4, 64e9, 'qwen3-0.6b'],
    [4_000, 120, 5e9, 'qwen3-1.7b'],
  ] as const)(
    'qwen3-1.7b at %s and %s tokens a second with %s bytes: %s',
    ([prefill, decode, memory, size]) => {
      const found = recommendSize(models, { model: 'qwen3-1.7b', speed: speed(prefill, decode) }, memory);
      expect(found?.model.replace(':', '-')).toBe(size);
    },
  );
});

function testConfigOutside() {
  const loaded = loadConfig({ env: {}, cwd: projectRoot, projectRoot });
  if (!loaded.ok) throw new Error('the shipped configuration is broken');
  return loaded.config;
}
