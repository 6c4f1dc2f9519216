import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeOllama, startFakeOllama } from '../tests/support/fake-ollama.ts';
import { type FakeTelegram, startFakeTelegram } from '../tests/support/fake-telegram.ts';

export const projectRoot = join(import.meta.dirname, '..');
/** The chats that the bench talks in; all of them belong to the owner. */
export const chatIds = Array.from({ length: 10 }, (_, n) => 1_001 + n);

export type SubjectName = 'steward' | 'echo';

/** A bot as a process of its own, between a fake Telegram and a fake model in this one. */
export interface Subject {
  readonly name: SubjectName;
  readonly telegram: FakeTelegram;
  readonly ollama: FakeOllama;
  /** From spawn to its first getUpdates, milliseconds. */
  readonly firstPollMs: number;
  /** User and system time of the process so far, milliseconds. */
  cpuMs(): number;
  /** Resident memory: the process itself, and with all its children. */
  memory(): { readonly mainMb: number; readonly treeMb: number };
  stop(): Promise<void>;
}

const ticksPerSecond = 100;
const kbPerMb = 1_024;

/** The flags with which `npm start` starts it. */
function usualFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

export async function startSubject(
  name: SubjectName,
  nodeArguments: readonly string[] = [],
): Promise<Subject> {
  const telegram = await startFakeTelegram();
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  for (const id of chatIds) telegram.messages(id);
  const home = mkdtempSync(join(tmpdir(), 'steward-bench-'));
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...(name === 'steward' ? usualFlags() : []),
      ...nodeArguments,
      join(projectRoot, name === 'steward' ? 'src/main.ts' : 'bench/echo-bot.ts'),
    ],
    {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        TELEGRAM_BOT_TOKEN: telegram.token,
        TELEGRAM_API_ROOT: telegram.url,
        STEWARD_OWNERS: chatIds.map((id) => `telegram:${id}`).join(','),
        STEWARD_HOME: join(home, 'data'),
        STEWARD_WORKSPACE: join(home, 'workspace'),
        STEWARD_CONFIG: join(projectRoot, 'config'),
        OLLAMA_HOST: ollama.url,
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  await until(() => telegram.countOf('getUpdates') > 0);
  const firstPollMs = performance.now() - begun;
  return {
    name,
    telegram,
    ollama,
    firstPollMs,
    cpuMs: () => cpuMsOf(child),
    memory: () => ({ mainMb: residentMb(child.pid ?? 0), treeMb: treeMb(child.pid ?? 0) }),
    async stop() {
      child.kill('SIGTERM');
      const killed = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await once(child, 'exit');
      clearTimeout(killed);
      await Promise.all([telegram.stop(), ollama.stop()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Looks again as soon as this process has nothing else to do. */
export async function until(probe: () => boolean, timeoutMs = 120_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!probe()) {
    if (performance.now() > end) throw new Error('the bench waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function cpuMsOf(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  // What stands behind the name in brackets, which may hold blanks (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / kbPerMb;
}

function treeMb(pid: number): number {
  const children = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return /PPid:\s+(\d+)/.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] === String(pid);
    } catch {
      // It ended between the two looks.
      return false;
    }
  });
  return residentMb(pid) + children.reduce((sum, child) => sum + treeMb(Number(child)), 0);
}
