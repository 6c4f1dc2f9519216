import { describe, expect, onTestFinished, test } from 'vitest';
import { createTelegramApi } from '../../../src/bots/telegram/api.ts';
import { createTelegramOutbound } from '../../../src/bots/telegram/outbound.ts';
import { storedPart } from '../../../src/bots/telegram/part.ts';
import { renderMessage } from '../../../src/bots/telegram/render.ts';
import type { RenderedPart } from '../../../src/core/contracts/chat.ts';
import { startFakeTelegram } from '../../support/fake-telegram.ts';
import { png } from '../../support/sample-files.ts';
import { createHandClock } from '../../support/hand-clock.ts';

const person = 77;
const address = { platform: 'telegram', account: '1', chatId: String(person), threadKey: '' };

async function setup() {
  const telegram = await startFakeTelegram();
  onTestFinished(() => telegram.stop());
  telegram.messages(person);
  const clock = createHandClock();
  const api = createTelegramApi({ token: telegram.token, apiRoot: telegram.url, clock });
  return { telegram, clock, outbound: createTelegramOutbound(api) };
}

const bars = png(40, 30);
const photo: RenderedPart = storedPart({
  kind: 'photo',
  name: 'bars.png',
  png: bars.toString('base64'),
  caption: 'Two bars',
  instead: [{ text: '██ ███', entities: [] }],
});
const textOf = (text: string): RenderedPart => storedPart({ kind: 'text', plain: [{ text, entities: [] }] });
const manyTexts = (...texts: string[]): RenderedPart =>
  storedPart({ kind: 'text', plain: texts.map((text) => ({ text, entities: [] })) });
const texts = (telegram: Awaited<ReturnType<typeof setup>>['telegram']) =>
  telegram.messages(person).map((message) => message.text);

describe('a send whose answer was lost', () => {
  test('is found when it took effect, and not sent again', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    telegram.trouble('sendMessage', 'drop-after');
    await expect(outbound.send(address, textOf('Answer'))).rejects.toMatchObject({ mayHaveArrived: true });
    telegram.says(person, 'are you there?');
    const ref = await outbound.send(address, textOf('Answer'), { after, known: [] });
    expect(texts(telegram)).toEqual(['hi', 'Answer', 'are you there?']);
    expect(ref.nativeId).toBe(String(Number(after.nativeId) + 1));
  });

  test('is sent again when it did not', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    telegram.trouble('sendMessage', 'drop');
    await expect(outbound.send(address, textOf('Answer'))).rejects.toMatchObject({ mayHaveArrived: true });
    await outbound.send(address, textOf('Answer'), { after, known: [] });
    expect(texts(telegram)).toEqual(['hi', 'Answer']);
  });

  test('never touches other messages of Steward', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    const other = await outbound.send(address, textOf('Another answer'));
    await outbound.send(address, textOf('Answer'), { after, known: [other] });
    expect(texts(telegram)).toEqual(['hi', 'Another answer', 'Answer']);
  });

  test('of several messages goes on after those that arrived', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    const part = manyTexts('one', 'two', 'three');
    telegram.trouble('sendMessage', { status: 200, html: true }, 0);
    const first = await outbound.send(address, textOf('one'));
    expect(first.nativeId).not.toBe('');
    await outbound.send(address, part, { after, known: [] });
    expect(texts(telegram)).toEqual(['hi', 'one', 'two', 'three']);
  });

  test('says that something may stand there when it broke off in the middle', async () => {
    const { telegram, outbound } = await setup();
    telegram.says(person, 'hi');
    telegram.trouble('sendMessage', { status: 429, retryAfter: 3 });
    const sent = outbound.send(address, manyTexts('one', 'two'));
    await expect(sent).rejects.toMatchObject({
      permanent: false,
      retryAfterMs: 3_000,
      mayHaveArrived: false,
    });
  });

  test('is found as a file, too', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    const file = storedPart({ kind: 'document', name: 'code.ts', content: 'let a = 1;' });
    telegram.trouble('sendDocument', 'drop-after');
    await expect(outbound.send(address, file)).rejects.toMatchObject({ mayHaveArrived: true });
    await outbound.send(address, file, { after, known: [] });
    expect(telegram.callsOf('sendDocument')).toHaveLength(1);
    expect(texts(telegram)).toEqual(['hi', 'let a = 1;']);
  });

  test('is found as a photo, too, and its picture is left alone', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    telegram.trouble('sendPhoto', 'drop-after');
    await expect(outbound.send(address, photo)).rejects.toMatchObject({ mayHaveArrived: true });
    const ref = await outbound.send(address, photo, { after, known: [] });
    expect(telegram.countOf('sendPhoto')).toBe(1);
    expect(texts(telegram)).toEqual(['hi', 'Two bars']);
    expect(telegram.messages(person)[1]?.photo?.bytes.equals(bars)).toBe(true);
    expect(ref.nativeId).toBe(String(Number(after.nativeId) + 1));
  });

  test('as a photo is sent again when it did not take effect, and takes no text for it', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    const other = await outbound.send(address, textOf('Two bars'));
    telegram.trouble('sendPhoto', 'drop');
    await expect(outbound.send(address, photo)).rejects.toMatchObject({ mayHaveArrived: true });
    await outbound.send(address, photo, { after, known: [other] });
    await outbound.send(address, photo, { after, known: [] });
    expect(telegram.messages(person).map((message) => message.photo !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('as a text takes no photo for it', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    await outbound.send(address, photo);
    await outbound.send(address, textOf('Answer'), { after, known: [] });
    expect(texts(telegram)).toEqual(['hi', 'Two bars', 'Answer']);
  });

  test('in a supergroup is not looked for by the number of another chat', async () => {
    const { telegram, outbound } = await setup();
    const group = { ...address, chatId: '-1000000000500' };
    telegram.messages(-1_000_000_000_500);
    await outbound.send(group, textOf('Answer'), { after: { nativeId: '7' }, known: [] });
    expect(telegram.callsOf('editMessageText')).toHaveLength(0);
  });
});

