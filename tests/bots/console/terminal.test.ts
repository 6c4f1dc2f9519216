import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createConsoleAdapter } from '../../../src/bots/console/adapter.ts';
import type { InboundEvent } from '../../../src/core/contracts/chat.ts';
import { temporaryFolder } from '../../support/steward.ts';
import { createTestTerminal } from '../../support/terminal.ts';

const address = { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' };

async function openTerminal(
  options: { size?: { columns: number; rows: number }; historyFile?: string; refusal?: string } = {},
) {
  const terminal = createTestTerminal(options.size);
  const events: InboundEvent[] = [];
  let quits = 0;
  let n = 0;
  const adapter = createConsoleAdapter({
    input: terminal.input,
    output: terminal.output,
    interactive: true,
    ...(options.historyFile && { historyFile: options.historyFile }),
    now: () => 0,
    newId: () => `id-${++n}`,
    onQuit: () => {
      quits += 1;
    },
    refusesPath: () => undefined,
  });
  await adapter.start({
    owners: () => [],
    lastSeen: () => [],
    commands: [
      { name: 'model', description: '', access: 'member', options: [], isPersonal: false },
      { name: 'memory', description: '', access: 'member', options: [], isPersonal: false },
    ],
    onEvents(batch) {
      if (options.refusal) throw new Error(options.refusal);
      events.push(...batch);
      return { refused: [] };
    },
    complete(name, typed) {
      if (options.refusal) throw new Error(options.refusal);
      return ['auto', 'cloud'].filter((one) => name === 'model' && one.startsWith(typed));
    },
  });
  const type = async (keys: string) => {
    terminal.type(keys);
    return terminal.text();
  };
  const send = async (markdown: string) => {
    for (const part of adapter.render({ markdown })) await adapter.send(address, part, `part-${++n}`);
    return terminal.text();
  };
  const texts = () => events.map((event) => ('text' in event ? event.text : event.kind));
  return { terminal, adapter, events, texts, type, send, quits: () => quits };
}

const key = {
  up: '\u001b[A',
  left: '\u001b[D',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlA: '\u0001',
  ctrlW: '\u0017',
  backspace: '\u007f',
};

describe('the edit line', () => {
  test('edits by the keys of a shell', async () => {
    const { type, texts } = await openTerminal();
    await type(`helo${key.left}l${key.ctrlA}> \u0005!\r`);
    await type(`wrong words${key.ctrlW}ones${key.backspace}\r`);
    expect(texts()).toEqual(['> hello!', 'wrong one']);
  });

  test('deletes a whole character, however many code units it has', async () => {
    const { type, texts } = await openTerminal();
    await type(`a👨‍👩‍👧‍👦${key.backspace}b\r`);
    expect(texts()).toEqual(['ab']);
  });

  test('keeps its history over restarts, newest first, in a file of the owner alone', async () => {
    const historyFile = join(temporaryFolder(), 'history');
    const first = await openTerminal({ historyFile });
    await first.type('one\r');
    first.terminal.paste('two\nlines');
    await first.type('\r');
    await first.adapter.stop();
    expect(statSync(historyFile).mode & 0o777).toBe(0o600);
    expect(readFileSync(historyFile, 'utf8').split('\n')).toHaveLength(3);
    const second = await openTerminal({ historyFile });
    await second.type(`${key.up}${key.up}${key.up}\r`);
    expect(second.texts()).toEqual(['one']);
  });

  test('opens without a history that cannot be read', async () => {
    const { type, texts } = await openTerminal({ historyFile: temporaryFolder() });
    await type('hello\r');
    expect(texts()).toEqual(['hello']);
  });

  test('shows no control of a pasted text, also when the history brings it back', async () => {
    const { terminal, type } = await openTerminal();
    terminal.paste('one\u001b]0;title\u0007\ntwo');
    await type(`\r${key.up}`);
    expect(terminal.raw()).not.toContain('\u001b]0;');
  });

  test('makes one message of a paste of several lines, and shows that it is one', async () => {
    const { terminal, type, texts } = await openTerminal();
    terminal.paste('first line\r\nsecond line\r\nthird');
    expect(await terminal.text()).toContain('[pasted 3 lines]');
    expect(texts()).toEqual([]);
    await type(' please\r');
    expect(texts()).toEqual(['first line\nsecond line\nthird please']);
  });

  test('takes a megabyte in one paste', async () => {
    const { terminal, type, texts } = await openTerminal();
    terminal.paste('x'.repeat(1_000_000));
    expect(await type('\r')).toContain('[pasted 1000000 characters]');
    expect(texts()[0]).toHaveLength(1_000_000);
  });

  test('a paste that comes in pieces is still one', async () => {
    const { terminal, type, texts } = await openTerminal();
    for (const piece of ['\u001b[2', '00~one\ntw', 'o\u001b[20', '1~']) terminal.type(piece);
    await type('\r');
    expect(texts()).toEqual(['one\ntwo']);
  });

  test('a backslash at the end goes on in the next line', async () => {
    const { type, texts } = await openTerminal();
    await type('one\\\rtwo\r');
    expect(texts()).toEqual(['one\ntwo']);
  });

  test('completes commands and their choices', async () => {
    const { type, events } = await openTerminal();
    expect(await type('/m\t')).toContain('model  memory');
    await type('o\tcl\t\r');
    expect(events).toMatchObject([{ kind: 'command', name: 'model', input: 'cloud' }]);
  });
});

describe('when the core refuses', () => {
  test('a text comes back into the edit line', async () => {
    const { type } = await openTerminal({ refusal: 'The disk is full.' });
    expect(await type('keep me\r')).toMatch(/Not taken: The disk is full\.\n\n› keep me$/);
  });

  test('a stop is reported, and the next Ctrl-C asks again instead of leaving', async () => {
    const { adapter, type, quits } = await openTerminal({ refusal: 'The disk is full.' });
    adapter.openLive?.(address, { partId: 'p', onRef: () => undefined });
    await type(key.ctrlC);
    expect((await type(key.ctrlC)).match(/Not stopped: The disk is full\./g)).toHaveLength(2);
    expect(quits()).toBe(0);
  });

  test('a completion does nothing', async () => {
    const { type } = await openTerminal({ refusal: 'The database is busy.' });
    expect(await type('/model c\t')).toMatch(/› \/model c$/);
  });
});

describe('Ctrl-C', () => {
  test('clears what is typed, then leaves', async () => {
    const { type, quits, texts } = await openTerminal();
    await type(`draft${key.ctrlC}`);
    expect(quits()).toBe(0);
    await type(key.ctrlC);
    expect(quits()).toBe(1);
    expect(texts()).toEqual([]);
  });

  test('stops a running answer once, and leaves the second time', async () => {
    const { adapter, type, quits, texts } = await openTerminal();
    adapter.openLive?.(address, { partId: 'p', onRef: () => undefined });
    await type(key.ctrlC);
    expect(texts()).toEqual(['stop']);
    expect(quits()).toBe(0);
    await type(key.ctrlC);
    expect(quits()).toBe(1);
  });

  test('Ctrl-D on an empty line leaves', async () => {
    const { type, quits } = await openTerminal();
    await type(key.ctrlD);
    expect(quits()).toBe(1);
  });
});

describe('the screen', () => {
  test('keeps what is being typed while answers are printed above it', async () => {
    const { type, send } = await openTerminal();
    await type('half a sen');
    const text = await send('An answer.');
    expect(text).toMatch(/An answer\.\n\n› half a sen$/);
  });

  test('an answer taller than the screen streams by its end and stands whole in the scrollback', async () => {
    const { adapter, terminal, send } = await openTerminal({ size: { columns: 40, rows: 10 } });
    const long = Array.from({ length: 40 }, (_, n) => `row number ${n}.`).join('\n\n');
    const live = adapter.openLive?.(address, { partId: 'p', onRef: () => undefined });
    live?.update(long);
    await expect.poll(() => terminal.text(), { interval: 5 }).toContain('row number 39.');
    await live?.settle();
    const text = await send(long);
    for (let n = 0; n < 40; n++) expect(text.match(new RegExp(`row number ${n}\\.`, 'g'))).toHaveLength(1);
  });

  test('a terminal that does not know its size gets the usual one', async () => {
    const { terminal, send } = await openTerminal();
    Object.assign(terminal.output, { columns: 0, rows: 0 });
    expect(await send('An answer of several words.')).toContain('An answer of several words.');
  });

  test('survives a resize with a wrapped draft', async () => {
    const { terminal, type, send } = await openTerminal({ size: { columns: 60, rows: 20 } });
    await type('a draft that is rather long and fills more than one row of a window');
    terminal.resize(30, 20);
    const text = await send('Done.');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('fills more than one row of a window');
    expect(text.match(/Done\./g)).toHaveLength(1);
  });

  test('progress of one card stands in one place and ends with its last state', async () => {
    const { adapter, terminal, send } = await openTerminal();
    const [card] = adapter.render({ markdown: 'Shall I fetch it?' });
    if (!card) throw new Error('no card');
    const ref = await adapter.send(address, card, 'card');
    for (const percent of [10, 50, 100]) {
      const [part] = adapter.render({ markdown: `Fetching: ${percent} %` });
      if (part) await adapter.edit(address, ref, part);
    }
    await terminal.text();
    const text = await send('Next.');
    expect(text).not.toContain('10 %');
    expect(text).toMatch(/Fetching: 100 %\n\nNext\./);
  });

  test('an edit shows its new choices, and all of its lines', async () => {
    const { adapter, terminal, type, events } = await openTerminal();
    const [first] = adapter.render({ markdown: 'One?', buttons: [[{ label: 'Go', token: 'go' }]] });
    const [second] = adapter.render({
      markdown: 'a\n\nb\n\nc\n\nd',
      buttons: [[{ label: 'Sure', token: 'sure' }]],
    });
    if (!first || !second) throw new Error('no card');
    const ref = await adapter.send(address, first, 'card');
    await adapter.edit(address, ref, second);
    expect(await terminal.text()).toMatch(/a\n\nb\n\nc\n\nd\n\n1 Sure/);
    await type('1\r');
    expect(events).toMatchObject([{ kind: 'press', token: 'sure' }]);
  });

  test('never clears from the first cell: tmux would keep the old screen in its scrollback', async () => {
    const { terminal, type } = await openTerminal();
    await type('hello');
    expect(terminal.raw()).not.toMatch(/\r\u001b\[J/);
  });

  test('an output that fails is a fault of the sending', async () => {
    const { terminal, send } = await openTerminal();
    terminal.output.destroy(new Error('EPIPE'));
    await expect(send('anybody?')).rejects.toThrow('the console is closed');
  });

  test('gives the terminal back as it was', async () => {
    const { adapter, terminal } = await openTerminal();
    expect(terminal.isRaw()).toBe(true);
    await adapter.stop();
    await terminal.text();
    expect(terminal.isRaw()).toBe(false);
    expect(terminal.raw()).toContain('\u001b[?2004h');
    expect(terminal.raw().lastIndexOf('\u001b[?2004l')).toBeGreaterThan(
      terminal.raw().lastIndexOf('\u001b[?2004h'),
    );
  });
});
