import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelEngine, PullProgress } from '../../../src/core/contracts/models.ts';
import { createOllamaEngine } from '../../../src/core/models/ollama.ts';
import { type FakeOllama, startFakeOllama } from '../../support/fake-ollama.ts';
import { collect, requestOf } from '../../support/model-events.ts';

const never = new AbortController().signal;
const clock = { name: 'clock', description: 'The time.', inputSchema: { type: 'object', properties: {} } };

describe('the Ollama engine', () => {
  let fake: FakeOllama;
  let engine: ModelEngine;
  beforeEach(async () => {
    fake = await startFakeOllama({ models: ['qwen3:1.7b', 'nomic-embed-text:latest'] });
    engine = createOllamaEngine({ host: fake.url });
  });
  afterEach(() => fake.stop());

  it('sends the request in the form of /api/chat', async () => {
    await collect(
      engine.stream(
        requestOf('Hello', {
          temperature: 0.2,
          keepAlive: '30m',
          tools: [clock],
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'Look' },
                { type: 'image', mediaType: 'image/png', base64: 'iVBORw0=' },
              ],
            },
            { role: 'assistant', text: 'Hm', toolCalls: [{ id: 'a', name: 'clock', input: {} }] },
            { role: 'tool', callId: 'a', name: 'clock', output: 'broken', isError: true },
          ],
        }),
        never,
      ),
    );
    expect(fake.chats()[0]?.body).toEqual({
      model: 'qwen3:1.7b',
      stream: true,
      think: false,
      keep_alive: '30m',
      options: { num_ctx: 4096, num_predict: 256, temperature: 0.2 },
      tools: [
        {
          type: 'function',
          function: { name: 'clock', description: 'The time.', parameters: clock.inputSchema },
        },
      ],
      messages: [
        { role: 'system', content: 'You are Steward.' },
        { role: 'user', content: 'Look', images: ['iVBORw0='] },
        { role: 'assistant', content: 'Hm', tool_calls: [{ function: { name: 'clock', arguments: {} } }] },
        { role: 'tool', tool_name: 'clock', content: 'Error: broken' },
      ],
    });
  });

  it('lets the model think only when asked, and shows nothing of it', async () => {
    fake.reply('deep', { thinking: 'Let me see.', text: 'Done.' });
    const { text, events } = await collect(engine.stream(requestOf('deep', { think: true }), never));
    expect(text).toBe('Done.');
    expect(fake.chats()[0]?.body.think).toBe(true);
    expect(events[0]?.type).toBe('usage');
  });

  it('drops thoughts that the model wrote into its answer', async () => {
    fake.reply('leak', { chunks: ['<th', 'ink>secret ', 'plan</thi', 'nk>\n\nHello', ' there'] });
    expect((await collect(engine.stream(requestOf('leak'), never))).text).toBe('Hello there');
  });

  it('calls an answer of nothing but thoughts empty', async () => {
    fake.reply('leak', '<think>secret plan');
    expect((await collect(engine.stream(requestOf('leak'), never))).fault?.code).toBe('empty-output');
  });

  it('reads arguments that the model wrote as text', async () => {
    fake.reply('time', {
      toolCalls: [
        { name: 'clock', input: '{"zone":"CET"}' },
        { name: 'clock', input: 'now' },
      ],
    });
    const { calls } = await collect(engine.stream(requestOf('time', { tools: [clock] }), never));
    expect(calls.map((call) => call.input)).toEqual([{ zone: 'CET' }, 'now']);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
  });

  it('says plainly that it cannot read a PDF', async () => {
    const content = [{ type: 'pdf', name: 'a.pdf', base64: 'JVBERi0=' }] as const;
    const request = requestOf('', { messages: [{ role: 'user', content }] });
    expect((await collect(engine.stream(request, never))).fault?.code).toBe('request-refused');
    expect(fake.chats()).toHaveLength(0);
  });

  it.each([
    [500, 'model requires more system memory (5.3 GiB) than is available (3.2 GiB)', 'request-refused'],
    [400, 'registry.ollama.ai/library/gemma does not support tools', 'request-refused'],
    [400, 'the input length exceeds the context length', 'too-long'],
    [404, "model 'qwen9' not found", 'model-missing'],
    [404, '404 page not found', 'request-refused'],
    [503, 'server busy, please try again.  maximum pending requests exceeded', 'overloaded'],
    [500, 'llama runner process has terminated', 'server-error'],
    [418, 'teapot', 'request-refused'],
  ])('reads %i %s as %s', async (status, message, code) => {
    fake.fault({ kind: 'status', status, message });
    expect((await collect(engine.stream(requestOf('x'), never))).fault?.code).toBe(code);
  });

  it('makes one vector a text, in order', async () => {
    const vectors = await engine.embed?.('nomic-embed-text', ['blue sky', 'red car', 'blue sky'], never);
    expect(vectors).toHaveLength(3);
    expect(vectors?.[0]).toEqual(vectors?.[2]);
    expect(vectors?.[0]).not.toEqual(vectors?.[1]);
    expect(await engine.embed?.('nomic-embed-text', [], never)).toEqual([]);
  });

  it('throws a fault where it cannot embed', async () => {
    await expect(engine.embed?.('no-such', ['a'], never)).rejects.toMatchObject({ code: 'model-missing' });
    fake.fault({ kind: 'html', on: 'embed' });
    await expect(engine.embed?.('nomic-embed-text', ['a'], never)).rejects.toMatchObject({
      code: 'bad-output',
    });
  });

  it('pulls a model with one bar for all its layers', async () => {
    const seen = await drain(engine.pull?.('qwen3:8b', never));
    expect(seen[0]).toEqual({ status: 'pulling manifest', completedBytes: 0, totalBytes: 0 });
    expect(seen.at(-1)).toEqual({ status: 'success', completedBytes: 1200, totalBytes: 1200 });
    expect(fake.requests.at(-1)).toMatchObject({ kind: 'pull', model: 'qwen3:8b' });
  });

  it('throws a fault where a pull fails, and stops one on demand', async () => {
    await expect(drain(engine.pull?.('no-such-model', never))).rejects.toMatchObject({
      code: 'model-missing',
    });
    await expect(drain(engine.pull?.('qwen3:8b', AbortSignal.abort()))).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('tells the version and what is installed', async () => {
    expect(await engine.health(never)).toEqual({
      state: 'ready',
      installed: ['qwen3:1.7b', 'nomic-embed-text:latest'],
      detail: `Ollama 0.12.9 at ${fake.url}`,
    });
  });

  it('signs in with the name and password of its address, and tells them to nobody else', async () => {
    const signedIn = createOllamaEngine({ host: fake.url.replace('//', '//ann:p%40ss@') });
    expect((await signedIn.health(never)).detail).not.toMatch(/ann|p@ss|p%40ss/);
    expect(fake.requests[0]?.headers.authorization).toBe(`Basic ${btoa('ann:p@ss')}`);
  });

  it('is unreachable at an address that is none', async () => {
    const lost = createOllamaEngine({ host: 'http://::not a host::' });
    expect((await lost.health(never)).state).toBe('unreachable');
    expect((await collect(lost.stream(requestOf('x'), never))).fault?.code).toBe('unreachable');
    await expect(lost.embed?.('x', ['a'], never)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

async function drain(pull: AsyncIterable<PullProgress> | undefined): Promise<PullProgress[]> {
  const seen: PullProgress[] = [];
  for await (const progress of pull ?? []) seen.push(progress);
  return seen;
}
