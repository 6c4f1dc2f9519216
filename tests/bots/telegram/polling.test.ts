import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTelegramApi } from '../../../src/bots/telegram/api.ts';
import { deliveryFault, isNotModified, problemOf } from '../../../src/bots/telegram/faults.ts';
import { pollUpdates } from '../../../src/bots/telegram/polling.ts';
import { createTroubleReport, type TelegramTrouble } from '../../../src/bots/telegram/trouble.ts';
import { createHandClock } from '../../support/hand-clock.ts';

const update = (id: number, change: object = {}) => ({
  update_id: id,
  message: { message_id: id, text: `m${id}`, ...change },
});
const ok = (result: unknown) => ({ status: 200, body: { ok: true, result } });
const refused = (code: number, description: string, parameters?: object) => ({
  status: code,
  body: { ok: false, error_code: code, description, parameters },
});
type Answer = { status: number; body: unknown } | 'drop' | 'html';

/** A Bot API that gives these answers to getUpdates, then keeps the poll open. */
async function setup(answers: readonly Answer[]) {
  const left = [...answers];
  const offsets: number[] = [];
  const methods: string[] = [];
  const idle = Promise.withResolvers<void>();
  const answer = (response: ServerResponse, given: Answer): void => {
    if (given === 'drop') return void response.destroy();
    response.writeHead(given === 'html' ? 502 : given.status, { 'content-type': 'application/json' });
    response.end(given === 'html' ? '<html>Bad Gateway</html>' : JSON.stringify(given.body));
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const method = request.url?.split('/').at(-1) ?? '';
      methods.push(method);
      if (method !== 'getUpdates') return answer(response, ok(true));
      offsets.push((JSON.parse(body) as { offset: number }).offset);
      const next = left.shift();
      if (next) answer(response, next);
      else idle.resolve();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const stop = new AbortController();
  onTestFinished(() => {
    stop.abort();
    server.closeAllConnections();
    server.close();
  });
  const clock = createHandClock();
  const troubles: (TelegramTrouble['code'] | 'over')[] = [];
  const stored: number[] = [];
  let refusals = 0;
  const api = createTelegramApi({
    clock,
    token: '1:token',
    apiRoot: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    signal: stop.signal,
  });
  const run = (refuse = 0) => {
    const polling = pollUpdates({
      api,
      clock,
      log: pino({ level: 'silent' }),
      trouble: createTroubleReport(clock, (trouble) => troubles.push(trouble?.code ?? 'over')),
      signal: stop.signal,
      store(updates: readonly Update[]) {
        if (refusals++ < refuse) throw new Error('The disk is full.');
        stored.push(...updates.map((one) => one.update_id));
      },
    });
    return polling;
  };
  /** Lets the waits between attempts go by until the last answer was given. */
  const untilIdle = async () => {
    let isIdle = false;
    const note = async () => {
      await idle.promise;
      isIdle = true;
    };
    void note();
    await expect
      .poll(
        async () => {
          await clock.advance(60_000);
          return isIdle;
        },
        { interval: 5, timeout: 10_000 },
      )
      .toBe(true);
  };
  return { run, untilIdle, stop, stored, offsets, methods, troubles, api };
}

describe('polling', () => {
  test('stores a batch before the next offset confirms it, each update once and in order', async () => {
    const { run, untilIdle, stop, stored, offsets } = await setup([
      ok([update(6), update(5), update(6)]),
      ok([]),
      ok([update(7)]),
    ]);
    const polling = run();
    await untilIdle();
    stop.abort();
    await polling;
    expect(stored).toEqual([5, 6, 7]);
    expect(offsets).toEqual([0, 7, 7, 8]);
  });

  test('fetches a batch again that could not be stored', async () => {
    const { run, untilIdle, stop, stored, offsets } = await setup([ok([update(5)]), ok([update(5)])]);
    const polling = run(1);
    await untilIdle();
    stop.abort();
    await polling;
    expect(stored).toEqual([5]);
    expect(offsets).toEqual([0, 0, 6]);
  });

  test('goes on after 500, a web page, a dropped connection and a flood wait', async () => {
    const { run, untilIdle, stop, stored } = await setup([
      refused(500, 'Internal Server Error'),
      'html',
      'drop',
      refused(429, 'Too Many Requests: retry after 3', { retry_after: 3 }),
      ok([update(9)]),
    ]);
    const polling = run();
    await untilIdle();
    stop.abort();
    await polling;
    expect(stored).toEqual([9]);
  });

  test('asks once more for the rest of an album that a batch cut off', async () => {
    const item = (id: number) => update(id, { media_group_id: 'g' });
    const { run, untilIdle, stop, stored, offsets } = await setup([ok([item(5)]), ok([item(5), item(6)])]);
    const polling = run();
    await untilIdle();
    stop.abort();
    await polling;
    expect(stored).toEqual([5, 6]);
    expect(offsets).toEqual([0, 0, 7]);
  });

  test('says once what is wrong and when it is over: the token, a second copy', async () => {
    const wrong = await setup([refused(401, 'Unauthorized'), refused(401, 'Unauthorized')]);
    const polling = wrong.run();
    await wrong.untilIdle();
    wrong.stop.abort();
    await polling;
    expect(wrong.troubles).toEqual(['token-refused']);

    const conflict = 'Conflict: terminated by other getUpdates request';
    const twice = await setup([refused(409, conflict), refused(409, conflict), ok([]), ok([])]);
    const second = twice.run();
    await twice.untilIdle();
    twice.stop.abort();
    await second;
    expect(twice.troubles[0]).toBe('second-copy');
  });

  test('removes a webhook that stands in the way', async () => {
    const webhook = refused(409, "Conflict: can't use getUpdates method while webhook is active");
    const { run, untilIdle, stop, methods, troubles } = await setup([webhook, ok([])]);
    const polling = run();
    await untilIdle();
    stop.abort();
    await polling;
    expect(methods).toContain('deleteWebhook');
    expect(troubles).toEqual([]);
  });
});

test('a refused call is a fault that says whether trying again helps', async () => {
  const { api } = await setup([
    refused(403, 'Forbidden: bot was blocked by the user'),
    refused(429, 'Too Many Requests', { retry_after: 7 }),
    refused(400, 'Bad Request: message is not modified: x'),
  ]);
  const failure = () => api.getUpdates({ offset: 0 }).catch((error: unknown) => error);
  expect(deliveryFault(await failure(), 'send')).toMatchObject({ permanent: true });
  expect(deliveryFault(await failure(), 'send')).toMatchObject({ permanent: false, retryAfterMs: 7_000 });
  expect(isNotModified(problemOf(await failure()))).toBe(true);
});
