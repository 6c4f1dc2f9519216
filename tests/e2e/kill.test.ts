import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/core/db/database.ts';
import { inbox, outbox } from '../../src/core/db/schema/chat.ts';
import { tasks } from '../../src/core/db/schema/work.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { projectRoot } from '../support/project-root.ts';
import { randomFrom } from '../support/random.ts';
import { temporaryFolder } from '../support/steward.ts';

const kills = 50;
const messagesPerLife = 6;

test(`killed at ${kills} random instants under load, every message ends in one answer`, {
  timeout: 240_000,
}, async () => {
  const seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
  const random = randomFrom(seed);
  const home = temporaryFolder();
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  // Each answer takes a moment, so that kills meet turns in every state.
  ollama.reply(/zq(\w+)x/, async (call) => {
    await delay(10);
    return `Answer zr${/zq(\w+)x/.exec(call.text)?.[1]}x.`;
  });

  let printed = '';
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [join(projectRoot, 'tests/support/pipe-app.ts')], {
      cwd: home,
      env: {
        PATH: process.env.PATH,
        STEWARD_HOME: join(home, 'data'),
        STEWARD_CONFIG: join(projectRoot, 'config'),
        STEWARD_WORKSPACE: join(home, 'workspace'),
        OLLAMA_HOST: ollama.url,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.stdin?.on('error', () => undefined);
    const ready = Promise.withResolvers<void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('STARTED')) ready.resolve();
    });
    child.once('exit', (code) => ready.reject(new Error(`exit ${code}: ${errors}`)));
    await ready.promise;
    printed = printed.replaceAll('STARTED', '');
    child.removeAllListeners('exit');
    return child;
  };

  const database = () => {
    const opened = openDatabase({
      file: join(home, 'data/steward.sqlite'),
      migrations: join(projectRoot, 'migrations'),
    });
    if (!opened.ok) throw new Error(opened.problem);
    return opened.database;
  };
  const storedMarks = (): Map<string, number> => {
    const db = database();
    const marks = new Map<string, number>();
    for (const row of db.orm.select().from(inbox).all()) {
      const mark = row.event.kind === 'message' ? /zq(\w+)x/.exec(row.event.text)?.[1] : undefined;
      if (mark) marks.set(mark, (marks.get(mark) ?? 0) + 1);
    }
    db.close();
    return marks;
  };

  /** What was typed and is not known to be stored: a person types it again. */
  const pending = new Set<string>();
  let typed = 0;
  for (let life = 0; life < kills; life++) {
    const child = await start();
    while (pending.size < messagesPerLife) pending.add(`${++typed}`);
    for (const mark of pending) child.stdin?.write(`question zq${mark}x\n`);
    await delay(random() * 150);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const stored = storedMarks();
    for (const mark of pending) if (stored.has(mark)) pending.delete(mark);
  }

  const last = await start();
  for (const mark of pending) last.stdin?.write(`question zq${mark}x\n`);
  last.stdin?.end();
  const [code] = await once(last, 'exit');
  expect(code, `seed ${seed}`).toBe(0);

  const db = database();
  const allTasks = db.orm.select().from(tasks).all();
  const parts = db.orm.select().from(outbox).all();
  const marks = storedMarks();
  db.close();
  expect(marks.size, `seed ${seed}`).toBe(typed);
  expect(
    [...marks.values()].every((times) => times === 1),
    `stored once, seed ${seed}`,
  ).toBe(true);
  expect(allTasks, `one task a message, seed ${seed}`).toHaveLength(typed);
  for (const task of allTasks) {
    expect(['answered', 'failed'], `${task.text}, seed ${seed}`).toContain(task.state);
    // A turn that was cut off more than three times is answered by an apology.
    if (task.state === 'failed') expect(task.errorCode).toBe('interrupted');
    expect(
      parts.filter((part) => part.taskId === task.id),
      `parts of ${task.text}, seed ${seed}`,
    ).toMatchObject([{ state: 'sent' }]);
    const mark = /zq(\w+)x/.exec(task.text)?.[1];
    if (task.state === 'answered') expect(printed, `seed ${seed}`).toContain(`Answer zr${mark}x.`);
  }
  expect(
    allTasks.filter((task) => task.interruptions > 0).length,
    `kills met turns, seed ${seed}`,
  ).toBeGreaterThan(5);
  expect(allTasks.filter((task) => task.state === 'answered').length).toBeGreaterThan(typed * 0.9);
});
