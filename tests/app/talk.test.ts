import { describe, expect, onTestFinished, test } from 'vitest';
import { eq } from '../../src/core/db/drizzle.ts';
import { spend } from '../../src/core/db/schema/money.ts';
import { steps } from '../../src/core/db/schema/work.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startSteward, temporaryFolder, testConfig, testKey } from '../support/steward.ts';

async function fakes(options: { local?: readonly string[] } = {}) {
  const ollama = await startFakeOllama({ models: options.local ?? ['qwen3:1.7b'] });
  const claude = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => ollama.stop());
  onTestFinished(() => claude.stop());
  return { ollama, claude };
}

describe('a message in the terminal', () => {
  test('is answered by the local model where there is one, and nothing goes to the cloud', async () => {
    const { ollama, claude } = await fakes();
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url, anthropicUrl: claude.url }));
    expect(await steward.say('hello zq1x')).toContain('Answer zr1x.');
    expect(claude.chats()).toHaveLength(0);
    const [task] = steward.tasks();
    expect(task).toMatchObject({
      state: 'answered',
      model: 'qwen3:1.7b',
      costMicroUsd: 0,
      answer: 'Answer zr1x.',
    });
    expect(task?.promptHash).toMatch(/^[0-9a-f]{64}$/);
    expect(steward.decisionsOf(task?.id ?? '')).toMatchObject([
      { route: 'local', reason: expect.stringContaining('local') },
    ]);
  });

  test('one trace id goes through every row of the turn', async () => {
    const { ollama } = await fakes();
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    await steward.say('hello');
    const [task] = steward.tasks();
    const traceId = task?.traceId ?? '';
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(steward.decisionsOf(task?.id ?? '').map((row) => row.traceId)).toEqual([traceId]);
    expect(steward.outbox().map((row) => row.traceId)).toEqual([traceId]);
    const rows = steward.app.database.orm
      .select()
      .from(steps)
      .where(eq(steps.taskId, task?.id ?? ''))
      .all();
    expect(rows.map((row) => row.traceId)).toEqual([traceId]);
  });

  test('around "hello" the model sees at most 1,000 tokens of ours', async () => {
    const { ollama } = await fakes();
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    await steward.say('hello');
    // Bytes of the whole request are a bound of its tokens that no tokenizer exceeds by much; text is a quarter of it.
    expect(ollama.chats()[0]?.raw.length ?? 0).toBeLessThan(4_000);
  });

  test('goes to Claude when the chat asks for it, is reserved before and settled after', async () => {
    const { ollama, claude } = await fakes();
    claude.reply('hello', { text: 'From Claude.', inputTokens: 1000, outputTokens: 200 });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url, anthropicUrl: claude.url }));
    expect(await steward.say('/model cloud')).toContain('claude-haiku-5-5');
    expect(await steward.say('hello')).toContain('From Claude.');
    const [row] = steward.app.database.orm.select().from(spend).all();
    // 1000 tokens in at $0.10, 200 out at $0.50 a million.
    expect(row).toMatchObject({
      state: 'settled',
      microUsd: 200,
      inputTokens: 1000,
      outputTokens: 200,
      note: null,
    });
    expect(row?.reservedMicroUsd).toBeGreaterThanOrEqual(200);
    expect(await steward.say('/cost')).toContain('claude-haiku-5-5');
    expect(await steward.say('/why')).toMatch(/You chose Claude/);
  });

  test('falls back to Claude when the local model fails, and says so in /why', async () => {
    const { ollama, claude } = await fakes();
    ollama.fault({ kind: 'status', status: 500, times: 99 });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url, anthropicUrl: claude.url }));
    expect(await steward.say('hello zq2x')).toContain('Answer zr2x.');
    const [task] = steward.tasks();
    expect(task).toMatchObject({ state: 'answered', model: 'claude-haiku-5-5' });
    expect(await steward.say('/why')).toMatch(/qwen3:1.7b failed \(server-error\)/);
  });

  test('stays local when the budget is 0, whatever fails', async () => {
    const { ollama, claude } = await fakes();
    ollama.fault({ kind: 'status', status: 500, times: 99 });
    const steward = await startSteward(
      testConfig({
        ollamaUrl: ollama.url,
        anthropicUrl: claude.url,
        change: (config) => {
          config.steward.budget.dayUsd = 0;
        },
      }),
    );
    const printed = await steward.say('hello');
    expect(printed).toContain('Ollama had an internal error');
    expect(printed).toContain('budget.dayUsd is 0');
    expect(claude.requests.filter((call) => call.kind !== 'admin')).toHaveLength(0);
    expect(steward.tasks()[0]).toMatchObject({ state: 'failed', errorCode: 'server-error' });
  });

  test('a call whose reserve does not fit the budget is not made', async () => {
    const { claude } = await fakes();
    const steward = await startSteward(
      testConfig({
        anthropicUrl: claude.url,
        change: (config) => {
          config.steward.budget.dayUsd = 0.0001;
        },
      }),
    );
    expect(await steward.say('hello')).toContain('budget');
    expect(claude.chats()).toHaveLength(0);
    expect(steward.app.database.orm.select().from(spend).all()).toEqual([]);
    expect(steward.tasks()[0]).toMatchObject({ state: 'failed', errorCode: 'over-budget' });
  });

  test('with nothing to ask it gets a clear sentence, and is answered later if the owner wants', async () => {
    const steward = await startSteward(testConfig());
    const printed = await steward.say('hello');
    expect(printed).toContain('there is no model to ask');
    expect(printed).toContain('ollama serve');
    expect(printed).toContain('ANTHROPIC_API_KEY');
    expect(printed).toContain('Answer when a model is there');
    expect(await steward.say('1')).toContain('I answer as soon as a model can be asked.');
    expect(steward.tasks()[0]).toMatchObject({ state: 'waiting', waitingFor: 'model' });
  });
});

