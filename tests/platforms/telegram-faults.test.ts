import { describe, expect, test } from 'vitest';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward } from '../support/steward.ts';
import { openPhone, type Phone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

async function setup() {
  const phone = await openPhone(folder ?? '');
  return { ...phone, steward: await startSteward(phone.config()) };
}

async function answersAll({ sim, anna }: Pick<Phone, 'sim' | 'anna'>, marks: readonly number[]) {
  for (const mark of marks) {
    anna.sends(`question zq${mark}x`);
    await sim.waitForReply(anna, `Answer zr${mark}x.`, { timeout: 60_000 });
  }
  const texts = sim.botMessages(anna).map((view) => view.text);
  for (const mark of marks)
    expect(
      texts.filter((text) => text === `Answer zr${mark}x.`),
      sim.print(anna),
    ).toHaveLength(1);
}

const searched = [/editMessageText: 400 .*(not found|can't be edited|not modified)/];

describe.skipIf(!folder)('Telegram in trouble', () => {
  const faults = {
    'a 500': { kind: 'status', code: 500 },
    'a 500 after it took effect': { kind: 'status', code: 500, execute: true },
    'a 429': { kind: '429', retryAfter: 2 },
    'a web page': { kind: 'html', code: 502 },
    'a web page after it took effect': { kind: 'html', code: 502, execute: true },
    'a dropped connection': { kind: 'drop', at: 'headers' },
    'an answer that breaks off': { kind: 'drop', at: 'body' },
    'a slow answer': { kind: 'delay', ms: 1_500 },
  };
  test.for(Object.entries(faults))('%s to each send: one answer each', async ([, fault]) => {
    const phone = await setup();
    for (const method of ['sendMessage', 'sendRichMessage', 'sendMessageDraft', 'sendChatAction'])
      phone.sim.fault({ method, times: 2, ...fault });
    await answersAll(phone, [1, 2, 3]);
    phone.sim.assertClean({ forged: true, allow: searched });
  });

  test.for(Object.entries(faults))('%s to polls: nothing is lost or doubled', async ([, fault]) => {
    const phone = await setup();
    phone.sim.fault({ method: 'getUpdates', times: 2, ...fault });
    await answersAll(phone, [1, 2]);
    phone.sim.assertClean({ forged: true, allow: searched });
  });

  test('an answer in several parts whose middle one is lost comes whole and in order', async () => {
    const { sim, anna, ollama } = await setup();
    const words = Array.from({ length: 12_000 }, (_, n) => `w${n}`);
    ollama.reply('long', { text: words.map((word, n) => (n % 60 === 59 ? `${word}\n\n` : word)).join(' ') });
    sim.fault({ method: 'sendRichMessage', kind: 'drop', at: 'headers', skip: 1, times: 1 });
    anna.sends('a long one');
    await sim.waitForReply(anna, /w11999/, { timeout: 60_000 });
    const all = sim
      .botMessages(anna)
      .map((view) => view.text)
      .join(' ');
    expect(all.split(/\s+/).filter((word) => /^w\d+$/.test(word))).toEqual(words);
    sim.assertClean({ forged: true, allow: searched });
  });

  test('updates doubled, shuffled and late: every message is answered once', async () => {
    const { sim, anna } = await setup();
    sim.duplicateUpdates(20, 'batch');
    sim.shuffleUpdates(5);
    const marks = [1, 2, 3, 4, 5, 6];
    for (const mark of marks) anna.sends(`question zq${mark}x`);
    for (const mark of marks)
      await sim.waitForReply(anna, `Answer zr${mark}x.`, { timeout: 60_000, since: 0 });
    const texts = sim.botMessages(anna).map((view) => view.text);
    for (const mark of marks) expect(texts.filter((text) => text === `Answer zr${mark}x.`)).toHaveLength(1);
    sim.assertClean({ forged: true, allow: searched });
  });

  test('a second copy with the same token is said, and gone again when it is alone', async () => {
    const { sim, anna, steward } = await setup();
    const url = `${sim.apiRoot}/bot${sim.token}/getUpdates`;
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ timeout: 3 }),
    });
    await sim.waitFor(async () => (await steward.say('/status')).includes('Another program takes'), 30_000);
    await answersAll({ sim, anna }, [1]);
  });

  test('a message edited while it waits is answered as edited', async () => {
    const { sim, anna, ollama, steward } = await setup();
    const gate = Promise.withResolvers<undefined>();
    ollama.reply('first', { text: 'Done with the first.', before: gate.promise });
    anna.sends('the first');
    await sim.waitForCall('sendMessageDraft');
    const second = anna.sends('question zq1x');
    anna.edits(second, 'question zq2x');
    await sim.waitFor(() => steward.tasks().some((task) => task.text === 'question zq2x'));
    gate.resolve(undefined);
    await sim.waitForReply(anna, 'Answer zr2x.', { since: 0 });
    expect(sim.botMessages(anna).some((view) => view.text.includes('zr1x'))).toBe(false);
  });

  test('the stop button of a draft stops the answer', async () => {
    const { sim, anna, ollama } = await setup();
    const never = Promise.withResolvers<string>();
    ollama.reply('endless', { chunks: ['It begins. ', never.promise] });
    anna.sends('endless');
    await sim.waitFor(() => sim.state(anna).drafts.some((draft) => draft.text.includes('It begins')), 20_000);
    anna.stopsDraft();
    const stopped = await sim.waitForReply(anna, /Stopped|stopped/, { timeout: 20_000 });
    expect(stopped.text).toContain('It begins.');
    sim.assertClean({ forged: true, warnings: true });
  });

  test('an older server without drafts and rich messages gets edits and plain text', async () => {
    const phone = await openPhone(folder ?? '', { sim: { legacyApi: true } });
    const { sim, anna, ollama } = phone;
    await startSteward(phone.config());
    const gate = Promise.withResolvers<string>();
    ollama.reply('table', { chunks: ['# Title\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n', gate.promise] });
    anna.sends('a table');
    await sim.waitForReply(anna, /Title/, { timeout: 20_000 });
    gate.resolve('The end.');
    await sim.waitForReply(anna, /The end\./, { timeout: 20_000, edits: true });
    expect(sim.botMessages(anna)).toHaveLength(1);
    sim.assertClean({ forged: true, allow: [/404/, /text is empty/] });
  });
});
