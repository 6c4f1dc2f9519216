import { describe, expect, onTestFinished, test } from 'vitest';
import { renderMessage } from '../../src/bots/telegram/render.ts';
import { oneShotCommands } from '../../src/cli.ts';
import { sql } from '../../src/core/db/drizzle.ts';
import { audit } from '../../src/core/db/schema/control.ts';
import { signals } from '../../src/core/db/schema/work.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { owner, startHousehold } from '../support/household.ts';
import { startSteward, temporaryFolder, testConfig } from '../support/steward.ts';

async function steward(home = temporaryFolder()) {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  return { ollama, ...(await startSteward(testConfig({ home, ollamaUrl: ollama.url }))) };
}

test('every command of this version is there and in /help', async () => {
  const { app, say } = await steward();
  const names = [
    'start',
    'help',
    'new',
    'stop',
    'retry',
    'model',
    'stats',
    'cost',
    'why',
    'history',
    'good',
    'bad',
  ];
  const all = app.commands.map((command) => command.name);
  expect(all).toEqual(expect.arrayContaining([...names, 'settings', 'status']));
  const help = await say('/help');
  for (const name of all) expect(help).toContain(`/${name}`);
  expect(await say('/help model')).toContain('/model [auto|local|cloud|ask]');
});

test('what the command line offers exists in the chat and only reads', async () => {
  const { app } = await steward();
  for (const { name } of oneShotCommands)
    expect(app.commands.find((command) => command.name === name)).toMatchObject({ isReadOnly: true });
});

test('an unknown command is answered with the nearest one', async () => {
  const { say } = await steward();
  expect(await say('/modle')).toContain('Did you mean `/model`');
  expect(await say('/xyzzy')).toContain('/help');
});

test('wrong options name what was typed', async () => {
  const { say } = await steward();
  expect(await say('/stats many')).toMatch(/days.*many/);
});

test('/good and /bad are kept with their reason, on the last answer', async () => {
  const { app, say, tasks } = await steward();
  expect(await say('/good')).toContain('no answer here yet');
  await say('hello');
  await say('/good');
  await say('/bad too long');
  expect(app.database.orm.select().from(signals).all()).toMatchObject([
    { kind: 'good', taskId: tasks()[0]?.id, reason: null },
    { kind: 'bad', reason: 'too long' },
  ]);
});

test('/settings shows each value with its origin, checks a change, survives a restart and is undone by default', async () => {
  const home = temporaryFolder();
  const first = await steward(home);
  expect(await first.say('/settings')).toMatch(/budget\.dayUsd.*1/);
  expect(await first.say('/settings budget.dayUsd lots')).toMatch(/`budget\.dayUsd` cannot be `lots`/);
  expect(await first.say('/settings budget.dayUsd 2.5')).toContain('is now 2.5');
  expect(await first.say('/settings budget.dayUsd')).toContain('changed in the chat');
  expect(first.app.database.orm.select().from(audit).all()).toMatchObject([
    { act: 'setting-changed', subject: 'budget.dayUsd' },
  ]);
  await first.stop();
  const second = await steward(home);
  expect(await second.say('/cost')).toContain('of $2.50');
  await second.say('/settings budget.dayUsd default');
  expect(await second.say('/cost')).toContain('of $1.00');
});

test('audit rows can be neither changed nor deleted', async () => {
  const { app, say } = await steward();
  await say('/settings household.language de');
  expect(() => app.database.orm.run(sql`DELETE FROM audit`)).toThrow();
  expect(() => app.database.orm.run(sql`UPDATE audit SET act = 'x'`)).toThrow();
});

test('/stats, /status and /history tell of what was done', async () => {
  const { say } = await steward();
  expect(await say('/stats')).toContain('No messages');
  expect(await say('/history')).toContain('Nothing yet');
  await say('tell me *about* cats');
  expect(await say('/stats')).toMatch(/answered: 1 \(100 %\)/);
  expect(await say('/history')).toContain('tell me *about* cats');
  const status = await say('/status');
  expect(status).toContain('Ollama: qwen3:1.7b');
  expect(status).toContain('Claude: no key');
});

test('a duplicate of an event is dropped', async () => {
  const { app, settled, tasks } = await steward();
  const event = {
    kind: 'message' as const,
    nativeId: 'one',
    revision: 0,
    at: 0,
    address: { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' },
    sender: { nativeId: 'terminal', displayName: 'Owner' },
    text: 'hello',
    attachments: [],
  };
  app.accept([event, event]);
  app.accept([event]);
  await settled();
  expect(tasks()).toHaveLength(1);
});

test('an edit replaces a message that still waits, a deletion cancels it', async () => {
  const { app, ollama, settled, tasks } = await steward();
  const gate = Promise.withResolvers<string>();
  ollama.reply('first', { chunks: [gate.promise] });
  const base = {
    revision: 0,
    at: 0,
    address: { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' },
    sender: { nativeId: 'terminal', displayName: 'Owner' },
    attachments: [],
  };
  const message = (nativeId: string, text: string) => ({ ...base, kind: 'message' as const, nativeId, text });
  app.accept([message('1', 'first'), message('2', 'second'), message('3', 'third')]);
  app.accept([
    { ...base, kind: 'edit', nativeId: '2', revision: 1, text: 'second, better' },
    { ...base, kind: 'deletion', nativeId: 'd3', targetNativeId: '3' },
  ]);
  gate.resolve('done');
  await settled();
  expect(tasks().map(({ text, state }) => [text, state])).toEqual([
    ['first', 'answered'],
    ['second, better', 'answered'],
    ['third', 'cancelled'],
  ]);
});

describe('on a phone of 34 characters a line', () => {
  test.for(['/stats', '/cost', '/status', '/history', '/notify', '/why'])(
    '%s is short lines that need no table and wrap at most twice',
    async (command) => {
      const { says } = await startHousehold();
      await says(owner, '/notify here');
      await says(owner, 'please tell me how the weather will be in the mountains tomorrow');
      await says(owner, '/model cloud');
      await says(owner, 'and now by Claude');
      const parts = renderMessage({ markdown: (await says(owner, command)) ?? '' });
      expect(parts).toHaveLength(1);
      const [part] = parts;
      if (part?.kind !== 'text') throw new Error('not a text');
      expect(part.rich).toBeUndefined();
      const lines = part.plain.flatMap((message) => message.text.split('\n'));
      const pathOrAddress = /\S{25,}/;
      for (const line of lines)
        if (!pathOrAddress.test(line)) expect(line.length, line).toBeLessThanOrEqual(3 * 34);
    },
  );
});
