import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { projectRoot } from '../support/project-root.ts';
import { temporaryFolder } from '../support/steward.ts';

async function start(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const home = temporaryFolder();
  const child: ChildProcess = spawn(command, args, {
    cwd: projectRoot,
    detached: true,
    env: {
      ...process.env,
      STEWARD_HOME: join(home, 'data'),
      STEWARD_WORKSPACE: join(home, 'workspace'),
      OLLAMA_HOST: 'http://127.0.0.1:9',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const ready = new Promise<void>((done) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('runs until it is stopped')) done();
    });
  });
  await ready;
  return { child, home, output: () => output };
}

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

describe('npm start without a terminal', () => {
  test('shows what is ready and what is missing with its remedy, opens no chat, and keeps running', async () => {
    const { output, child } = await start('npm', ['start']);
    for (const part of ['Telegram', 'Discord', 'Ollama', 'Embedded model', 'Claude', 'Web'])
      expect(output()).toContain(part);
    expect(output()).toContain('ollama serve');
    expect(child.exitCode).toBeNull();
  });

  for (const [name, send] of [
    ['SIGTERM to npm', (pid: number) => process.kill(pid, 'SIGTERM')],
    ['SIGTERM to its group', (pid: number) => process.kill(-pid, 'SIGTERM')],
    ['Ctrl-C, which is SIGINT to its group', (pid: number) => process.kill(-pid, 'SIGINT')],
  ] as const)
    test(`${name} drains, exits 0 and leaves no process`, async () => {
      const { child, home } = await start('npm', ['start']);
      const log = readFileSync(join(home, 'data/logs/steward.log'), 'utf8');
      const steward = Number(/"pid":(\d+)/.exec(log)?.[1]);
      expect(steward).toBeGreaterThan(0);
      send(child.pid ?? 0);
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
      await expect.poll(() => isAlive(steward), { timeout: 5_000 }).toBe(false);
    });
});

test('the secrets and the data of a running copy are for its owner alone', async () => {
  const { home, child } = await start(process.execPath, [join(projectRoot, 'src/main.ts')]);
  expect(statSync(join(home, 'data')).mode & 0o777).toBe(0o700);
  expect(statSync(join(home, 'data/logs/steward.log')).mode & 0o777).toBe(0o600);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('an answer that is being written when a SIGTERM comes is finished first', async () => {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  const home = temporaryFolder();
  const gate = Promise.withResolvers<string>();
  ollama.reply('hello', { chunks: ['Answer ', gate.promise] });
  const child = spawn(process.execPath, [join(projectRoot, 'tests/support/pipe-app.ts')], {
    cwd: home,
    env: {
      ...process.env,
      STEWARD_HOME: join(home, 'data'),
      STEWARD_CONFIG: join(projectRoot, 'config'),
      STEWARD_WORKSPACE: join(home, 'workspace'),
      OLLAMA_HOST: ollama.url,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.write('hello\n');
  await expect.poll(() => ollama.chats().length, { timeout: 10_000 }).toBe(1);
  child.kill('SIGTERM');
  gate.resolve('complete.');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(output).toContain('Answer complete.');
});
