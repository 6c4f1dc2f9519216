import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { oneShotCommands, runCommandLine } from '../../src/cli.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { projectRoot } from '../support/project-root.ts';
import { startSteward, temporaryFolder, testConfig } from '../support/steward.ts';

/** Runs a command line as `npm start -- …` would, on streams that are no terminal. */
async function run(
  home: string,
  args: readonly string[],
  options: { stdin?: string; env?: Record<string, string> } = {},
) {
  const collect = () => {
    const stream = new PassThrough();
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
  };
  const output = collect();
  const errors = collect();
  const input = new PassThrough();
  input.end(options.stdin ?? '');
  cpSync(join(projectRoot, 'config'), join(home, 'config'), { recursive: true, force: false });
  const exitCode = await runCommandLine({
    arguments: args,
    env: {
      STEWARD_HOME: join(home, 'data'),
      STEWARD_CONFIG: join(home, 'config'),
      STEWARD_WORKSPACE: join(home, 'workspace'),
      OLLAMA_HOST: 'http://127.0.0.1:9',
      ...options.env,
    },
    cwd: home,
    input: input as unknown as NodeJS.ReadStream,
    output: output.stream,
    errors: errors.stream,
  });
  return { exitCode, output: output.text(), errors: errors.text() };
}

async function model() {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  return ollama;
}

test('--once answers a question from its argument or from standard input, and exits 0', async () => {
  const ollama = await model();
  const home = temporaryFolder();
  const env = { OLLAMA_HOST: ollama.url };
  expect(await run(home, ['--once', 'hello zq1x'], { env })).toMatchObject({
    exitCode: 0,
    output: 'Answer zr1x.\n\n',
    errors: '',
  });
  expect(await run(home, ['--once', 'hello', 'zq2x'], { env })).toMatchObject({
    exitCode: 0,
    output: 'Answer zr2x.\n\n',
  });
  expect(await run(home, ['--once'], { env, stdin: 'hello zq3x\n' })).toMatchObject({
    exitCode: 0,
    output: 'Answer zr3x.\n\n',
  });
});

test('--once takes the file that the question names', async () => {
  const ollama = await model();
  const home = temporaryFolder();
  writeFileSync(join(home, 'notes.txt'), 'The password of the garden gate is marigold.');
  await run(home, ['--once', `summarise ${join(home, 'notes.txt')}`], { env: { OLLAMA_HOST: ollama.url } });
  expect(ollama.chats()[0]?.raw).toContain('marigold');
});

test('--once says what went wrong by its exit code: 2 nothing asked, 3 no model, 4 model failed', async () => {
  const home = temporaryFolder();
  expect(await run(home, ['--once'])).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('Nothing to answer'),
  });
  expect(await run(home, ['--once', 'hi'])).toMatchObject({
    exitCode: 3,
    output: expect.stringContaining('npm start -- fetch-model'),
  });
  const ollama = await model();
  ollama.fault({ kind: 'status', status: 400, times: 99 });
  expect(await run(home, ['--once', 'hi'], { env: { OLLAMA_HOST: ollama.url } })).toMatchObject({
    exitCode: 4,
  });
});

test('--once works beside a running copy, which leaves its rows alone', async () => {
  const ollama = await model();
  const home = temporaryFolder();
  const steward = await startSteward(testConfig({ home, ollamaUrl: ollama.url }));
  await steward.say('hello zq4x');
  expect(await run(home, ['--once', 'hello zq5x'], { env: { OLLAMA_HOST: ollama.url } })).toMatchObject({
    exitCode: 0,
  });
  expect(steward.printed()).not.toContain('zr5x');
  expect(steward.tasks().map((task) => [task.ownerRun === null, task.state])).toEqual([
    [true, 'answered'],
    [false, 'answered'],
  ]);
});

test('reading commands run beside a running copy', async () => {
  const ollama = await model();
  const home = temporaryFolder();
  const steward = await startSteward(testConfig({ home, ollamaUrl: ollama.url }));
  await steward.say('tell me of cats');
  expect(await run(home, ['history'])).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining('tell me of cats'),
  });
  expect((await run(home, ['why'])).output).toContain('qwen3:1.7b');
  expect((await run(home, ['stats', '3'])).output).toContain('Last 3 days');
  expect((await run(home, ['cost'])).output).toContain('today: $0');
  expect((await run(home, ['status'])).output).toContain('Claude: no key');
});

test('--help tells of every command and of the exit codes, and each command has its own', async () => {
  const home = temporaryFolder();
  const help = await run(home, ['--help']);
  expect(help.exitCode).toBe(0);
  for (const { name } of oneShotCommands) {
    expect(help.output).toContain(name);
    expect(await run(home, [name, '--help'])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Usage'),
    });
  }
  expect(help.output).toContain('3 no model');
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect((await run(home, ['--version'])).output.trim()).toBe(version);
});

test('wrong use is refused with the way to help', async () => {
  const home = temporaryFolder();
  for (const args of [['--nonsense'], ['frobnicate'], ['stats', '1', '2']])
    expect(await run(home, args)).toMatchObject({ exitCode: 2, errors: expect.stringContaining('--help') });
});

test('wrong configuration is reported whole, with file and line, before anything is touched', async () => {
  const home = temporaryFolder();
  cpSync(join(projectRoot, 'config'), join(home, 'config'), { recursive: true });
  writeFileSync(join(home, 'config/steward.yaml'), 'household:\n  timezone: Mars/Base\nbudgets: {}\n');
  const result = await run(home, ['status'], { env: { ANTHROPIC_API_KEY: 'has a space in it' } });
  expect(result.exitCode).toBe(2);
  for (const part of ['steward.yaml:2', 'Mars/Base', 'budgets', 'ANTHROPIC_API_KEY'])
    expect(result.errors).toContain(part);
  expect(result.errors).not.toContain('has a space in it');
});
