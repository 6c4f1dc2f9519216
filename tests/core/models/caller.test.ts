import { describe, expect, it, vi } from 'vitest';
import type { EngineLimits } from '../../../src/core/config/models-schema.ts';
import type { CallMeter, ModelEvent } from '../../../src/core/contracts/models.ts';
import type { CallObserver } from '../../../src/core/models/call-observer.ts';
import { createModelCaller } from '../../../src/core/models/caller.ts';
import { modelFault } from '../../../src/core/models/fault.ts';
import { createHandClock, settled } from '../../support/hand-clock.ts';
import { collect, requestOf, summary } from '../../support/model-events.ts';
import {
  createScriptedEngine,
  done,
  fail,
  hang,
  say,
  type ScriptedEngine,
  tell,
} from '../../support/scripted-engine.ts';

const limits: EngineLimits = {
  firstTokenMs: 1000,
  idleMs: 300,
  totalMs: 10_000,
  concurrency: 1,
  retries: 2,
  retryBaseMs: 100,
  retryMaxMs: 400,
  breakerFaults: 5,
  breakerOpenMs: 5000,
  maxOutputCharacters: 1000,
};
const never = new AbortController().signal;

function setup(engine: ScriptedEngine, more: Partial<EngineLimits> = {}, observer: CallObserver = {}) {
  const clock = createHandClock();
  const all = { ...limits, ...more };
  const caller = createModelCaller({
    engines: new Map([['ollama', engine]]),
    limits: { ollama: all, embedded: all, anthropic: all },
    clock,
    random: () => 0.5,
    observer,
  });
  return {
    clock,
    caller,
    ask: (signal = never, meter?: CallMeter) =>
      collect(caller.stream('ollama', requestOf('Hello'), signal, meter)),
    stream: (signal = never) => caller.stream('ollama', requestOf('Hello'), signal),
  };
}

function createMeter(open: CallMeter['open'] = async () => undefined) {
  return { open: vi.fn(open), close: vi.fn<CallMeter['close']>() };
}

describe('a call that goes well', () => {
  it('passes on what the engine says, with one end', async () => {
    const { ask } = setup(
      createScriptedEngine('ollama', [tell, say('Hel'), say('lo'), tell, done, say('!')]),
    );
    const { text, events, ends } = await ask();
    expect(text).toBe('Hello');
    expect([events.at(-1), ends]).toEqual([done, 1]);
  });

  it('tells the meter what it cost', async () => {
    const meter = createMeter();
    const { ask } = setup(createScriptedEngine('ollama', [say('Hello'), done]));
    await ask(never, meter);
    expect(meter.open.mock.calls.map(([attempt]) => attempt)).toEqual([1]);
    expect(meter.close.mock.calls).toEqual([[1, expect.objectContaining({ outputTokens: 2 }), 'done', 5]]);
  });

  it('tells the observer how long the first word took', async () => {
    const firstToken = vi.fn();
    const gate = Promise.withResolvers<void>();
    const { ask, clock } = setup(
      createScriptedEngine('ollama', [tell, gate.promise, say('Hello'), done]),
      {},
      { firstToken },
    );
    const asked = ask();
    await clock.advance(200);
    gate.resolve();
    await asked;
    expect(firstToken.mock.calls).toEqual([['ollama', 200]]);
  });

  it('answers for an engine that is not set up', async () => {
    const { caller } = setup(createScriptedEngine('ollama', [done]));
    const { fault, ends } = await collect(caller.stream('anthropic', requestOf('x'), never));
    expect([fault?.code, ends]).toEqual(['request-refused', 1]);
    expect(caller.breakerState('anthropic')).toBe('closed');
  });
});

