import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { files } from '../../src/core/db/schema/work.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startSteward, temporaryFolder, testConfig, testKey } from '../support/steward.ts';

const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function setup(options: { claude?: boolean } = {}) {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  const claude = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => ollama.stop());
  onTestFinished(() => claude.stop());
  const home = temporaryFolder();
  const desk = join(home, 'desk');
  mkdirSync(desk);
  const steward = await startSteward(
    testConfig({
      home,
      ollamaUrl: ollama.url,
      ...(options.claude && { anthropicUrl: claude.url }),
      change: (config) => {
        config.steward.files.maxFileBytes = 10_000;
      },
    }),
  );
  const put = (name: string, bytes: string | Buffer) => {
    writeFileSync(join(desk, name), bytes);
    return join(desk, name);
  };
  const rows = () => steward.app.database.orm.select().from(files).all();
  return { ollama, claude, home, desk, put, rows, ...steward };
}

test('a text file is kept in uploads and given to the local model', async () => {
  const { put, say, ollama, home, rows } = await setup();
  await say(`what is in "${put('shopping list.txt', 'milk, honey')}"`);
  expect(ollama.chats()[0]?.raw).toContain('milk, honey');
  expect(readdirSync(join(home, 'workspace/uploads'))).toEqual([
    expect.stringContaining('shopping list.txt'),
  ]);
  expect(rows()).toMatchObject([{ state: 'stored', kind: 'text', name: 'shopping list.txt', sizeBytes: 11 }]);
});

test('a picture goes to Claude where that is allowed, and is said to be unread where not', async () => {
  const allowed = await setup({ claude: true });
  expect(await allowed.say(`what is ${allowed.put('cat.png', picture)}`)).toContain('All good.');
  expect(allowed.claude.chats()[0]?.raw).toContain('"type":"image"');
  expect(allowed.ollama.chats()).toHaveLength(0);

  const alone = await setup();
  const printed = await alone.say(`what is ${alone.put('cat.png', picture)}`);
  expect(printed).toContain('cat.png was not read: qwen3:1.7b reads text only');
  expect(alone.ollama.chats()).toHaveLength(1);
});

test('a file that is too large is refused with its limit, and the message is answered all the same', async () => {
  const { put, say, home, rows } = await setup();
  const printed = await say(`read ${put('big.txt', 'x'.repeat(20_000))} please`);
  expect(printed).toContain('All good.');
  expect(printed).toMatch(/big\.txt was not taken: .*10/);
  expect(rows()).toMatchObject([{ state: 'refused' }]);
  expect(readdirSync(join(home, 'workspace/uploads'))).toEqual([]);
});

test('a picture whose name lies is judged by what it is', async () => {
  const { put, say, rows } = await setup();
  await say(`look at ${put('notes.txt', picture)}`);
  expect(rows()).toMatchObject([{ kind: 'image', mediaType: 'image/png' }]);
});

test('files of the system, of Steward itself and secrets of a home are not taken', async () => {
  const { say, home, desk, put, ollama } = await setup();
  put('.env', 'TOKEN=very-secret');
  symlinkSync('/etc/hostname', join(desk, 'link.txt'));
  for (const path of [
    '/etc/hostname',
    join(home, 'data/steward.sqlite'),
    join(home, 'config/steward.yaml'),
    join(desk, '.env'),
    join(desk, 'link.txt'),
  ])
    expect(await say(`show ${path}`), path).toMatch(/was not taken/);
  expect(ollama.requests.map((call) => call.raw).join()).not.toContain('very-secret');
});

test('secrets never reach the log', async () => {
  const { say, config, claude } = await setup({ claude: true });
  claude.fault({ kind: 'status', status: 500, message: `your key ${testKey} broke`, times: 9 });
  await say('/model cloud');
  await say(`my key is ${testKey}`);
  const log = readFileSync(join(config.paths.home, 'logs/steward.log'), 'utf8');
  expect(log.length).toBeGreaterThan(100);
  expect(log).not.toContain(testKey);
});
