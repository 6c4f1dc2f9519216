import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../../../src/core/contracts/json.ts';
import type { ModelRequest } from '../../../../src/core/contracts/models.ts';
import { createEmbeddedEngine, type EmbeddedEngine } from '../../../../src/core/models/embedded/engine.ts';
import { systemClock } from '../../../../src/core/system-clock.ts';
import { createFastClock } from '../../../support/fast-clock.ts';
import { collect, requestOf } from '../../../support/model-events.ts';
import { realModel } from '../../../support/real-models.ts';

const chat = realModel('chat');
const embedder = realModel('embed');
const never = new AbortController().signal;

function createEngine(options: { clock?: typeof systemClock; idleMs?: number } = {}): EmbeddedEngine {
  const paths = new Map([
    ['small', chat],
    ['vectors', embedder],
    ['broken', import.meta.filename],
  ]);
  return createEmbeddedEngine({
    clock: options.clock ?? systemClock,
    log: pino({ level: 'silent' }),
    gpu: false,
    idleMs: options.idleMs ?? 600_000,
    installed: () => [...paths.keys()],
    pathOf: (model) => paths.get(model),
    // oxlint-disable-next-line require-yield
    async *pull() {
      throw new Error('not here');
    },
  });
}

const mood: JsonObject = {
  type: 'object',
  properties: { mood: { enum: ['good', 'bad'] }, score: { type: 'integer' } },
  required: ['mood', 'score'],
};

