import { describe, expect, it } from 'vitest';
import type { ModelFaultCode } from '../../../src/core/contracts/models.ts';
import { explainFault, isModelFault, isTransient, modelFault } from '../../../src/core/models/fault.ts';
import { networkFault, readRetryAfterMs } from '../../../src/core/models/http-fault.ts';

const codes: readonly ModelFaultCode[] = [
  'unreachable',
  'rate-limited',
  'overloaded',
  'server-error',
  'cut-off',
  'bad-output',
  'timed-out',
  'empty-output',
  'output-too-large',
  'unknown-tool',
  'model-missing',
  'key-refused',
  'request-refused',
  'too-long',
  'breaker-open',
  'over-budget',
  'cancelled',
];
const names = { engine: 'anthropic', model: 'claude-opus-5-5' };

describe('a model fault', () => {
  it('is an error with facts', () => {
    const fault = modelFault({ code: 'rate-limited', ...names, status: 429, retryAfterMs: 1000 });
    expect(fault).toBeInstanceOf(Error);
    expect(isModelFault(fault)).toBe(true);
    expect(fault).toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfterMs: 1000,
      message: 'rate-limited',
    });
    expect('status' in modelFault({ code: 'cut-off', ...names })).toBe(false);
  });

  it.each([
    ['bad key sk-ant-api03-AbCdEf_123 given', 'bad key sk-… given'],
    ['authorization: Bearer abc.def.ghi', 'authorization: Bearer …'],
    ['http://ann:secret@host/x', 'http://…@host/x'],
    ['one\n two\u0000\u202e three', 'one two three'],
    ['<html><body>502</body></html>', 'server-error'],
  ])('keeps no secrets and no markup: %j', (message, kept) => {
    expect(modelFault({ code: 'server-error', ...names, message }).message).toBe(kept);
  });

  it('keeps its message short', () => {
    expect(modelFault({ code: 'server-error', ...names, message: 'x'.repeat(1e6) }).message.length).toBe(300);
  });

  it('knows which faults may go away by themselves', () => {
    expect(codes.filter((code) => isTransient(modelFault({ code, ...names })))).toEqual(codes.slice(0, 7));
  });
});

describe('the explanation of a fault', () => {
  const hostile = '<b>sk-ant-api03-secret</b>';

  it.each(codes)('is one or two plain sentences for %s', (code) => {
    for (const engine of ['ollama', 'anthropic', hostile]) {
      const message = `${hostile} {"error": {"type": "x"}}`;
      const text = explainFault(modelFault({ code, engine, model: hostile, message, status: 500 }));
      expect(text).toMatch(/^[A-Za-z][^<>{}]*\.$/);
      expect(text.length).toBeLessThan(220);
      expect(text).not.toContain('secret');
    }
  });

  it.each([
    ['key-refused', 'anthropic', '', 'ANTHROPIC_API_KEY in .env'],
    ['unreachable', 'ollama', '', '`ollama serve`'],
    ['model-missing', 'ollama', '', '`ollama pull claude-opus-5-5`'],
    ['request-refused', 'ollama', 'model requires more system memory (5 GiB)', 'more memory'],
    ['request-refused', 'anthropic', 'Your credit balance is too low', 'billing'],
    ['request-refused', 'ollama', 'x does not support tools', 'cannot use tools'],
    ['over-budget', 'anthropic', '', '/cost'],
  ] as const)('names the remedy of %s at %s %s', (code, engine, message, remedy) => {
    expect(explainFault(modelFault({ code, engine, model: names.model, message }))).toContain(remedy);
  });

  it.each([
    [1500, 'in 2 s'],
    [600_000, 'in about 10 minutes'],
    [undefined, 'in a moment'],
    [9e9, 'in a moment'],
  ])('says when to try again after %s ms', (retryAfterMs, when) => {
    expect(explainFault(modelFault({ code: 'rate-limited', ...names, retryAfterMs }))).toContain(when);
  });
});

describe('how long a service asks to wait', () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '3' }, 3000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT', date: 'Tue, 24 Nov 2026 12:00:00 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT', date: 'Tue, 24 Nov 2026 12:00:00 GMT' }, undefined],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'later' }, undefined],
    [{ 'retry-after': '99999999999' }, 2 ** 31 - 1],
    [{}, undefined],
  ])('reads %j as %s ms', (headers, ms) => {
    expect(readRetryAfterMs(new Headers(headers))).toBe(ms);
  });
});

describe('a network fault', () => {
  it.each([
    ['ECONNREFUSED', false, 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', false, 'unreachable'],
    ['UND_ERR_HEADERS_TIMEOUT', false, 'timed-out'],
    ['UND_ERR_BODY_TIMEOUT', true, 'timed-out'],
    ['UND_ERR_SOCKET', true, 'cut-off'],
  ])('%s (answered: %s) is %s', (code, answered, expected) => {
    const fault = networkFault(withCode(code), names, answered);
    expect(fault.code).toBe(expected);
    expect(fault.message).toContain(code);
  });

  it('is bad output when the reader stumbled, not the network', () => {
    expect(networkFault(new SyntaxError('Unexpected token'), names, true).code).toBe('bad-output');
    expect(networkFault('odd', names, false).code).toBe('unreachable');
  });
});

/** As fetch throws it: the system's reason is in the cause. */
function withCode(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) });
}
