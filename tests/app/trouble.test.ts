import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { sql } from '../../src/core/db/drizzle.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startSteward, temporaryFolder, testConfig } from '../support/steward.ts';

async function localModel() {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  return ollama;
}

describe('starting on', () => {
  test('the data folder of a running copy is refused by name', async () => {
    const home = temporaryFolder();
    await startSteward(testConfig({ home }));
    const second = createApp(testConfig({ home }));
    const result = await second.start();
    expect(result).toMatchObject({ ok: false, exitCode: 2 });
    expect(!result.ok && result.message).toMatch(
      new RegExp(`already runs on .*data \\(process ${process.pid}\\)`),
    );
  });

  test('a data folder that is a file says so', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, 'data'), 'not a folder');
    const result = await createApp(testConfig({ home })).start();
    expect(result).toMatchObject({
      ok: false,
      exitCode: 2,
      message: expect.stringContaining('STEWARD_HOME'),
    });
  });

  test('a file that is no database is refused with the remedy, and left as it was', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'data'), { recursive: true });
    writeFileSync(join(home, 'data/steward.sqlite'), 'x'.repeat(8192));
    const result = await createApp(testConfig({ home })).start();
    expect(result).toMatchObject({
      ok: false,
      exitCode: 1,
      message: expect.stringContaining('restore a backup'),
    });
    expect(statSync(join(home, 'data/steward.sqlite')).size).toBe(8192);
  });

  test('a damaged database is refused with the remedy', async () => {
    const home = temporaryFolder();
    const ollama = await localModel();
    const steward = await startSteward(testConfig({ home, ollamaUrl: ollama.url }));
    await steward.say('hello');
    await steward.stop();
    const file = openSync(join(home, 'data/steward.sqlite'), 'r+');
    writeSync(file, Buffer.alloc(12_000, 0x5a), 0, 12_000, 8_192);
    closeSync(file);
    const result = await createApp(testConfig({ home })).start();
    expect(result).toMatchObject({ ok: false, exitCode: 1, message: expect.stringContaining('damaged') });
  });

  test('a database cut short is refused with the remedy', async () => {
    const home = temporaryFolder();
    const steward = await startSteward(testConfig({ home }));
    await steward.stop();
    truncateSync(join(home, 'data/steward.sqlite'), 20_000);
    const result = await createApp(testConfig({ home })).start();
    expect(result).toMatchObject({ ok: false, exitCode: 1 });
  });

  test('a database of a newer version is refused and left alone', async () => {
    const home = temporaryFolder();
    const steward = await startSteward(testConfig({ home }));
    steward.app.database.orm.run(
      sql`INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', ${Date.UTC(2099, 0, 1)})`,
    );
    await steward.stop();
    const result = await createApp(testConfig({ home })).start();
    expect(result).toMatchObject({ ok: false, exitCode: 1, message: expect.stringContaining('newer') });
  });
});

describe('a full disk', () => {
  const fill = (steward: Awaited<ReturnType<typeof startSteward>>) => {
    const { orm } = steward.app.database;
    const pages = orm.get<{ page_count: number }>(sql`PRAGMA page_count`);
    orm.run(sql.raw(`PRAGMA max_page_count = ${pages.page_count}`));
  };
  const free = (steward: Awaited<ReturnType<typeof startSteward>>) =>
    steward.app.database.orm.run(sql.raw('PRAGMA max_page_count = 1000000'));

  test('refuses a message that it cannot store, by name, and takes it when there is room', async () => {
    const ollama = await localModel();
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    fill(steward);
    const printed = await steward.say(`hello ${'x'.repeat(50_000)}`);
    expect(printed).toContain('disk is full');
    expect(steward.tasks()).toHaveLength(0);
    free(steward);
    expect(await steward.say('hello zq1x')).toContain('Answer zr1x.');
  });

  test('while an answer is written: the answer is kept and stored when there is room, without asking again', async () => {
    const ollama = await localModel();
    const gate = Promise.withResolvers<string>();
    ollama.reply('hello', { chunks: ['Answer ', gate.promise] });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    const begun = Promise.withResolvers<void>();
    steward.app.onEvent((event) => event.name === 'task-delta' && begun.resolve());
    steward.type('hello');
    await begun.promise;
    fill(steward);
    gate.resolve('y'.repeat(80_000));
    const log = join(steward.config.paths.home, 'logs/steward.log');
    await expect.poll(() => readLog(log), { timeout: 5_000 }).toContain('turn not stored yet');
    free(steward);
    await steward.prints('yyyy');
    await steward.settled();
    expect(steward.tasks()).toMatchObject([{ state: 'answered' }]);
    expect(ollama.chats()).toHaveLength(1);
  });
});

const readLog = (file: string): string => readFileSync(file, 'utf8');