describe('a photo', () => {
  test('that the chat does not take is said in words, and found as such', async () => {
    const { telegram, outbound } = await setup();
    const after = { nativeId: String(telegram.says(person, 'hi')) };
    telegram.photoless.add(person);
    telegram.trouble('sendMessage', 'drop-after');
    await expect(outbound.send(address, photo)).rejects.toMatchObject({ mayHaveArrived: true });
    await outbound.send(address, photo, { after, known: [] });
    expect(texts(telegram)).toEqual(['hi', '██ ███']);
  });

  test('has words under it that are short enough, and buttons', async () => {
    const { telegram, outbound } = await setup();
    const picture = {
      name: 'bars.png',
      pngBase64: bars.toString('base64'),
      description: 'many words '.repeat(200),
      alternative: '██ ███',
    };
    const buttons = [[{ label: 'More', token: 'more' }]];
    const [part, ...others] = renderMessage({ markdown: '', pictures: [picture], buttons });
    if (!part) throw new Error('no part');
    expect(others).toEqual([]);
    await outbound.send(address, storedPart(part));
    const [shown] = telegram.messages(person);
    expect(shown?.text).toHaveLength(1_024);
    expect(shown?.buttons).toMatchObject([{ text: 'More' }]);
  });

  test('cannot be made of a text, nor a text of it', async () => {
    const { outbound } = await setup();
    const ref = await outbound.send(address, textOf('…'));
    await expect(outbound.edit(address, ref, photo)).rejects.toMatchObject({ permanent: true });
    const shown = await outbound.send(address, photo);
    await expect(outbound.edit(address, shown, textOf('Answer'))).rejects.toMatchObject({ permanent: true });
  });
});

