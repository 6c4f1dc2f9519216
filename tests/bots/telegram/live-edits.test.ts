import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTelegramApi } from '../../../src/bots/telegram/api.ts';
import { createEditBudget } from '../../../src/bots/telegram/edit-budget.ts';
import { openEdits } from '../../../src/bots/telegram/live-edits.ts';
import { openDraft } from '../../../src/bots/telegram/live.ts';
import type { EarlierAttempt, SentRef } from '../../../src/core/contracts/chat.ts';
import { startFakeTelegram } from '../../support/fake-telegram.ts';
import { createHandClock, type HandClock } from '../../support/hand-clock.ts';

const chatId = -1_000_000_000_500;
const address = { platform: 'telegram', account: '1', chatId: String(chatId), threadKey: '9' };
const log = pino({ level: 'silent' });

async function setup() {
  const telegram = await startFakeTelegram();
  onTestFinished(() => telegram.stop());
  telegram.messages(chatId);
  const clock = createHandClock();
  const api = createTelegramApi({ token: telegram.token, apiRoot: telegram.url, clock });
  const budget = createEditBudget(clock);
  const refs: SentRef[] = [];
  const open = (options: { existing?: SentRef; earlier?: EarlierAttempt } = {}) =>
    openEdits({ api, clock, log, address, budget, onRef: (ref) => refs.push(ref), ...options });
  const shown = () => telegram.messages(chatId).map((message) => message.text);
  const until = (probe: () => unknown) => expect.poll(probe, { timeout: 5_000, interval: 2 });
  /** Lets time go by in steps, so that what is on the wire can come back between them. */
  const pass = async (ms: number, probe: () => unknown, wanted: unknown) => {
    await clock.advance(ms);
    await until(probe).toEqual(wanted);
  };
  return { telegram, clock, api, open, refs, shown, pass, until };
}

const typings = (telegram: Awaited<ReturnType<typeof setup>>['telegram']) =>
  telegram.callsOf('sendChatAction').length;

async function endTyping(clock: HandClock, settle: Promise<void>): Promise<void> {
  await clock.advance(10);
  await settle;
}

describe('an answer that grows by edits', () => {
  test('shows typing until there is text, then one message that is edited every four seconds', async () => {
    const { telegram, clock, open, refs, shown, pass, until } = await setup();
    const live = open();
    await pass(250, () => typings(telegram), 1);
    await pass(4_500, () => typings(telegram), 2);
    expect(telegram.callsOf('sendChatAction')[0]).toMatchObject({ message_thread_id: 9 });
    live.update('One');
    await pass(3_250, shown, ['One']);
    await until(() => refs).toEqual([{ nativeId: `${chatId}:${telegram.messages(chatId)[0]?.id}` }]);
    live.update('One two');
    await pass(3_000, shown, ['One']);
    await pass(1_000, shown, ['One two']);
    expect(telegram.callsOf('sendMessage')[0]).toMatchObject({ message_thread_id: 9 });
    await endTyping(clock, live.settle());
  });

  test('says nothing twice and nothing at all when it is over before the first frame', async () => {
    const { telegram, clock, open, shown } = await setup();
    const live = open();
    live.update('Quick');
    await endTyping(clock, live.settle());
    await clock.advance(60_000);
    expect(shown()).toEqual([]);
    expect(telegram.callsOf('sendMessage')).toHaveLength(0);
  });

  test('keeps to 15 calls a minute in a chat, over all its answers', async () => {
    const { telegram, clock, open, until } = await setup();
    const lives = [open(), open()];
    const calls = () => telegram.callsOf('sendMessage').length + telegram.callsOf('editMessageText').length;
    let expected = 0;
    for (let frame = 1; frame <= 14; frame++) {
      for (const [index, live] of lives.entries()) live.update(`answer ${index} frame ${frame}`);
      await clock.advance(4_000);
      expected = Math.min(15, expected + 2);
      await until(calls).toBe(expected);
    }
    await clock.advance(8_000);
    for (const live of lives) live.update('more');
    await clock.advance(4_000);
    await until(calls).toBeGreaterThan(15);
    await endTyping(
      clock,
      Promise.all(lives.map((live) => live.settle())).then(() => undefined),
    );
  });

  test('goes on in the message that an interrupted run left', async () => {
    const { telegram, clock, api, open, shown, pass, refs } = await setup();
    const sent = await api.sendMessage(chatId, 'One tw');
    const live = open({ existing: { nativeId: `${chatId}:${sent.message_id}` } });
    live.update('One two three');
    await pass(4_000, shown, ['One two three']);
    expect(refs).toEqual([]);
    expect(telegram.callsOf('sendMessage')).toHaveLength(1);
    await endTyping(clock, live.settle());
  });

  test('finds the message that an interrupted run left without telling', async () => {
    const { telegram, clock, api, open, shown, pass, until, refs } = await setup();
    const asked = telegram.says(chatId, 'the question');
    const sent = await api.sendMessage(chatId, 'One tw');
    const live = open({ earlier: { after: { nativeId: `${chatId}:${asked}` }, known: [] } });
    live.update('One two three');
    await pass(4_000, shown, ['the question', 'One two three']);
    await until(() => refs).toEqual([{ nativeId: `${chatId}:${sent.message_id}` }]);
    await endTyping(clock, live.settle());
  });

  test('waits out a 429 and then shows what is newest', async () => {
    const { telegram, clock, open, shown, pass } = await setup();
    const live = open();
    telegram.trouble('sendMessage', { status: 429, retryAfter: 9 });
    live.update('One');
    await pass(4_000, () => telegram.callsOf('sendMessage').length, 1);
    live.update('One two');
    await pass(8_000, () => telegram.callsOf('sendMessage').length, 1);
    await pass(4_000, shown, ['One two']);
    await endTyping(clock, live.settle());
  });

  test('shows no second message when it is not known whether the first one stands', async () => {
    const { telegram, clock, open, pass } = await setup();
    const live = open();
    telegram.trouble('sendMessage', 'drop-after');
    live.update('One');
    await pass(4_000, () => telegram.callsOf('sendMessage').length, 1);
    live.update('One two');
    await pass(20_000, () => telegram.callsOf('sendMessage').length, 1);
    await endTyping(clock, live.settle());
  });
});

describe('an answer that grows as a draft', () => {
  const privately = { ...address, chatId: '77', threadKey: '' };

  test('is drawn anew every 20 seconds, because drafts die', async () => {
    const { telegram, clock, api, until } = await setup();
    telegram.messages(77);
    const live = openDraft({ api, clock, log, address: privately, draftId: 1, onUnknown: () => live });
    await until(() => clock.sleepers()).toBe(1);
    live.update('One');
    await clock.advance(500);
    await until(() => telegram.draft(77)).toBe('One');
    await until(() => clock.sleepers()).toBe(1);
    const drawn = () => telegram.callsOf('sendMessageDraft').length;
    const before = drawn();
    await clock.advance(19_500);
    expect(drawn()).toBe(before);
    await clock.advance(1_000);
    await until(drawn).toBe(before + 1);
    const settled = live.settle();
    await clock.advance(500);
    await settled;
  });

  test('goes on by edits on a server that is older than drafts', async () => {
    const { telegram, clock, api, open, shown, until } = await setup();
    telegram.unknown.add('sendMessageDraft');
    const live = openDraft({ api, clock, log, address: privately, draftId: 1, onUnknown: () => open() });
    live.update('One');
    await clock.advance(100);
    await until(() => clock.sleepers()).toBe(2);
    await clock.advance(4_000);
    await until(shown).toEqual(['One']);
    await endTyping(clock, live.settle());
  });
});