describe.skipIf(!chat || !embedder)('the embedded engine, on real inference', { timeout: 120_000 }, () => {
  let engine: EmbeddedEngine;
  beforeAll(() => {
    engine = createEngine();
  });
  afterAll(() => engine.close());
  const ask = (text: string, more: Partial<ModelRequest> = {}, signal = never) =>
    collect(
      engine.stream(
        requestOf(text, { model: 'small', temperature: 0, maxOutputTokens: 40, ...more }),
        signal,
      ),
    );

  test('streams text, then usage, then one end', async () => {
    const { text, events, ends, usage, fault } = await ask('Name three fruits.');
    expect(fault).toBeUndefined();
    expect(text.length).toBeGreaterThan(5);
    expect(events.filter((event) => event.type === 'text').length).toBeGreaterThan(1);
    expect(usage?.inputTokens).toBeGreaterThan(5);
    expect(usage?.outputTokens).toBeGreaterThan(1);
    expect([ends, events.at(-1)?.type]).toEqual([1, 'done']);
  });

  test('reads what it has read before only once', async () => {
    const system = 'You are a helpful assistant that knows a lot of fruits. '.repeat(20);
    const first = await ask('Name one fruit.', { system });
    const again = await ask('Name one fruit, please.', { system });
    expect(again.usage?.inputTokens).toBeLessThan((first.usage?.inputTokens ?? 0) / 2);
  });

  test('stops at its limit and says so', async () => {
    expect((await ask('Count from one to one hundred.', { maxOutputTokens: 8 })).reason).toBe('length');
  });

  test('binds the answer to a schema', async () => {
    const { text, fault } = await ask('How are you? Answer with JSON.', { outputSchema: mood });
    expect(fault).toBeUndefined();
    expect(JSON.parse(text)).toEqual({
      mood: expect.stringMatching(/^(good|bad)$/),
      score: expect.any(Number),
    });
  });

  test('calls a tool with an input of its schema, as it has seen it done', async () => {
    const inputSchema: JsonObject = {
      type: 'object',
      properties: { place: { type: 'string' } },
      required: ['place'],
    };
    const earlier = ['Oslo', 'Paris', 'Berlin'].flatMap((place): ModelRequest['messages'] => [
      { role: 'user', content: [{ type: 'text', text: `Weather in ${place}?` }] },
      { role: 'assistant', text: '', toolCalls: [{ id: place, name: 'weather', input: { place } }] },
      { role: 'tool', callId: place, name: 'weather', output: 'rain' },
      { role: 'assistant', text: `${place}: rain.` },
    ]);
    const { fault, calls, reason } = await ask('', {
      system: 'You look up the weather with the function.',
      messages: [...earlier, { role: 'user', content: [{ type: 'text', text: 'Weather in Rome?' }] }],
      tools: [{ name: 'weather', description: 'The weather of a place', inputSchema }],
    });
    expect(fault).toBeUndefined();
    expect(calls).toMatchObject([{ name: 'weather', input: { place: 'Rome' } }]);
    expect(reason).toBe('tool-calls');
  });

  test('takes a smaller context than was asked for where more does not fit', async () => {
    const { fault, text } = await ask('Say yes.', { contextTokens: 50_000_000, maxOutputTokens: 5 });
    expect([fault, text === '']).toEqual([undefined, false]);
  });

  test('takes the results of tools back', async () => {
    const { fault, text } = await ask('', {
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Weather in Rome?' }] },
        { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'weather', input: { place: 'Rome' } }] },
        { role: 'tool', callId: 'a', name: 'weather', output: 'sunny' },
      ],
      tools: [
        { name: 'weather', description: 'The weather.', inputSchema: { type: 'object', properties: {} } },
      ],
    });
    expect([fault, text === '']).toEqual([undefined, false]);
  });

  test('stops when it is told to, and when nobody reads on', async () => {
    const stop = new AbortController();
    const stream = engine.stream(
      requestOf('Count to one thousand.', { model: 'small', maxOutputTokens: 2_000 }),
      stop.signal,
    );
    let last = '';
    for await (const event of stream) {
      if (event.type === 'text') stop.abort();
      last = event.type === 'error' ? event.fault.code : event.type;
    }
    expect(last).toBe('cancelled');
    for await (const event of engine.stream(
      requestOf('Count.', { model: 'small', maxOutputTokens: 2_000 }),
      never,
    ))
      if (event.type === 'text') break;
    // The next one need not wait for the end of that.
    expect((await ask('Say yes.', { maxOutputTokens: 3 })).fault).toBeUndefined();
  });

  test('makes vectors that say what is alike', async () => {
    const [cat, kitten, tax] =
      (await engine.embed?.('vectors', ['a cat', 'a kitten', 'the income tax'], never)) ?? [];
    const alike = (a: readonly number[] = [], b: readonly number[] = []) => {
      const dot = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
      const size = (v: readonly number[]) => Math.hypot(...v);
      return dot / (size(a) * size(b));
    };
    expect(cat).toHaveLength(384);
    expect(alike(cat, kitten)).toBeGreaterThan(alike(cat, tax) + 0.2);
    expect(await engine.embed?.('vectors', [], never)).toEqual([]);
  });

  test('names a model that is not there, one that is broken, and pictures', async () => {
    expect((await ask('hello', { model: 'nowhere' })).fault?.code).toBe('model-missing');
    expect((await ask('hello', { model: 'broken' })).fault?.code).toBe('server-error');
    const picture = { type: 'image' as const, mediaType: 'image/png', base64: '' };
    const { fault } = await ask('', { messages: [{ role: 'user', content: [picture] }] });
    expect(fault?.code).toBe('request-refused');
  });

  test('a child that dies takes only its answer with it', async () => {
    const own = createEngine();
    onTestFinished(() => own.close());
    const request = requestOf('Count to one thousand.', { model: 'small', maxOutputTokens: 2_000 });
    let killed = false;
    let code = '';
    for await (const event of own.stream(request, never)) {
      if (event.type === 'text' && !killed) {
        killed = true;
        void own.close();
      }
      if (event.type === 'error') code = event.fault.code;
    }
    expect(code).toBe('server-error');
    const again = await collect(
      own.stream(requestOf('Say yes.', { model: 'small', maxOutputTokens: 3 }), never),
    );
    expect(again.fault).toBeUndefined();
  });

  test('gives the memory back when nobody has asked for a while, and comes back', async () => {
    const own = createEngine({ clock: createFastClock(100), idleMs: 60_000 });
    onTestFinished(() => own.close());
    const hello = () => collect(own.stream(requestOf('Hi.', { model: 'small', maxOutputTokens: 3 }), never));
    await hello();
    await expect.poll(() => own.isLoaded(), { timeout: 10_000 }).toBe(false);
    expect((await hello()).fault).toBeUndefined();
  });
});
