import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { FakeOllama } from './fake-ollama.ts';
import { projectRoot } from './project-root.ts';
import { randomFrom } from './random.ts';

/** A start takes about a second here: kills fall into it, into receiving, answering and sending. */
const longestLifeMs = 2_500;

export interface KilledSteward {
  /** What a failing assertion should show. */
  context(): string;
  /** Ends the last life in good order. */
  stop(): Promise<void>;
}

/**
 * The real program, started and killed `kills` times at random instants, then started once more and left running.
 * `ask` is called in each life, with the number of the question, which the model answers in its own time.
 */
export async function liveThroughKills(options: {
  readonly kills: number;
  readonly ollama: FakeOllama;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** What happens in a life before, which ends well. */
  before?(): Promise<void>;
  ask(mark: number): void;
}): Promise<KilledSteward> {
  const { kills, ollama, home } = options;
  const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
  const random = randomFrom(seed);
  ollama.reply(/zq(\w+)x/, async (call) => {
    await delay(random() * 200);
    return `Answer zr${/zq(\w+)x/.exec(call.text)?.[1]}x.`;
  });
  let errors = '';
  let child: ChildProcess | undefined;
  const start = (): ChildProcess => {
    const started = spawn(process.execPath, [join(projectRoot, 'src/main.ts')], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        ...options.env,
        STEWARD_HOME: join(home, 'data'),
        STEWARD_CONFIG: join(projectRoot, 'config'),
        STEWARD_WORKSPACE: join(home, 'workspace'),
        OLLAMA_HOST: ollama.url,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    started.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    return started;
  };
  onTestFinished(() => void child?.kill('SIGKILL'));
  if (options.before) {
    child = start();
    await options.before();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  for (let mark = 1; mark <= kills; mark++) {
    child = start();
    options.ask(mark);
    await delay(random() * longestLifeMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  child = start();
  const last = child;
  return {
    context: () => `seed ${seed}\n${errors}`,
    async stop() {
      last.kill('SIGTERM');
      await once(last, 'exit');
    },
  };
}
