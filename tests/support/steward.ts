import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type App, type AppOverrides, createApp } from '../../src/app.ts';
import type { AppConfig } from '../../src/core/config/app-config.ts';
import { loadConfig } from '../../src/core/config/load.ts';
import { desc, eq, sql } from '../../src/core/db/drizzle.ts';
import { outbox } from '../../src/core/db/schema/chat.ts';
import { decisions, tasks } from '../../src/core/db/schema/work.ts';

import { projectRoot } from './project-root.ts';

export const testKey = 'sk-ant-test-0123456789abcdefghij';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'steward-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestConfigOptions {
  readonly home?: string;
  readonly ollamaUrl?: string;
  readonly anthropicUrl?: string;
  readonly env?: Record<string, string>;
  /** Offers embedded models where there is no other. */
  readonly embedded?: boolean;
  /** Changes steward.yaml and models.yaml as loaded. */
  readonly change?: (config: DeepMutable<AppConfig>) => void;
}

type DeepMutable<T> = { -readonly [K in keyof T]: T[K] extends object ? DeepMutable<T[K]> : T[K] };

/** The shipped configuration on folders of its own, with short retries; nobody answers where no URL is given. */
export function testConfig(options: TestConfigOptions = {}): AppConfig {
  const home = options.home ?? temporaryFolder();
  const configFolder = join(home, 'config');
  cpSync(join(projectRoot, 'config'), configFolder, { recursive: true, force: false });
  const loaded = loadConfig({
    env: {
      STEWARD_HOME: join(home, 'data'),
      STEWARD_CONFIG: configFolder,
      STEWARD_WORKSPACE: join(home, 'workspace'),
      OLLAMA_HOST: options.ollamaUrl ?? 'http://127.0.0.1:9',
      ...(options.anthropicUrl && { ANTHROPIC_BASE_URL: options.anthropicUrl, ANTHROPIC_API_KEY: testKey }),
      ...options.env,
    },
    cwd: home,
    projectRoot,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  const config = structuredClone(loaded.config) as DeepMutable<AppConfig>;
  for (const engine of Object.values(config.models.engines)) {
    engine.retryBaseMs = 1;
    engine.retryMaxMs = 2;
  }
  // The offer of a model of one's own has suites of its own.
  if (options.embedded !== true) config.models.roles.embedded = [];
  options.change?.(config);
  return config;
}

export interface Steward {
  readonly app: App;
  readonly config: AppConfig;
  /** Types a line into the piped terminal. */
  type(line: string): void;
  /** Types a line and waits until everything it started has ended. Gives what was printed meanwhile. */
  say(line: string): Promise<string>;
  /** All that was printed. */
  printed(): string;
  /** Resolves when the text was printed. */
  prints(text: string | RegExp): Promise<void>;
  settled(): Promise<void>;
  stop(): Promise<void>;
  tasks(): (typeof tasks.$inferSelect)[];
  decisionsOf(taskId: string): (typeof decisions.$inferSelect)[];
  outbox(): (typeof outbox.$inferSelect)[];
  /** What a query in SQL finds. */
  query(statement: string): Record<string, unknown>[];
  /** Changes rows behind the program's back. */
  execute(statement: string): void;
}

/** The whole program on a piped terminal. Stopped by itself when the test is over. */
export async function startSteward(config: AppConfig, overrides: AppOverrides = {}): Promise<Steward> {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = '';
  const watchers = new Set<() => void>();
  output.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (const watch of watchers) watch();
  });
  const app = createApp(config, { console: { input, output, interactive: false }, ...overrides });
  const started = await app.start();
  if (!started.ok) throw new Error(started.message);
  onTestFinished(() => app.stop());

  const settled = async (): Promise<void> => {
    // What was typed has to travel through the pipe first.
    await new Promise((done) => setImmediate(done));
    await app.settled();
  };
  const { orm } = app.database;
  return {
    app,
    config,
    type: (line) => void input.write(`${line}\n`),
    async say(line) {
      const before = text.length;
      input.write(`${line}\n`);
      await settled();
      return text.slice(before);
    },
    printed: () => text,
    prints(wanted) {
      return new Promise((done) => {
        const look = () => {
          if (typeof wanted === 'string' ? !text.includes(wanted) : !wanted.test(text)) return;
          watchers.delete(look);
          done();
        };
        watchers.add(look);
        look();
      });
    },
    settled,
    stop: () => app.stop(),
    tasks: () => orm.select().from(tasks).orderBy(tasks.id).all(),
    decisionsOf: (taskId) =>
      orm.select().from(decisions).where(eq(decisions.taskId, taskId)).orderBy(decisions.id).all(),
    query: (statement) => orm.all(sql.raw(statement)),
    execute: (statement) => void orm.run(sql.raw(statement)),
    outbox: () => orm.select().from(outbox).orderBy(desc(outbox.id)).all(),
  };
}