describe('retries', () => {
  it.each(['unreachable', 'rate-limited', 'overloaded', 'server-error', 'cut-off', 'timed-out'] as const)(
    'tries again after %s',
    async (code) => {
      const engine = createScriptedEngine(
        'ollama',
        [say('Wro'), fail(code)],
        [fail(code)],
        [say('Right'), done],
      );
      const retried = vi.fn();
      const { ask, clock } = setup(engine, {}, { retried });
      const asked = ask();
      await clock.advance(1000);
      const { text, events } = await asked;
      expect(text).toBe('Right');
      expect(events.filter((event) => event.type === 'retry')).toMatchObject([
        { attempt: 2, delayMs: 50, fault: { code } },
        { attempt: 3, delayMs: 100, fault: { code } },
      ]);
      expect(retried).toHaveBeenCalledTimes(2);
    },
  );

  it('gives up after the last one with the last fault', async () => {
    const engine = createScriptedEngine('ollama', [fail('server-error', { status: 500 })]);
    const faulted = vi.fn();
    const { ask, clock } = setup(engine, {}, { faulted });
    const asked = ask();
    await clock.advance(1000);
    expect((await asked).fault).toMatchObject({ code: 'server-error', status: 500 });
    expect(engine.attempts).toHaveLength(3);
    expect(faulted).toHaveBeenCalledTimes(3);
  });

  it.each([
    'model-missing',
    'key-refused',
    'request-refused',
    'too-long',
    'output-too-large',
    'over-budget',
    'cancelled',
  ] as const)('does not try again after %s', async (code) => {
    const engine = createScriptedEngine('ollama', [fail(code)]);
    expect((await setup(engine).ask()).fault?.code).toBe(code);
    expect(engine.attempts).toHaveLength(1);
  });

  it.each(['unknown-tool', 'empty-output', 'bad-output'] as const)(
    'asks once more after %s',
    async (code) => {
      const engine = createScriptedEngine('ollama', [fail(code)]);
      const { ask, clock } = setup(engine);
      const asked = ask();
      await clock.advance(1000);
      expect((await asked).fault?.code).toBe(code);
      expect(engine.attempts).toHaveLength(2);
    },
  );

  it('waits as long as the service asks', async () => {
    const engine = createScriptedEngine(
      'ollama',
      [fail('rate-limited', { retryAfterMs: 1500 })],
      [say('Now'), done],
    );
    const { ask, clock } = setup(engine);
    const asked = ask();
    await clock.advance(1499);
    expect(engine.attempts).toHaveLength(1);
    await clock.advance(1);
    expect((await asked).text).toBe('Now');
  });

  it('does not wait for a service that asks for too much time', async () => {
    const engine = createScriptedEngine('ollama', [fail('rate-limited', { retryAfterMs: 1601 })]);
    expect((await setup(engine).ask()).fault).toMatchObject({ code: 'rate-limited', retryAfterMs: 1601 });
  });

  it('opens and closes the meter for each attempt', async () => {
    const meter = createMeter();
    const engine = createScriptedEngine(
      'ollama',
      [fail('overloaded')],
      [tell, say('abc'), fail('cut-off')],
      [say('Ok'), done],
    );
    const { ask, clock } = setup(engine);
    const asked = ask(never, meter);
    await clock.advance(1000);
    await asked;
    expect(meter.open.mock.calls.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
    expect(meter.close.mock.calls).toEqual([
      [1, undefined, 'overloaded', 0],
      [2, expect.objectContaining({ inputTokens: 10 }), 'cut-off', 3],
      [3, expect.objectContaining({ inputTokens: 10 }), 'done', 2],
    ]);
  });

  it('takes an engine that throws, or ends without a word, for a fault', async () => {
    const engine = createScriptedEngine(
      'ollama',
      [() => Promise.reject(new TypeError('a bug'))],
      [say('Hm')],
      [say('Ok'), done],
    );
    const { ask, clock } = setup(engine);
    const asked = ask();
    await clock.advance(1000);
    const codes = (await asked).events.flatMap((event) => (event.type === 'retry' ? [event.fault.code] : []));
    expect(codes).toEqual(['server-error', 'cut-off']);
  });
});

it('survives an engine that throws before it has a stream', async () => {
  const engine: ScriptedEngine = {
    ...createScriptedEngine('ollama'),
    stream() {
      throw new TypeError('a bug');
    },
  };
  expect((await setup(engine, { retries: 0 }).ask()).fault?.code).toBe('server-error');
});

describe('the meter', () => {
  it('bars an attempt that does not fit the budget', async () => {
    const engine = createScriptedEngine('ollama', [done]);
    const { ask, caller } = setup(engine, { breakerFaults: 1 });
    const meter = createMeter(() =>
      Promise.reject(modelFault({ code: 'over-budget', engine: 'ollama', model: 'qwen3:1.7b' })),
    );
    expect((await ask(never, meter)).fault?.code).toBe('over-budget');
    expect([engine.attempts.length, meter.close.mock.calls.length]).toEqual([0, 0]);
    expect(caller.breakerState('ollama')).toBe('closed');
  });

  it('makes a call fail whose cost cannot be written down', async () => {
    const broken = setup(createScriptedEngine('ollama', [say('Hi'), done]));
    const opened = await broken.ask(
      never,
      createMeter(() => Promise.reject(new Error('disk full'))),
    );
    expect(opened.fault?.code).toBe('request-refused');
    const meter = createMeter();
    meter.close.mockImplementation(() => {
      throw new Error('disk full');
    });
    expect(await broken.ask(never, meter)).toMatchObject({ fault: { code: 'request-refused' }, ends: 1 });
  });
});

describe('timeouts', () => {
  it.each([
    ['no first token', [hang], 1000],
    ['silence in the answer', [say('Hel'), hang], 300],
  ])('ends on %s, also an engine that does not listen', async (_, script, ms) => {
    const engine = createScriptedEngine('ollama', script);
    const { ask, clock } = setup(engine, { retries: 0 });
    const asked = ask();
    await clock.advance(ms - 1);
    expect(engine.attempts[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect((await asked).fault?.code).toBe('timed-out');
    expect(engine.attempts[0]?.signal.aborted).toBe(true);
  });

  it('does not count the time that its reader takes', async () => {
    const { stream, clock } = setup(createScriptedEngine('ollama', [say('Hel'), say('lo'), done]), {
      retries: 0,
    });
    const events: ModelEvent[] = [];
    for await (const event of stream()) {
      events.push(event);
      await clock.advance(2000);
    }
    expect(summary(events).text).toBe('Hello');
  });

  it('gives the whole call one time, retries included', async () => {
    const engine = createScriptedEngine('ollama', [hang]);
    const { ask, clock } = setup(engine, { totalMs: 1500, retries: 5 });
    const asked = ask();
    await clock.advance(1500);
    expect((await asked).fault?.code).toBe('timed-out');
    expect(engine.attempts).toHaveLength(2);
    expect(clock.sleepers()).toBe(0);
  });
});

describe('the output limit', () => {
  it('stops an answer without end', async () => {
    const engine = createScriptedEngine('ollama', [say('x'.repeat(900)), say('x'.repeat(101)), hang]);
    const { ask, caller } = setup(engine, { breakerFaults: 1 });
    expect((await ask()).fault?.code).toBe('output-too-large');
    expect(engine.attempts[0]?.signal.aborted).toBe(true);
    expect(caller.breakerState('ollama')).toBe('closed');
  });

  it('counts the input of tool calls', async () => {
    const call = { id: 'a', name: 'note', input: { text: 'x'.repeat(1000) } };
    const { ask } = setup(createScriptedEngine('ollama', [{ type: 'tool-call', call }, done]));
    expect((await ask()).fault?.code).toBe('output-too-large');
  });
});

describe('cancellation', () => {
  it('ends a call whose engine does not listen, and frees its slot', async () => {
    const engine = createScriptedEngine('ollama', [say('Hel'), hang], [say('Next'), done]);
    const { stream, ask } = setup(engine);
    const stop = new AbortController();
    const events: ModelEvent[] = [];
    for await (const event of stream(stop.signal)) {
      events.push(event);
      if (event.type === 'text') stop.abort();
    }
    expect(summary(events)).toMatchObject({ fault: { code: 'cancelled' }, ends: 1 });
    expect((await ask()).text).toBe('Next');
  });

  it('ends a call that waits for its turn', async () => {
    const engine = createScriptedEngine('ollama', [hang]);
    const { ask } = setup(engine);
    const first = new AbortController();
    const second = new AbortController();
    const holder = ask(first.signal);
    const waiter = ask(second.signal);
    await settled();
    second.abort();
    expect((await waiter).fault?.code).toBe('cancelled');
    first.abort();
    expect((await holder).fault?.code).toBe('cancelled');
    expect(engine.attempts).toHaveLength(1);
  });

  it('ends a call that waits for its retry', async () => {
    const engine = createScriptedEngine('ollama', [fail('overloaded')]);
    const { ask } = setup(engine);
    const stop = new AbortController();
    const asked = ask(stop.signal);
    await settled();
    stop.abort();
    expect((await asked).fault?.code).toBe('cancelled');
    expect(engine.attempts).toHaveLength(1);
  });

  it('does not begin a call that is cancelled already', async () => {
    const engine = createScriptedEngine('ollama', [done]);
    const faulted = vi.fn();
    const meter = createMeter();
    const { ask } = setup(engine, {}, { faulted });
    expect((await ask(AbortSignal.abort(), meter)).fault?.code).toBe('cancelled');
    expect([engine.attempts.length, meter.open.mock.calls.length, faulted.mock.calls.length]).toEqual([
      0, 0, 0,
    ]);
  });

  it('aborts the request, closes the meter and frees the slot when nobody reads on', async () => {
    const engine = createScriptedEngine('ollama', [say('Hel'), hang], [say('Next'), done]);
    const { caller, ask } = setup(engine);
    const meter = createMeter();
    for await (const event of caller.stream('ollama', requestOf('x'), never, meter))
      if (event.type === 'text') break;
    expect(engine.attempts[0]?.signal.aborted).toBe(true);
    expect(meter.close.mock.calls).toEqual([[1, undefined, 'cancelled', 3]]);
    expect((await ask()).text).toBe('Next');
  });

  it('does not wait for a silent model when its reader leaves', async () => {
    const engine = createScriptedEngine('ollama', [hang], [say('Next'), done]);
    const { stream, ask } = setup(engine);
    const reader = stream()[Symbol.asyncIterator]();
    const pending = reader.next();
    await settled();
    await reader.return?.();
    expect((await pending).value).toMatchObject({ type: 'error', fault: { code: 'cancelled' } });
    expect((await ask()).text).toBe('Next');
  });
});

describe('the concurrency limit', () => {
  it('lets calls through in the order they came', async () => {
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const engine = createScriptedEngine(
      'ollama',
      ...gates.map((gate, i) => [gate.promise, say(`${i}`), done]),
    );
    const queued = vi.fn();
    const { ask } = setup(engine, { concurrency: 2 }, { queued });
    const asked = [ask(), ask(), ask()];
    await settled();
    expect([engine.running(), engine.attempts.length]).toEqual([2, 2]);
    for (const gate of gates) gate.resolve();
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(['0', '1', '2']);
    expect(queued.mock.calls).toEqual([
      ['ollama', 1],
      ['ollama', 0],
    ]);
  });

  it('lends the slot to others while a retry waits', async () => {
    const engine = createScriptedEngine(
      'ollama',
      [fail('overloaded')],
      [say('Other'), done],
      [say('Again'), done],
    );
    const { ask, clock } = setup(engine);
    const first = ask();
    await settled();
    expect((await ask()).text).toBe('Other');
    await clock.advance(100);
    expect((await first).text).toBe('Again');
  });
});

describe('the circuit breaker', () => {
  it('opens after so many faults in a row, refuses at once, and closes when one call succeeds', async () => {
    const engine = createScriptedEngine(
      'ollama',
      [fail('overloaded')],
      [fail('unreachable')],
      [say('Back'), done],
    );
    const breakerChanged = vi.fn();
    const { ask, clock, caller } = setup(engine, { breakerFaults: 2, retries: 0 }, { breakerChanged });
    await ask();
    await ask();
    expect(caller.breakerState('ollama')).toBe('open');
    expect((await ask()).fault).toMatchObject({ code: 'breaker-open', retryAfterMs: 5000 });
    expect(engine.attempts).toHaveLength(2);
    await clock.advance(5000);
    expect(caller.breakerState('ollama')).toBe('half-open');
    expect((await ask()).text).toBe('Back');
    expect(breakerChanged.mock.calls).toEqual([
      ['ollama', 'open'],
      ['ollama', 'half-open'],
      ['ollama', 'closed'],
    ]);
  });

  it('lets one call try, and opens again when it fails', async () => {
    const gate = Promise.withResolvers<void>();
    const engine = createScriptedEngine('ollama', [fail('overloaded')], [gate.promise, fail('server-error')]);
    const { ask, clock, caller } = setup(engine, { breakerFaults: 1, retries: 0, concurrency: 4 });
    await ask();
    await clock.advance(5000);
    const trial = ask();
    await settled();
    expect((await ask()).fault?.code).toBe('breaker-open');
    gate.resolve();
    expect((await trial).fault?.code).toBe('server-error');
    expect(caller.breakerState('ollama')).toBe('open');
  });

  it('ends a call with the fault that opened it, not with the refusal', async () => {
    const engine = createScriptedEngine('ollama', [fail('overloaded')]);
    const { ask } = setup(engine, { breakerFaults: 1 });
    const { fault, events } = await ask();
    expect([fault?.code, events.length]).toEqual(['overloaded', 1]);
  });

  it('refuses a call that waited in the queue while it opened', async () => {
    const gate = Promise.withResolvers<void>();
    const engine = createScriptedEngine('ollama', [gate.promise, fail('overloaded')]);
    const { ask } = setup(engine, { breakerFaults: 1 });
    const asked = [ask(), ask()];
    await settled();
    gate.resolve();
    expect((await Promise.all(asked)).map(({ fault }) => fault?.code)).toEqual([
      'overloaded',
      'breaker-open',
    ]);
  });

  it.each([
    'key-refused',
    'request-refused',
    'model-missing',
    'cancelled',
    'bad-output',
    'unknown-tool',
    'empty-output',
  ] as const)('does not count %s', async (code) => {
    const { ask, caller } = setup(createScriptedEngine('ollama', [fail(code)]), {
      breakerFaults: 1,
      retries: 0,
    });
    await ask();
    expect(caller.breakerState('ollama')).toBe('closed');
  });

  it('leaves the trial to the next call when it was cancelled', async () => {
    const engine = createScriptedEngine('ollama', [fail('overloaded')], [hang], [say('Back'), done]);
    const { ask, clock, caller } = setup(engine, { breakerFaults: 1, retries: 0 });
    await ask();
    await clock.advance(5000);
    const stop = new AbortController();
    const trial = ask(stop.signal);
    await settled();
    stop.abort();
    await trial;
    expect(caller.breakerState('ollama')).toBe('half-open');
    expect((await ask()).text).toBe('Back');
    expect(caller.breakerState('ollama')).toBe('closed');
  });
});
