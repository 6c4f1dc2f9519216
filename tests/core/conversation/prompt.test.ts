import { describe, expect, test } from 'vitest';
import { fitPrompt } from '../../../src/core/conversation/prompt.ts';
import { estimateTokens } from '../../../src/core/models/tokens.ts';

const base = {
  instructions: 'You are Steward.',
  now: Date.UTC(2026, 10, 24, 17, 42),
  timezone: 'Europe/Berlin',
  summary: undefined,
  past: [],
  current: [{ type: 'text' as const, text: 'hello' }],
  maxTokens: 1_000,
};
const turn = (n: number) => ({ question: `question ${n} ${'word '.repeat(40)}`, answer: `answer ${n}` });

describe('the prompt', () => {
  test('says the date and the hour of the household, and changes once an hour', () => {
    const first = fitPrompt(base).system;
    expect(first).toContain('Tuesday');
    expect(first).toContain('24 November 2026');
    expect(first).toContain('18');
    expect(fitPrompt({ ...base, now: base.now + 10 * 60_000 }).system).toBe(first);
    expect(fitPrompt({ ...base, now: base.now + 60 * 60_000 }).system).not.toBe(first);
  });

  test('keeps the newest turns that fit, in order', () => {
    const past = Array.from({ length: 20 }, (_, n) => turn(n));
    const prompt = fitPrompt({ ...base, past, maxTokens: 600 });
    const texts = JSON.stringify(prompt.messages);
    expect(texts).toContain('answer 19');
    expect(texts).not.toContain('answer 0"');
    expect(prompt.droppedTurns).toBeGreaterThan(0);
    expect(prompt.messages.at(-1)).toEqual({ role: 'user', content: base.current });
    expect(estimateTokens(prompt.system + texts)).toBeLessThan(900);
  });

  test('cuts the middle of a message that is longer than the window, and says how much', () => {
    const text = `BEGIN ${'word '.repeat(5_000)} END`;
    const prompt = fitPrompt({ ...base, current: [{ type: 'text', text }] });
    const sent = JSON.stringify(prompt.messages);
    expect(prompt.cutCharacters).toBeGreaterThan(10_000);
    expect(sent).toContain('BEGIN');
    expect(sent).toContain('END');
    expect(sent).toContain('characters left out');
    expect(estimateTokens(sent)).toBeLessThan(1_100);
  });

  test('never cuts a character in two', () => {
    const prompt = fitPrompt({
      ...base,
      current: [{ type: 'text', text: '😀'.repeat(4_000) }],
      maxTokens: 300,
    });
    expect(JSON.stringify(prompt.messages).isWellFormed()).toBe(true);
  });
});