describe('rich messages', () => {
  const [table] = renderMessage({ markdown: '# Title\n\n| a | b |\n| - | - |\n| 1 | 2 |' });
  if (!table) throw new Error('no part');

  test('are sent as blocks, and as plain text where the server does not take them', async () => {
    const { telegram, outbound } = await setup();
    await outbound.send(address, storedPart(table));
    telegram.trouble('sendRichMessage', { status: 400 });
    await outbound.send(address, storedPart(table));
    telegram.unknown.add('sendRichMessage');
    await outbound.send(address, storedPart(table));
    await outbound.send(address, storedPart(table));
    expect(telegram.messages(person).map((message) => message.isRich)).toEqual([true, false, false, false]);
    // A server that does not know the method is not asked again.
    expect(telegram.callsOf('sendRichMessage')).toHaveLength(2);
  });

  test('replace the preview by an edit', async () => {
    const { telegram, outbound } = await setup();
    const preview = await outbound.send(address, textOf('Title …'));
    await outbound.edit(address, preview, storedPart(table));
    await outbound.edit(address, preview, storedPart(table));
    expect(texts(telegram)).toHaveLength(1);
    expect(telegram.messages(person)[0]?.content).toContain('blocks');
  });
});

describe('an edit', () => {
  test('into more than one message sends the rest after it', async () => {
    const { telegram, outbound } = await setup();
    const preview = await outbound.send(address, textOf('…'));
    const last = await outbound.edit(address, preview, manyTexts('one', 'two'));
    expect(texts(telegram)).toEqual(['one', 'two']);
    expect(last.nativeId).not.toBe(preview.nativeId);
  });

  test('of a message that is gone is a lasting fault', async () => {
    const { telegram, outbound } = await setup();
    const ref = await outbound.send(address, textOf('…'));
    telegram.remove(person, Number(ref.nativeId));
    await expect(outbound.edit(address, ref, textOf('Answer'))).rejects.toMatchObject({ permanent: true });
  });

  test('cannot make a file of a text', async () => {
    const { outbound } = await setup();
    const ref = await outbound.send(address, textOf('…'));
    const file = storedPart({ kind: 'document', name: 'a.txt', content: 'a' });
    await expect(outbound.edit(address, ref, file)).rejects.toMatchObject({ permanent: true });
  });
});

describe('faults', () => {
  test('a chat that moved says where to', async () => {
    const { telegram, outbound } = await setup();
    telegram.moved.set(person, -1_000_000_000_900);
    await expect(outbound.send(address, textOf('Answer'))).rejects.toMatchObject({
      permanent: false,
      movedTo: '-1000000000900',
    });
  });

  test('a person who blocked the bot gets nothing, for good', async () => {
    const { telegram, outbound } = await setup();
    telegram.blockedBy.add(person);
    await expect(outbound.send(address, textOf('Answer'))).rejects.toMatchObject({ permanent: true });
  });

  test('after a 429 no call is made to that chat until the pause is over', async () => {
    const { telegram, outbound, clock } = await setup();
    telegram.trouble('sendMessage', { status: 429, retryAfter: 7 });
    await expect(outbound.send(address, textOf('A'))).rejects.toMatchObject({ retryAfterMs: 7_000 });
    await clock.advance(2_500);
    await expect(outbound.send(address, textOf('A'))).rejects.toMatchObject({ retryAfterMs: 5_000 });
    expect(telegram.callsOf('sendMessage')).toHaveLength(1);
    telegram.messages(78);
    await outbound.send({ ...address, chatId: '78' }, textOf('B'));
    await clock.advance(4_500);
    await outbound.send(address, textOf('A'));
    expect(texts(telegram)).toEqual(['A']);
  });

  test('a reply in a group names the message, unless that was left in the group of before', async () => {
    const { telegram, outbound } = await setup();
    const group = { ...address, chatId: '-1000000000500' };
    telegram.messages(-1_000_000_000_500);
    const part = (replyTo: string) =>
      storedPart({ kind: 'text', plain: [{ text: 'A', entities: [] }], replyTo });
    await outbound.send(group, part('-1000000000500:12'));
    await outbound.send(group, part('12'));
    const [first, second] = telegram.callsOf('sendMessage');
    expect(first?.reply_parameters).toMatchObject({ message_id: 12 });
    expect(second).not.toHaveProperty('reply_parameters');
  });
});
