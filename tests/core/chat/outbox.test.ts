import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DeliveryFault } from '../../../src/core/chat/delivery-fault.ts';
import { createOutbox } from '../../../src/core/chat/outbox.ts';
import type { ChatAdapter, EarlierAttempt } from '../../../src/core/contracts/chat.ts';
import { outbox as rows } from '../../../src/core/db/schema/chat.ts';
import { testDatabase } from '../../support/database.ts';
import { createMemoryChat } from '../../support/memory-adapter.ts';

const address = { platform: 'telegram', account: 'bot', chatId: '7', threadKey: '' };
const second = 1_000;

function setup() {
  const { database, clock, ids } = testDatabase();
  const chat = createMemoryChat('telegram');
  const sends: { text: unknown; earlier: EarlierAttempt | undefined }[] = [];
  const adapter: ChatAdapter = {
    ...chat.adapter,
    send(to, part, partId, earlier) {
      sends.push({ text: part.text, earlier });
      return chat.adapter.send(to, part, partId);
    },
  };
  /** What the next start of the program would make of the same rows. */
  const start = () =>
    createOutbox({
      database,
      ids,
      clock,
      log: pino({ level: 'silent' }),
      adapter: () => adapter,
      onFailed: () => undefined,
      onDelivered: () => undefined,
    });
  const outbox = start();
  const put = (markdown: string, more: object = {}) => {
    const [id] = outbox.put({ address, message: { markdown }, traceId: 't', ...more });
    outbox.flush();
    return id;
  };
  const states = () =>
    database.orm
      .select({ state: rows.state })
      .from(rows)
      .orderBy(rows.id)
      .all()
      .map((row) => row.state);
  return { database, clock, chat, adapter, sends, start, outbox, put, states };
}

describe('a part that could not be sent', () => {
  test('is tried again for a day, and never after', async () => {
    const { clock, chat, put, states, outbox } = setup();
    chat.fails('7', new DeliveryFault('no network', { permanent: false }), 10_000);
    put('hello');
    await clock.advance(86_000 * second);
    expect(states()).toEqual(['queued']);
    await clock.advance(600 * second);
    await outbox.settled();
    expect(states()).toEqual(['failed']);
  });

  test('keeps its place before later ones', async () => {
    const { clock, chat, put, outbox } = setup();
    chat.fails('7', new DeliveryFault('no network', { permanent: false }), 2);
    put('one');
    put('two');
    await clock.advance(10 * second);
    await outbox.settled();
    expect(chat.seen('7')).toEqual(['one', 'two']);
  });

  test('waits as long as was asked, also over a restart', async () => {
    const { clock, chat, put, sends, outbox, start } = setup();
    chat.fails('7', new DeliveryFault('slow down', { permanent: false, retryAfterMs: 30 * second }));
    put('hello');
    await clock.advance(second);
    await outbox.stop();
    const next = start();
    next.recover();
    await clock.advance(28 * second);
    expect(sends).toHaveLength(1);
    await clock.advance(2 * second);
    await next.settled();
    expect(chat.seen('7')).toEqual(['hello']);
  });

  test('is given up at once when it never can be', async () => {
    const { chat, put, states, outbox } = setup();
    chat.fails('7', new DeliveryFault('blocked', { permanent: true }));
    put('hello');
    put('again');
    await outbox.settled();
    expect(states()).toEqual(['failed', 'sent']);
  });
});

test('a process that has just begun counts what the one before has sent', async () => {
  const { clock, put, sends, outbox, start, adapter } = setup();
  Object.assign(adapter, { limits: { ...adapter.limits, sends: { count: 2, perMs: 5 * second } } });
  for (const text of ['one', 'two']) put(text);
  await outbox.settled();
  await outbox.stop();
  put('three');
  await clock.advance(second);
  const next = start();
  next.recover();
  await clock.advance(3 * second);
  expect(sends).toHaveLength(2);
  await clock.advance(second);
  await next.settled();
  expect(sends.map((one) => one.text)).toEqual(['one', 'two', 'three']);
});

describe('a part that may have arrived', () => {
  test('is handed on with the last message known before it and what else of Steward stands there', async () => {
    const { clock, chat, put, sends, outbox } = setup();
    put('before');
    await outbox.settled();
    chat.fails('7', new DeliveryFault('no answer', { permanent: false, mayHaveArrived: true }), 2);
    put('hello');
    await clock.advance(10 * second);
    await outbox.settled();
    const [before, first, again, third] = sends;
    expect([before?.earlier, first?.earlier]).toEqual([undefined, undefined]);
    const earlier = { after: { nativeId: 'sent-1' }, known: [{ nativeId: 'sent-1' }] };
    expect([again?.earlier, third?.earlier]).toEqual([earlier, earlier]);
  });

  test('after a kill is any that was under way', async () => {
    const { database, put, sends, outbox, start } = setup();
    put('before');
    await outbox.settled();
    const id = put('hello');
    await outbox.settled();
    database.orm.run(
      `update outbox set state = 'sending', native_id = null, sent_at = null where id = '${id}'`,
    );
    const next = start();
    next.recover();
    await next.settled();
    expect(sends.at(-1)?.earlier).toMatchObject({ after: { nativeId: 'sent-1' } });
  });
});

describe('an edit', () => {
  test('whose message is gone is sent anew when it is an answer, and dropped when it is a card', async () => {
    const { chat, put, outbox, states, adapter } = setup();
    adapter.edit = () => Promise.reject(new DeliveryFault('gone', { permanent: true }));
    const card = put('card');
    put('answer', { editNativeId: 'preview' });
    put('outcome', { editOf: card });
    await outbox.settled();
    expect(chat.seen('7')).toEqual(['card', 'answer']);
    expect(states()).toEqual(['sent', 'sent', 'failed']);
  });
});

test('hundreds of parts for a chat that cannot be reached hold up no other', async () => {
  const { clock, chat, outbox } = setup();
  chat.fails('7', new DeliveryFault('no network', { permanent: false }), 10_000);
  for (let n = 0; n < 300; n++) outbox.put({ address, message: { markdown: `${n}` }, traceId: 't' });
  outbox.put({ address: { ...address, chatId: '8' }, message: { markdown: 'other' }, traceId: 't' });
  outbox.flush();
  await clock.advance(second);
  expect(chat.seen('8')).toEqual(['other']);
  await outbox.stop();
});
