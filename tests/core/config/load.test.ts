import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatProblems } from '../../../src/core/config/problems.ts';
import { copyConfig } from '../../support/config-copy.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const lineOf = (path: string, text: string): number =>
  readFileSync(path, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text)) + 1;

describe('a configuration that is right', () => {
  test('as shipped loads, with its folders beside the working folder', () => {
    const copy = copyConfig();
    const loaded = copy.load();
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        paths: {
          home: join(copy.cwd, 'data'),
          config: join(copy.cwd, 'config'),
          workspace: join(copy.cwd, 'workspace'),
          migrations: resolve(import.meta.dirname, '../../../migrations'),
        },
        steward: { budget: { dayUsd: 1, monthUsd: 10 } },
        models: { roles: { fast: 'claude-haiku-5-5' } },
      },
    });
  });

  test('prompts come by their name, with the hash of their text', () => {
    const copy = copyConfig();
    copy.write('config/prompts/chat.md', '\uFEFFBe kind.\n');
    copy.write('config/prompts/extra.md', 'More.');
    const loaded = copy.load();
    expect(loaded.ok && loaded.config.prompts).toMatchObject({
      chat: { text: 'Be kind.', hash: sha256('Be kind.') },
      extra: { text: 'More.' },
      summary: { text: expect.stringMatching(/./) },
    });
  });

  test('the folders can be elsewhere, relative to the working folder or the home directory', () => {
    const copy = copyConfig();
    const loaded = copy.load({
      HOME: '/home/ada',
      STEWARD_HOME: '~/steward',
      STEWARD_WORKSPACE: 'things',
      STEWARD_CONFIG: copy.path('config'),
    });
    expect(loaded.ok && loaded.config.paths).toMatchObject({
      home: '/home/ada/steward',
      workspace: copy.path('things'),
    });
  });
});

describe('one wrong thing in YAML', () => {
  test('a number out of range says file, line, key, value, range', () => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', 'concurrentTurns: 8', 'concurrentTurns: 800');
    const line = lineOf(copy.path('config/steward.yaml'), 'concurrentTurns');
    expect(copy.problems()).toEqual([
      {
        where: `config/steward.yaml:${line}`,
        key: 'conversation.concurrentTurns',
        seen: '800',
        expected: 'a whole number from 1 to 64',
        remedy: 'Change the value, then start again.',
      },
    ]);
  });

  test.each([
    [
      'timezone: UTC',
      'timezone: Mars/Base',
      'household.timezone',
      '"Mars/Base"',
      'an IANA time zone such as',
    ],
    ['language: en', 'language: English!', 'household.language', '"English!"', 'a language tag such as'],
    ['dayUsd: 1', 'dayUsd: a lot', 'budget.dayUsd', '"a lot"', 'a number from 0 to 10000'],
    ['dayUsd: 1', 'dayUsd:', 'budget.dayUsd', 'nothing', 'a number from 0 to 10000'],
    ['dayUsd: 1', 'dayUsd: [1]', 'budget.dayUsd', 'a list of 1', 'a number from 0 to 10000'],
    ['concurrentTurns: 8', 'concurrentTurns: 1.5', 'conversation.concurrentTurns', '1.5', 'a whole number'],
  ])('%s to %s', (from, to, key, seen, expected) => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', from, to);
    expect(copy.problems()).toEqual([
      expect.objectContaining({ key, seen, expected: expect.stringContaining(expected) }),
    ]);
  });

  test('a missing key points at its group and shows no value', () => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', '  monthUsd: 10\n', '');
    const [problem] = copy.problems();
    expect(problem).toMatchObject({
      where: `config/steward.yaml:${lineOf(copy.path('config/steward.yaml'), 'budget:')}`,
      key: 'budget.monthUsd',
      remedy: 'Add it under budget:.',
    });
    expect(problem).not.toHaveProperty('seen');
  });

  test('an unknown key suggests the nearest known one', () => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', 'concurrentTurns: 8', 'concurrentTurns: 8\n  concurent_turns: 9');
    copy.edit('config/steward.yaml', 'monthUsd: 10', 'monthUSD: 10');
    expect(copy.problems()).toEqual([
      expect.objectContaining({ key: 'budget.monthUsd' }),
      expect.objectContaining({ key: 'budget.monthUSD', remedy: 'Did you mean monthUsd? Rename it.' }),
      expect.objectContaining({
        key: 'conversation.concurent_turns',
        remedy: 'Remove the line: concurrentTurns is there already.',
      }),
    ]);
  });

  test('an unknown key like nothing else lists what is known and hides what may be a secret', () => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', 'household:', 'anthropicApiKey: hunter2hunter2\nhousehold:');
    const [problem] = copy.problems();
    expect(problem).toMatchObject({
      key: 'anthropicApiKey',
      seen: '…(14 characters)',
      remedy: 'Remove the line.',
    });
    expect(problem?.expected).toContain('household, budget');
  });

  test('a model without a price and a role without a model are named', () => {
    const copy = copyConfig();
    copy.edit('config/models.yaml', 'strong: claude-opus-5-5', 'strong: claude-opus-9');
    copy.edit(
      'config/models.yaml',
      '    price: { input: 2, output: 10, cacheRead: 0.10, cacheWrite: 2.50 }\n',
      '',
    );
    expect(copy.problems()).toEqual([
      expect.objectContaining({
        where: `config/models.yaml:${lineOf(copy.path('config/models.yaml'), 'strong:')}`,
        key: 'roles.strong',
        seen: '"claude-opus-9"',
      }),
      expect.objectContaining({ key: 'models.claude-sonnet-5-5.price' }),
    ]);
  });

  test('problems across sections are told together with those inside one', () => {
    const copy = copyConfig();
    copy.edit('config/models.yaml', 'strong: claude-opus-5-5', 'strong: claude-opus-9');
    copy.edit('config/models.yaml', 'retries: 2', 'retries: 200');
    copy.edit('config/models.yaml', '[qwen3:1.7b, qwen3:8b]', '[qwen3:1.7b, qwen3:9b]');
    expect(copy.problems().map((problem) => problem.key)).toEqual([
      'engines.ollama.retries',
      'roles.local[1]',
      'roles.strong',
    ]);
  });

  test('a key given twice is named with its line', () => {
    const copy = copyConfig();
    copy.edit('config/steward.yaml', '  monthUsd: 10', '  monthUsd: 10\n  dayUsd: 2');
    expect(copy.problems()).toEqual([
      expect.objectContaining({
        where: `config/steward.yaml:${lineOf(copy.path('config/steward.yaml'), 'dayUsd: 2')}`,
        key: 'budget.dayUsd',
        seen: '"dayUsd: 2"',
        remedy: 'Remove one of the two lines.',
      }),
    ]);
  });

  test.each([
    ['a wrong indent', 'household:\n  timezone: UTC\n language: en\n', ':3'],
    ['an open quote', 'household:\n  timezone: "UTC\n', ':2'],
    ['a tab', 'household:\n\ttimezone: UTC\n', ':2'],
    ['two documents', 'household: 1\n---\nhousehold: 2\n', ':2'],
    ['an unknown alias', 'household: *home\n', ''],
  ])('%s is a problem of the syntax at its line', (_, text, line) => {
    const copy = copyConfig();
    copy.write('config/steward.yaml', text);
    expect(copy.problems()[0]).toMatchObject({ where: `config/steward.yaml${line}`, key: 'YAML' });
  });

  test('an empty file misses each of its sections', () => {
    const copy = copyConfig();
    copy.write('config/steward.yaml', '# nothing\n');
    expect(copy.problems().map((problem) => problem.key)).toEqual([
      'household',
      'budget',
      'access',
      'conversation',
      'files',
      'maxMessageCharacters',
    ]);
  });

  test('a list where the groups should be', () => {
    const copy = copyConfig();
    copy.write('config/steward.yaml', '- one\n- two\n');
    expect(copy.problems()).toEqual([
      expect.objectContaining({ where: 'config/steward.yaml:1', key: 'the whole file', seen: 'a list of 2' }),
    ]);
  });
});

