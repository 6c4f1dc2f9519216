import { mkdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Environment } from '../../../src/core/config/app-config.ts';
import { copyConfig } from '../../support/config-copy.ts';

const telegramToken = `123456:${'A'.repeat(35)}`;

function environmentOf(env: NodeJS.ProcessEnv, dotEnv?: string): Environment {
  const copy = copyConfig();
  if (dotEnv !== undefined) copy.write('.env', dotEnv);
  const loaded = copy.load(env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.environment;
}

const problemsOf = (env: NodeJS.ProcessEnv) => copyConfig().problems(env);

test('with nothing set there are defaults and no secrets', () => {
  expect(environmentOf({})).toEqual({
    telegramApiRoot: 'https://api.telegram.org',
    ollamaHost: 'http://127.0.0.1:11434',
    owners: [],
    logLevel: 'info',
  });
});

test('every fixed name is taken', () => {
  expect(
    environmentOf({
      TELEGRAM_BOT_TOKEN: telegramToken,
      TELEGRAM_API_ROOT: 'http://127.0.0.1:4000/',
      DISCORD_BOT_TOKEN: 'discord-token',
      DISCORD_API_URL: 'http://127.0.0.1:4000/api',
      ANTHROPIC_API_KEY: 'sk-ant-something',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:4001',
      OLLAMA_HOST: 'box:1',
      CHROMA_URL: 'http://127.0.0.1:8001',
      BRAVE_API_KEY: 'brave',
      TAVILY_API_KEY: 'tavily',
      SEARXNG_URL: 'http://127.0.0.1:8888',
      STEWARD_WEB_HOST: '::1',
      STEWARD_WEB_PORT: '8000',
      STEWARD_WEB_TOKEN: 'long enough'.replace(' ', '-'),
      STEWARD_PUBLIC_URL: 'https://steward.example.org',
      STEWARD_OWNERS: 'telegram:1, discord:2',
      STEWARD_LOG_LEVEL: 'DEBUG',
      STEWARD_SIM_DIR: '/sim',
      STEWARD_HOME: 'data',
      STEWARD_WORKSPACE: 'workspace',
      STEWARD_CONFIG: 'config',
    }),
  ).toEqual({
    telegramBotToken: telegramToken,
    telegramApiRoot: 'http://127.0.0.1:4000',
    discordBotToken: 'discord-token',
    discordApiUrl: 'http://127.0.0.1:4000/api',
    anthropicApiKey: 'sk-ant-something',
    anthropicBaseUrl: 'http://127.0.0.1:4001',
    ollamaHost: 'http://box:1',
    chromaUrl: 'http://127.0.0.1:8001',
    braveApiKey: 'brave',
    tavilyApiKey: 'tavily',
    searxngUrl: 'http://127.0.0.1:8888',
    webHost: '::1',
    webPort: 8000,
    webToken: 'long-enough',
    publicUrl: 'https://steward.example.org',
    owners: [
      { platform: 'telegram', nativeId: '1' },
      { platform: 'discord', nativeId: '2' },
    ],
    logLevel: 'debug',
  });
});

describe('.env', () => {
  test('is read, quotes, comments and export included', () => {
    const environment = environmentOf({}, '\uFEFFexport ANTHROPIC_API_KEY="sk-ant-file" # mine\nOTHER=1\n');
    expect(environment.anthropicApiKey).toBe('sk-ant-file');
  });

  test('gives way to the real environment, an empty variable included', () => {
    const file = 'ANTHROPIC_API_KEY=sk-ant-file\nBRAVE_API_KEY=brave-file\n';
    const environment = environmentOf({ ANTHROPIC_API_KEY: 'sk-ant-real', BRAVE_API_KEY: '' }, file);
    expect(environment.anthropicApiKey).toBe('sk-ant-real');
    expect(environment).not.toHaveProperty('braveApiKey');
  });

  test('names the line of what is wrong in it, and slips in the names of others', () => {
    const copy = copyConfig();
    copy.write('.env', '# keys\n\nSTEWARD_WEB_PORT=web\nTELEGRAM_BOT_TOKN=abc\nOLLAMA_MODEL=x\n');
    expect(copy.problems()).toEqual([
      expect.objectContaining({ where: '.env:3', key: 'STEWARD_WEB_PORT', seen: '"web"' }),
      expect.objectContaining({
        where: '.env:4',
        key: 'TELEGRAM_BOT_TOKN',
        remedy: 'Did you mean TELEGRAM_BOT_TOKEN? Rename it.',
      }),
    ]);
  });

  test('that is a folder is a problem', () => {
    const copy = copyConfig();
    mkdirSync(copy.path('.env'));
    expect(copy.problems()).toEqual([expect.objectContaining({ where: '.env', seen: 'a folder' })]);
  });
});

describe('a wrong value', () => {
  test.each([
    ['TELEGRAM_BOT_TOKEN', '123456:short', '123456:…(12 characters)'],
    ['TELEGRAM_BOT_TOKEN', `"${telegramToken}"`, '…(44 characters)'],
    ['ANTHROPIC_API_KEY', 'sk-ant-api03 with spaces in the middle', 'sk-ant-…(38 characters)'],
    ['ANTHROPIC_API_KEY', '   ', '…(3 characters)'],
    ['DISCORD_BOT_TOKEN', 'a b', '…(3 characters)'],
    ['STEWARD_WEB_TOKEN', 'short', '…(5 characters)'],
    ['TELEGRAM_API_ROOT', 'api.telegram.org', '"api.telegram.org"'],
    ['ANTHROPIC_BASE_URL', 'ftp://x', '"ftp://x"'],
    ['CHROMA_URL', 'http://', '"http://"'],
    ['STEWARD_PUBLIC_URL', 'http://steward.example.org', '"http://steward.example.org"'],
    ['STEWARD_WEB_PORT', '0', '"0"'],
    ['STEWARD_WEB_PORT', '65536', '"65536"'],
    ['STEWARD_WEB_PORT', '80a', '"80a"'],
    ['STEWARD_WEB_HOST', 'http://x', '"http://x"'],
    ['STEWARD_LOG_LEVEL', 'loud', '"loud"'],
    ['OLLAMA_HOST', 'http://a b', '"http://a b"'],
    ['OLLAMA_HOST', 'box:99999', '"box:99999"'],
  ])('%s=%s is reported as %s', (name, value, seen) => {
    expect(problemsOf({ [name]: value })).toEqual([
      expect.objectContaining({ where: 'environment', key: name, seen }),
    ]);
  });

  test('a token under the wrong name is not shown', () => {
    expect(JSON.stringify(problemsOf({ CHROMA_URL: telegramToken }))).not.toContain(telegramToken);
  });

  test('control characters do not reach the terminal', () => {
    expect(problemsOf({ CHROMA_URL: 'x\u001B[2J\u202E' })[0]?.seen).toBe('"x·[2J·"');
  });
});

test('each wrong owner is named with what to do', () => {
  expect(problemsOf({ STEWARD_OWNERS: 'telegarm:5,discord:@ada,,telegram:7' })).toEqual([
    expect.objectContaining({ seen: '"telegarm:5"', remedy: 'Did you mean telegram:5?' }),
    expect.objectContaining({ seen: '"discord:@ada"', remedy: expect.stringContaining('numeric id') }),
    expect.objectContaining({ seen: '""', remedy: 'Remove the comma that is too many.' }),
  ]);
});

test('an unknown STEWARD_ variable gets a suggestion or the list', () => {
  expect(problemsOf({ STEWARD_WORKSPCE: 'x', STEWARD_COLOUR: 'red', TELEGRAM_BOT_TOKN: 'x' })).toEqual([
    expect.objectContaining({
      key: 'STEWARD_WORKSPCE',
      remedy: 'Did you mean STEWARD_WORKSPACE? Rename it.',
    }),
    expect.objectContaining({ key: 'STEWARD_COLOUR', remedy: expect.stringContaining('Known names: ') }),
  ]);
});

test('a workspace around the data or configuration folder is refused', () => {
  const problems = problemsOf({ STEWARD_WORKSPACE: '.' });
  expect(problems.map((problem) => problem.key)).toEqual(['STEWARD_WORKSPACE', 'STEWARD_WORKSPACE']);
  expect(problems[0]?.expected).toContain('STEWARD_HOME');
});
