import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/contracts/json.ts';
import type { ModelEngine, ModelRequest, ToolDefinition } from '../../src/core/contracts/models.ts';
import type { FakeAnthropic } from '../support/fake-anthropic.ts';
import { collect, requestOf } from '../support/model-events.ts';

export interface EngineUnderTest {
  readonly engine: ModelEngine;
  readonly fake: Pick<FakeAnthropic, 'reply' | 'fault' | 'chats' | 'requests' | 'stop'>;
  readonly model: string;
  /** The status with which this service says that it is overloaded. */
  readonly overloaded: number;
  /** Appears in requests, never in what the engine tells. */
  readonly secret: string;
}

const never = new AbortController().signal;
const weather: ToolDefinition = {
  name: 'weather',
  description: 'The weather of a place.',
  inputSchema: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
};
const mood: JsonObject = {
  type: 'object',
  properties: { mood: { enum: ['good', 'bad'] }, score: { type: 'number', minimum: 0, maximum: 1 } },
  required: ['mood', 'score'],
};

/** What every ModelEngine promises, whoever runs the model. */
export function modelEngineContract(name: string, setup: () => Promise<EngineUnderTest>): void {
  describe(`${name} as a ModelEngine`, () => {
    let at: EngineUnderTest;
    const ask = (text: string, more: Partial<ModelRequest> = {}, signal = never) =>
      collect(at.engine.stream(requestOf(text, { model: at.model, ...more }), signal));

    beforeEach(async () => {
      at = await setup();
    });
    afterEach(() => at.fake.stop());

    it('streams text, then usage, then one end', async () => {
      const { text, events, ends, usage, reason } = await ask('Hello zqmorningx');
      expect(text).toBe('Answer zrmorningx.');
      expect(events.filter((event) => event.type === 'text').length).toBeGreaterThan(1);
      expect(usage?.inputTokens).toBeGreaterThan(0);
      expect(usage?.outputTokens).toBeGreaterThan(0);
      expect([reason, ends, events.at(-1)?.type]).toEqual(['stop', 1, 'done']);
    });

    it('passes text on before the model has finished', async () => {
      const gate = Promise.withResolvers<string>();
      at.fake.reply('slow', { chunks: ['first ', gate.promise] });
      const stream = at.engine.stream(requestOf('slow', { model: at.model }), never);
      let text = '';
      for await (const event of stream) {
        if (event.type !== 'text') continue;
        if (text === '') gate.resolve('second');
        text += event.text;
      }
      expect(text).toBe('first second');
    });

    it('reads tool calls', async () => {
      at.fake.reply('weather', { toolCalls: [{ name: 'weather', input: { place: 'Rome' } }] });
      const { calls, reason } = await ask('weather?', { tools: [weather] });
      expect(calls).toMatchObject([{ name: 'weather', input: { place: 'Rome' } }]);
      expect(calls[0]?.id).toMatch(/^[\w-]+$/);
      expect(reason).toBe('tool-calls');
    });

    it('sends the results of tools back in a form that the service takes', async () => {
      const { text, fault } = await ask('', {
        tools: [weather],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'Weather in Rome and Oslo? zqbothx' }] },
          {
            role: 'assistant',
            text: '',
            toolCalls: [
              { id: 'call:1', name: 'weather', input: { place: 'Rome' } },
              { id: 'call:2', name: 'weather', input: 'Oslo' },
            ],
          },
          { role: 'tool', callId: 'call:1', name: 'weather', output: 'sunny' },
          { role: 'tool', callId: 'call:2', name: 'weather', output: '', isError: true },
        ],
      });
      expect(fault).toBeUndefined();
      expect(text).toBe('Answer zrbothx.');
    });

    it.each<[string, ModelRequest['messages']]>([
      [
        'begins with the model',
        [
          { role: 'assistant', text: 'Hi.' },
          { role: 'user', content: [{ type: 'text', text: 'zqoddx' }] },
        ],
      ],
      [
        'ends with the model',
        [
          { role: 'user', content: [{ type: 'text', text: 'zqoddx' }] },
          { role: 'assistant', text: 'Well' },
        ],
      ],
      [
        'has calls without results',
        [
          { role: 'user', content: [{ type: 'text', text: 'What?' }] },
          {
            role: 'assistant',
            text: ' ',
            toolCalls: [{ id: 'a', name: 'weather', input: {} }],
          },
          { role: 'user', content: [{ type: 'text', text: 'zqoddx' }] },
        ],
      ],
      [
        'has results without calls',
        [
          { role: 'tool', callId: 'lost', name: 'weather', output: 'rain' },
          { role: 'user', content: [{ type: 'text', text: 'zqoddx' }] },
        ],
      ],
      [
        'has empty messages and two of one kind in a row',
        [
          { role: 'user', content: [{ type: 'text', text: '  ' }] },
          { role: 'user', content: [{ type: 'text', text: 'First.' }] },
          { role: 'assistant', text: '' },
          { role: 'user', content: [{ type: 'text', text: 'zqoddx' }] },
        ],
      ],
    ])('copes with a history that %s', async (_, messages) => {
      const { fault } = await ask('', { messages, tools: [weather] });
      expect(fault).toBeUndefined();
    });

    it('binds the answer to a schema', async () => {
      const { text, reason } = await ask('How are you?', { outputSchema: mood });
      expect(JSON.parse(text)).toEqual({ mood: 'good', score: 0 });
      expect(reason).toBe('stop');
    });

    it('calls text that is not JSON bad output when a schema was asked for', async () => {
      at.fake.reply('mood', '{"mood": "go');
      expect((await ask('mood', { outputSchema: mood })).fault?.code).toBe('bad-output');
    });

    it.each<[string, Parameters<FakeAnthropic['fault']>[0], string]>([
      ['an answer without words', { kind: 'empty' }, 'empty-output'],
      ['a tool that was not offered', { kind: 'unknown-tool' }, 'unknown-tool'],
      ['a connection that breaks in the answer', { kind: 'cut' }, 'cut-off'],
      ['an answer without its end', { kind: 'end-early' }, 'cut-off'],
      ['garbage', { kind: 'garbage' }, 'bad-output'],
      ['a web page instead of an answer', { kind: 'html' }, 'bad-output'],
      ['a connection that closes at once', { kind: 'refuse' }, 'unreachable'],
      ['a rate limit', { kind: 'status', status: 429 }, 'rate-limited'],
      ['an internal error', { kind: 'status', status: 500 }, 'server-error'],
      ["a proxy's error page", { kind: 'status', status: 502, html: true }, 'server-error'],
      ['a missing model', { kind: 'status', status: 404 }, 'model-missing'],
      ['a refused key', { kind: 'status', status: 401 }, 'key-refused'],
      ['a refused request', { kind: 'status', status: 400 }, 'request-refused'],
      ['a redirect', { kind: 'status', status: 302 }, 'request-refused'],
    ])('names %s', async (_, fault, code) => {
      at.fake.fault(fault);
      const collected = await ask('Hello there, how are you?');
      expect(collected.fault).toMatchObject({ code, engine: at.engine.name, model: at.model });
      expect(collected.ends).toBe(1);
      expect(collected.fault?.message).not.toContain('<');
    });

    it('names overload, before the answer and in the middle of it', async () => {
      at.fake.fault({ kind: 'status', status: at.overloaded });
      expect((await ask('one')).fault).toMatchObject({ code: 'overloaded', status: at.overloaded });
      at.fake.fault({ kind: 'stream-error', message: 'server overloaded' });
      expect((await ask('one two three')).fault?.code).toBe('overloaded');
    });

    it('tells how long the service asks to wait', async () => {
      at.fake.fault({ kind: 'status', status: 429, retryAfter: '7' });
      expect((await ask('one')).fault?.retryAfterMs).toBe(7000);
    });

    it('names a server that is not there', async () => {
      await at.fake.stop();
      const { fault } = await ask('anyone?');
      expect(fault?.code).toBe('unreachable');
      expect((await at.engine.health(never)).state).toBe('unreachable');
      // For the hook, which stops it again.
      at = await setup();
    });

    it('never tells a secret', async () => {
      at.fake.fault({ kind: 'status', status: 400, message: `bad key ${at.secret}` });
      const { fault } = await ask('Hello');
      expect(fault?.message).not.toContain(at.secret);
    });

    it('reports output cut by its limit', async () => {
      at.fake.reply('long', {
        text: 'and so on',
        stop: at.engine.name === 'ollama' ? 'length' : 'max_tokens',
      });
      expect((await ask('long')).reason).toBe('length');
    });

    it('aborts a request that has no answer yet', async () => {
      at.fake.fault({ kind: 'hang' });
      const stop = new AbortController();
      const asked = ask('Hello?', {}, stop.signal);
      await arrived(() => at.fake.chats()[0]);
      stop.abort();
      expect((await asked).fault?.code).toBe('cancelled');
      expect(await at.fake.chats()[0]?.closed).toBe(true);
    });

    it('aborts a request in the middle of the answer', async () => {
      at.fake.reply('slow', { chunks: ['first ', new Promise<string>(() => undefined)] });
      const stop = new AbortController();
      const { events, fault } = await collect(
        stopAtFirstText(at.engine.stream(requestOf('slow', { model: at.model }), stop.signal), stop),
      );
      expect(fault?.code).toBe('cancelled');
      expect(events.some((event) => event.type === 'text')).toBe(true);
      expect(await at.fake.chats()[0]?.closed).toBe(true);
    });

    it('aborts the request when nobody reads on', async () => {
      at.fake.reply('slow', { chunks: ['first ', new Promise<string>(() => undefined)] });
      for await (const event of at.engine.stream(requestOf('slow', { model: at.model }), never))
        if (event.type === 'text') break;
      expect(await at.fake.chats()[0]?.closed).toBe(true);
    });

    it('does not ask at all when it was stopped before', async () => {
      const { fault } = await ask('Hello', {}, AbortSignal.abort());
      expect(fault?.code).toBe('cancelled');
      expect(at.fake.chats()).toHaveLength(0);
    });

    it('knows that the service is well, and does not throw when asked in vain', async () => {
      expect(await at.engine.health(never)).toMatchObject({ state: 'ready' });
      expect((await at.engine.health(AbortSignal.abort())).state).toBe('unreachable');
    });

    it('says in its health that the key is refused', async () => {
      at.fake.fault({ kind: 'status', status: 401, on: 'admin', times: 2 });
      expect((await at.engine.health(never)).state).toBe('key-refused');
    });
  });
}

async function* stopAtFirstText(
  stream: ReturnType<ModelEngine['stream']>,
  stop: AbortController,
): ReturnType<ModelEngine['stream']> & AsyncGenerator {
  for await (const event of stream) {
    yield event;
    if (event.type === 'text') stop.abort();
  }
}

/** Until the fake has the request: there is nothing to await on this side of the connection. */
async function arrived<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