describe('files that cannot be had', () => {
  test('missing files are named one by one', () => {
    const copy = copyConfig();
    rmSync(copy.path('config/models.yaml'));
    rmSync(copy.path('config/prompts/chat.md'));
    expect(copy.problems()).toEqual([
      expect.objectContaining({
        where: 'config/models.yaml',
        remedy: expect.stringContaining('git checkout'),
      }),
      expect.objectContaining({ where: 'config/prompts/chat.md' }),
    ]);
  });

  test('a missing folder is one problem, not one for each file', () => {
    const copy = copyConfig();
    expect(copy.problems({ STEWARD_CONFIG: 'nowhere' })).toEqual([
      expect.objectContaining({ key: 'STEWARD_CONFIG', seen: copy.path('nowhere') }),
    ]);
  });

  test('prompts without their folder, and with a file in its place', () => {
    const copy = copyConfig();
    rmSync(copy.path('config/prompts'), { recursive: true });
    expect(copy.problems().map((problem) => problem.where)).toEqual([
      'config/prompts/chat.md',
      'config/prompts/summary.md',
    ]);
    copy.write('config/prompts', '');
    expect(copy.problems()).toEqual([expect.objectContaining({ where: 'config/prompts', seen: 'a file' })]);
  });

  test('folders, bytes that are no text and empty prompts', () => {
    const copy = copyConfig();
    rmSync(copy.path('config/steward.yaml'));
    mkdirSync(copy.path('config/steward.yaml'));
    writeFileSync(copy.path('config/models.yaml'), Uint8Array.of(0xff, 0xfe, 0xfa, 0x80));
    copy.write('config/prompts/summary.md', ' \n');
    expect(copy.problems()).toEqual([
      expect.objectContaining({ where: 'config/steward.yaml', seen: 'a folder' }),
      expect.objectContaining({ where: 'config/models.yaml', seen: 'bytes that are not UTF-8' }),
      expect.objectContaining({ where: 'config/prompts/summary.md', seen: 'an empty file' }),
    ]);
  });
});

test('everything that is wrong anywhere is told in one pass, as short blocks', () => {
  const copy = copyConfig();
  copy.write('.env', 'OLLAMA_HOST=ftp://x\nSTEWARD_WEB_PROT=80\n');
  copy.edit('config/steward.yaml', 'dayUsd: 1', 'dayUsd: -1');
  copy.edit('config/models.yaml', 'retries: 2', 'retries: many');
  copy.write('config/prompts/chat.md', '');
  const problems = copy.problems({ STEWARD_OWNERS: 'ada' });
  expect(problems.map((problem) => problem.where)).toEqual([
    '.env:1',
    'environment',
    '.env:2',
    expect.stringMatching(/^config\/steward\.yaml:\d+$/),
    expect.stringMatching(/^config\/models\.yaml:\d+$/),
    'config/prompts/chat.md',
  ]);
  const text = formatProblems(problems);
  expect(text).toContain('6 things are wrong');
  expect(text).toContain('1. .env:1  OLLAMA_HOST\n   found:    "ftp://x"\n   expected: ');
  for (const line of text.split('\n')) expect(line.length).toBeLessThan(200);
});
