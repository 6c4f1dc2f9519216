import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/contracts/json.ts';
import type { ModelEngine, ModelRequest } from '../../../src/core/contracts/models.ts';
import { createAnthropicEngine } from '../../../src/core/models/anthropic.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/fake-anthropic.ts';
import { collect, requestOf } from '../../support/model-events.ts';

const never = new AbortController().signal;
const apiKey = 'sk-ant-api03-test';
const mark = { type: 'ephemeral' };

describe('the Anthropic engine', () => {
  let fake: FakeAnthropic;
  let engine: ModelEngine;
  const ask = (text: string, more: Partial<ModelRequest> = {}) =>
    collect(engine.stream(requestOf(text, { model: 'claude-haiku-5-5', ...more }), never));
  const sent = (): JsonObject => fake.chats().at(-1)?.body ?? {};

  beforeEach(async () => {
    fake = await startFakeAnthropic({ apiKey });
    engine = createAnthropicEngine({ apiKey, baseUrl: `${fake.url}/` });
  });
  afterEach(() => fake.stop());

  it('marks the system prompt and the end of the conversation for the cache', async () => {
    await ask('Hello');
    expect(sent().system).toEqual([{ type: 'text', text: 'You are Steward.', cache_control: mark }]);
    expect(sent().messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hello', cache_control: mark }] },
    ]);
    expect(fake.chats()[0]?.headers['x-api-key']).toBe(apiKey);
    expect(fake.chats()[0]?.headers.authorization).toBeUndefined();
  });

  it('counts what the cache read and wrote', async () => {
    fake.reply('hi', {
      text: 'Hi.',
      inputTokens: 7,
      outputTokens: 3,
      cacheReadTokens: 500,
      cacheWriteTokens: 20,
    });
    expect((await ask('hi')).events.at(-1)).toMatchObject({
      type: 'done',
      usage: { inputTokens: 7, outputTokens: 3, cacheReadTokens: 500, cacheWriteTokens: 20 },
    });
  });

  it.each<[string, boolean, JsonObject | undefined, JsonObject | undefined]>([
    ['claude-haiku-5-5', false, { type: 'disabled' }, undefined],
    ['claude-haiku-5-5', true, { type: 'adaptive', display: 'summarized' }, undefined],
    ['claude-sonnet-5-5', false, { type: 'between_tools' }, { effort: 'medium' }],
    ['claude-sonnet-5-5', true, { type: 'adaptive', display: 'summarized' }, undefined],
    ['claude-opus-5-5', false, undefined, { effort: 'low' }],
    ['claude-opus-5-5', true, { type: 'adaptive', display: 'summarized' }, undefined],
  ])('asks %s to think (%s) in words that it accepts', async (model, think, thinking, outputConfig) => {
    fake.reply('hi', { thinking: 'Hm.', text: 'Hi.' });
    const { text, fault } = await ask('hi', { model, think, temperature: 0.3 });
    expect([fault, text]).toEqual([undefined, 'Hi.']);
    expect(sent().thinking).toEqual(thinking);
    expect(sent().output_config).toEqual(outputConfig);
    expect(sent().temperature).toBeUndefined();
  });

  it('shows that Claude is at work while it thinks', async () => {
    fake.reply('hi', { thinking: 'Hm.', text: 'Hi.' });
    const { events } = await ask('hi', { think: true });
    const firstText = events.findIndex((event) => event.type === 'text');
    expect(events.slice(0, firstText).filter((event) => event.type === 'usage').length).toBeGreaterThan(1);
  });

  it('puts the results of tools first, each once, and one turn behind the other', async () => {
    const tools = [{ name: 'clock', description: 'The time.', inputSchema: { type: 'object' } }];
    const { fault } = await ask('', {
      tools,
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Time?' }] },
        { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'clock', input: {} }] },
        { role: 'assistant', text: '', toolCalls: [{ id: 'b', name: 'clock', input: {} }] },
        { role: 'user', content: [{ type: 'text', text: 'Hurry up.' }] },
        { role: 'tool', callId: 'a', name: 'clock', output: '12:00' },
        { role: 'tool', callId: 'a', name: 'clock', output: '12:01' },
      ],
    });
    expect(fault).toBeUndefined();
    expect(sent().messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ id: 'a' }, { id: 'b' }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: '12:00' },
          { type: 'tool_result', tool_use_id: 'b', is_error: true },
          { type: 'text', text: 'Hurry up.', cache_control: mark },
        ],
      },
    ]);
  });

  it('sends pictures and PDFs', async () => {
    const image = { type: 'image', mediaType: 'image/png', base64: 'iVBORw0=' } as const;
    const pdf = { type: 'pdf', name: 'bill.pdf', base64: 'JVBERi0=' } as const;
    await ask('', { messages: [{ role: 'user', content: [image, pdf, { type: 'text', text: ' ' }] }] });
    expect(sent().messages).toMatchObject([
      {
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
          { type: 'document', title: 'bill.pdf', source: { media_type: 'application/pdf' } },
        ],
      },
    ]);
    const tiff = { ...image, mediaType: 'image/tiff' };
    const { fault } = await ask('', { messages: [{ role: 'user', content: [tiff] }] });
    expect(fault?.code).toBe('request-refused');
  });

  it('refuses to send nothing', async () => {
    expect((await ask('  ')).fault?.code).toBe('request-refused');
    expect(fake.chats()).toHaveLength(0);
  });

  it('adapts a schema to what structured outputs know', async () => {
    const outputSchema = {
      type: 'object',
      properties: {
        age: { type: 'integer', minimum: 0 },
        tags: { type: 'array', items: { type: 'string', maxLength: 5 }, minItems: 3 },
        near: { anyOf: [{ type: 'object', properties: {} }, { type: 'null' }] },
      },
      required: ['age', 'tags'],
    };
    expect((await ask('Who?', { outputSchema })).fault).toBeUndefined();
    expect(sent().output_config).toMatchObject({
      format: { type: 'json_schema', schema: { additionalProperties: false, required: ['age', 'tags'] } },
    });
    expect((await ask('Who?', { outputSchema: { properties: {} } })).fault?.code).toBe('request-refused');
  });

  it('joins the input of a tool call from its pieces, and does not run half of one', async () => {
    const tools = [{ name: 'note', description: 'Notes.', inputSchema: { type: 'object' } }];
    fake.reply('good', { text: 'Noting.', toolCalls: [{ name: 'note', input: { text: 'a "b"' } }] });
    fake.reply('bad', { toolCalls: [{ name: 'note', input: '{"text": "a' }], stop: 'max_tokens' });
    expect((await ask('good', { tools })).calls[0]?.input).toEqual({ text: 'a "b"' });
    expect((await ask('bad', { tools })).fault?.code).toBe('bad-output');
  });

  it.each([
    ['refusal', 'refusal'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop'],
  ])('reads the stop reason %s as %s', async (stop, reason) => {
    fake.reply('hi', { text: 'I', stop });
    expect((await ask('hi')).reason).toBe(reason);
  });

  it('takes a refusal without a word for an answer', async () => {
    fake.reply('hi', { text: '', stop: 'refusal' });
    expect(await ask('hi', { outputSchema: { type: 'object', properties: {} } })).toMatchObject({
      reason: 'refusal',
      fault: undefined,
    });
  });

  it.each([
    [400, undefined, 'prompt is too long: 1200000 tokens > 1000000 maximum', 'too-long'],
    [400, undefined, 'Your credit balance is too low to access the Anthropic API.', 'request-refused'],
    [402, undefined, 'billing', 'request-refused'],
    [403, undefined, 'no', 'key-refused'],
    [413, undefined, 'Request exceeds the maximum size', 'too-long'],
    [429, undefined, 'Your organization has reached its spend limit.', 'request-refused'],
    [500, 'overloaded_error', 'Overloaded', 'overloaded'],
    [504, 'timeout_error', 'Request timed out', 'server-error'],
    [520, 'something_new', 'odd', 'server-error'],
  ])('reads %i %s %s as %s', async (status, errorType, message, code) => {
    fake.fault({ kind: 'status', status, message, ...(errorType ? { errorType } : {}) });
    expect((await ask('hi')).fault).toMatchObject({ code, status });
  });

  it.each([
    ['overloaded_error', 'overloaded'],
    ['rate_limit_error', 'rate-limited'],
    ['api_error', 'server-error'],
    ['authentication_error', 'key-refused'],
    ['something_new', 'server-error'],
  ])('reads an error event %s in the stream as %s', async (errorType, code) => {
    fake.fault({ kind: 'stream-error', errorType, after: 2 });
    const { fault, text } = await ask('hi there zqabcx');
    expect([fault?.code, text]).toEqual([code, 'Answer zrabcx.']);
  });

  it('counts tokens as it would send them', async () => {
    const request = requestOf('Hello', { model: 'claude-opus-5-5' });
    expect(await engine.countTokens?.(request, never)).toBeGreaterThan(10);
    expect(fake.requests[0]?.body).toMatchObject({
      output_config: { effort: 'low' },
      system: [{ type: 'text' }],
    });
    expect(fake.requests[0]?.body.max_tokens).toBeUndefined();
  });

  it('throws a fault where it cannot count', async () => {
    const request = requestOf('Hello', { model: 'claude-opus-5-5' });
    fake.fault({ kind: 'status', status: 529, on: 'count' });
    await expect(engine.countTokens?.(request, never)).rejects.toMatchObject({ code: 'overloaded' });
    fake.fault({ kind: 'html', on: 'count' });
    await expect(engine.countTokens?.(request, never)).rejects.toMatchObject({ code: 'bad-output' });
    await expect(engine.countTokens?.(request, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it.each(['', 'sk-ant-“curly”', 'sk-ant-two\nlines'])('does not send the key %j', async (odd) => {
    const careless = createAnthropicEngine({ apiKey: odd, baseUrl: fake.url });
    const { fault } = await collect(careless.stream(requestOf('x', { model: 'claude-haiku-5-5' }), never));
    expect(fault?.code).toBe('key-refused');
    expect((await careless.health(never)).state).toBe('key-refused');
    expect(fake.requests).toHaveLength(0);
  });

  it('tells in its health whether the service answers', async () => {
    expect(await engine.health(never)).toMatchObject({ state: 'ready' });
    fake.fault({ kind: 'status', status: 429, on: 'admin' });
    expect((await engine.health(never)).state).toBe('ready');
    fake.fault({ kind: 'status', status: 500, on: 'admin' });
    expect((await engine.health(never)).state).toBe('unreachable');
    const lost = createAnthropicEngine({ apiKey, baseUrl: 'not a url' });
    expect((await lost.health(never)).state).toBe('unreachable');
  });
});
