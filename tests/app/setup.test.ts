import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../../src/cli.ts';
import { withEnvValues } from '../../src/core/setup/env-file.ts';
import { withYamlValues } from '../../src/core/setup/yaml-values.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { projectRoot } from '../support/project-root.ts';
import { temporaryFolder, testKey } from '../support/steward.ts';

async function machine() {
  const telegram = await startFakeTelegram();
  const claude = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => telegram.stop());
  onTestFinished(() => claude.stop());
  const home = temporaryFolder();
  cpSync(join(projectRoot, 'config'), join(home, 'config'), { recursive: true });
  const setup = async (set: readonly string[], env: Record<string, string> = {}) => {
    const written = { output: '', errors: '' };
    const stream = (name: keyof typeof written) =>
      ({ write: (text: string) => (written[name] += text), isTTY: false }) as unknown as NodeJS.WriteStream;
    const exitCode = await runCommandLine({
      arguments: ['setup', '--non-interactive', ...set.flatMap((pair) => ['--set', pair])],
      env: {
        STEWARD_HOME: join(home, 'data'),
        STEWARD_CONFIG: join(home, 'config'),
        TELEGRAM_API_ROOT: telegram.url,
        ANTHROPIC_BASE_URL: claude.url,
        ...env,
      },
      cwd: home,
      input: process.stdin,
      output: stream('output'),
      errors: stream('errors'),
    });
    return { exitCode, ...written };
  };
  const file = (name: string) => (existsSync(join(home, name)) ? readFileSync(join(home, name), 'utf8') : '');
  return { telegram, home, setup, file };
}

describe('setup without a person', () => {
  test('checks each value live and writes both files, secrets for their owner alone', async () => {
    const { telegram, home, setup, file } = await machine();
    const result = await setup(
      ['household.timezone=Europe/Berlin', 'budget.dayUsd=2,5', 'STEWARD_OWNERS=telegram:7'],
      {
        TELEGRAM_BOT_TOKEN: telegram.token,
        ANTHROPIC_API_KEY: testKey,
      },
    );
    expect(result).toMatchObject({ exitCode: 0, errors: '' });
    expect(result.output).toContain('@steward_bot');
    expect(result.output).toContain('the key works');
    for (const secret of [telegram.token, testKey]) {
      expect(result.output).not.toContain(secret);
      expect(file('.env')).toContain(secret);
    }
    expect(file('.env')).toContain('STEWARD_OWNERS=telegram:7');
    expect(statSync(join(home, '.env')).mode & 0o777).toBe(0o600);
    expect(file('config/steward.yaml')).toMatch(/timezone: Europe\/Berlin # IANA name/);
    expect(file('config/steward.yaml')).toContain('dayUsd: 2.5');
  });

  test('can be run again, changes only what it is told, and takes away what is empty', async () => {
    const { home, setup, file } = await machine();
    writeFileSync(join(home, '.env'), '# mine\nSTEWARD_LOG_LEVEL=debug\nSTEWARD_OWNERS=telegram:1\n');
    await setup(['STEWARD_OWNERS=telegram:2']);
    expect(file('.env')).toBe('# mine\nSTEWARD_LOG_LEVEL=debug\nSTEWARD_OWNERS=telegram:2\n');
    const yaml = file('config/steward.yaml');
    await setup(['STEWARD_OWNERS=']);
    expect(file('.env')).toBe('# mine\nSTEWARD_LOG_LEVEL=debug\n');
    expect(file('config/steward.yaml')).toBe(yaml);
    expect((await setup([])).output).toBe('Nothing changed.\n');
  });

  test.for<[string, string[], Record<string, string>, RegExp]>([
    [
      'a token of the wrong shape',
      ['TELEGRAM_BOT_TOKEN=abc'],
      {},
      /TELEGRAM_BOT_TOKEN: Expected a bot token/,
    ],
    [
      'a refused token',
      [],
      { TELEGRAM_BOT_TOKEN: `1:${'x'.repeat(35)}` },
      /TELEGRAM_BOT_TOKEN: copy the token anew/,
    ],
    [
      'a refused key',
      [],
      { ANTHROPIC_API_KEY: 'sk-ant-other-0123456789abcdefghij' },
      /ANTHROPIC_API_KEY: Copy the key/,
    ],
    [
      'an unknown time zone',
      ['household.timezone=Mars/Base'],
      {},
      /household\.timezone: Expected an IANA time zone/,
    ],
    ['no number', ['budget.dayUsd=much'], {}, /budget\.dayUsd: Expected/],
    ['an unknown key', ['budget.yearUsd=9'], {}, /does not know budget\.yearUsd/],
    [
      'a name instead of an id',
      ['STEWARD_OWNERS=telegram:anna'],
      {},
      /STEWARD_OWNERS: Expected telegram:123/,
    ],
  ])('%s ends it with nothing written', async ([, set, env, problem]) => {
    const { setup, file } = await machine();
    const yaml = file('config/steward.yaml');
    const result = await setup(['household.language=de', ...set], env);
    expect(result.exitCode).toBe(2);
    expect(result.errors).toMatch(problem);
    expect([file('.env'), file('config/steward.yaml')]).toEqual(['', yaml]);
  });

  test('without a terminal the other form is named', async () => {
    const home = temporaryFolder();
    let errors = '';
    const exitCode = await runCommandLine({
      arguments: ['setup'],
      env: { STEWARD_CONFIG: join(projectRoot, 'config'), STEWARD_HOME: home },
      cwd: home,
      input: { isTTY: false } as NodeJS.ReadStream,
      output: { isTTY: false, write: () => true } as unknown as NodeJS.WriteStream,
      errors: { write: (text: string) => (errors += text) } as unknown as NodeJS.WriteStream,
    });
    expect([exitCode, errors]).toEqual([2, expect.stringContaining('--non-interactive')]);
  });
});

describe('the files', () => {
  test('.env keeps its lines, the last of a name counts, and odd values are quoted', () => {
    expect(withEnvValues('A=1\n# c\nB=2\nA=3\n', { A: '4' })).toBe('# c\nB=2\nA=4\n');
    expect(withEnvValues('', { A: 'x y', B: "it's" })).toBe("A='x y'\nB=\"it's\"\n");
    expect(withEnvValues('export A=1\nB=2', { A: undefined })).toBe('B=2\n');
  });

  test('YAML keeps its comments and its order', () => {
    const text = '# top\na:\n  b: 1 # one\n  c: two\n';
    expect(withYamlValues(text, { 'a.b': 2, 'a.d': 'x' })).toBe(
      '# top\na:\n  b: 2 # one\n  c: two\n  d: x\n',
    );
  });
});