describe('a conversation', () => {
  test('keeps its context across a restart, and /new starts afresh', async () => {
    const { ollama } = await fakes();
    const home = temporaryFolder();
    const first = await startSteward(testConfig({ home, ollamaUrl: ollama.url }));
    await first.say('My cat is called Miso.');
    await first.stop();
    const second = await startSteward(testConfig({ home, ollamaUrl: ollama.url }));
    await second.say('What is my cat called?');
    expect(ollama.chats().at(-1)?.raw).toContain('Miso');
    await second.say('/new');
    await second.say('And now?');
    expect(ollama.chats().at(-1)?.raw).not.toContain('Miso');
    expect(await second.say('/history')).toContain('My cat is called Miso.');
  });

  test('older turns are summarised by the local model when the window fills', async () => {
    const { ollama } = await fakes();
    ollama.reply(
      (call) => call.raw.includes('Summarise the conversation'),
      'They talked about a cat called Miso.',
    );
    ollama.reply(/^(My cat is called|tell me)/, { text: 'word '.repeat(300) });
    const steward = await startSteward(
      testConfig({
        ollamaUrl: ollama.url,
        change: (config) => {
          config.steward.conversation.localPromptTokens = 1200;
        },
      }),
    );
    await steward.say('My cat is called Miso, tell me more');
    await steward.say('tell me again');
    await steward.say('tell me a third time');
    await steward.say('What is my cat called?');
    const last = ollama.chats().findLast((call) => call.text === 'What is my cat called?');
    expect(last?.raw).toContain('They talked about a cat called Miso.');
    expect(last?.raw).not.toContain('My cat is called Miso, tell me more');
  });

  test('/retry asks again, by another model if told so', async () => {
    const { ollama, claude } = await fakes();
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url, anthropicUrl: claude.url }));
    await steward.say('hello zq3x');
    await steward.say('/retry cloud');
    const [first, second] = steward.tasks();
    expect(second).toMatchObject({
      retryOf: first?.id,
      model: 'claude-haiku-5-5',
      text: 'hello zq3x',
      state: 'answered',
    });
    await steward.say('another');
    expect(steward.tasks()[2]?.model).toBe('qwen3:1.7b');
  });

  test('/stop ends the running answer, keeps what had come, and drops what waits', async () => {
    const { ollama } = await fakes();
    const { promise: never } = Promise.withResolvers<string>();
    ollama.reply('long', { chunks: ['The beginning ', never] });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    const begun = Promise.withResolvers<void>();
    steward.app.onEvent((event) => {
      if (event.name === 'task-delta') begun.resolve();
    });
    steward.type('a long story');
    await begun.promise;
    steward.type('and another');
    steward.type('/stop');
    await steward.prints('Stopped.');
    await steward.settled();
    expect(steward.printed()).toContain('The beginning');
    expect(steward.tasks().map((task) => task.state)).toEqual(['cancelled', 'cancelled']);
    expect(await ollama.chats()[0]?.closed).toBe(true);
  });
});

describe('pulling a model', () => {
  test('Ollama without the model: asked first, pulled with progress after a yes, then the message is answered', async () => {
    const { ollama } = await fakes({ local: [] });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    const asked = await steward.say('hello zq4x');
    expect(asked).toContain('Shall I fetch qwen3:1.7b (1.4 GB)');
    expect(ollama.models.has('qwen3:1.7b')).toBe(false);
    steward.type('1');
    await steward.prints('Answer zr4x.');
    expect(steward.printed()).toMatch(/Fetching qwen3:1.7b: \d+ %/);
    await steward.settled();
    expect(steward.tasks()).toMatchObject([{ state: 'answered' }]);
  });

  test('a no leaves the message with /retry', async () => {
    const { ollama } = await fakes({ local: [] });
    const steward = await startSteward(testConfig({ ollamaUrl: ollama.url }));
    await steward.say('hello');
    expect(await steward.say('2')).toContain('/retry');
    expect(steward.tasks()[0]).toMatchObject({ state: 'failed', errorCode: 'no-model' });
    expect(ollama.requests.some((call) => call.kind === 'pull')).toBe(false);
  });
});
