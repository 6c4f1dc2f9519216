import { describe, expect, it } from 'vitest';
import { estimateRequestTokens, estimateTokens, tokenUpperBound } from '../../../src/core/models/tokens.ts';
import { requestOf } from '../../support/model-events.ts';

const texts = {
  english: 'The quick brown fox jumps over the lazy dog, and then it sleeps for a while.',
  russian: 'Съешь ещё этих мягких французских булок, да выпей же чаю.',
  chinese: '今天天气很好，我们去公园散步吧。',
  emoji: '👩‍👩‍👧‍👦🎉🎉🎉',
  code: 'for (let i = 0; i < 10; i++) { total += items[i].price * 1.19; }',
  digits: '0123456789012345678901234567890',
  broken: 'half a pair \ud83d here',
};

describe('the estimate of tokens', () => {
  it.each(Object.entries(texts))('is above nothing and never above the bytes: %s', (_, text) => {
    expect(estimateTokens(text)).toBeGreaterThan(0);
    expect(estimateTokens(text)).toBeLessThanOrEqual(Buffer.byteLength(text));
  });

  // What tokenizers of the last years make of them, roughly: 4 to 5 English, 2 to 3 Russian, 1.5 Chinese characters a token.
  it.each([
    [texts.english, 16],
    [texts.russian, 22],
    [texts.chinese, 11],
    [texts.digits, 31],
  ])('is rather too high than too low: %s', (text, real) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(real);
    expect(estimateTokens(text)).toBeLessThan(real * 4);
  });

  it('is nothing for nothing', () => {
    expect(estimateTokens('')).toBe(0);
  });
});

describe('the tokens of a request', () => {
  const image = { type: 'image', mediaType: 'image/png', base64: 'iVBORw0=' } as const;
  const pdf = { type: 'pdf', name: 'a.pdf', base64: 'A'.repeat(200_000) } as const;
  const tools = [{ name: 'clock', description: 'The time.', inputSchema: { type: 'object' } }];

  it('grow with everything that is sent', () => {
    const plain = requestOf('Hello');
    const richer = [
      requestOf('Hello', { system: 'You are Steward, and you are kind.' }),
      requestOf('Hello', { tools }),
      requestOf('Hello', { outputSchema: { type: 'object' } }),
      requestOf('Hello', { messages: [...plain.messages, { role: 'assistant', text: 'Hi' }] }),
      requestOf('Hello', {
        messages: [
          ...plain.messages,
          { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'clock', input: { zone: 'CET' } }] },
          { role: 'tool', callId: 'a', name: 'clock', output: '12:00' },
        ],
      }),
    ];
    for (const request of richer) {
      expect(estimateRequestTokens(request)).toBeGreaterThan(estimateRequestTokens(plain));
      expect(tokenUpperBound(request)).toBeGreaterThan(tokenUpperBound(plain) ?? 0);
      expect(tokenUpperBound(request)).toBeGreaterThanOrEqual(estimateRequestTokens(request));
    }
  });

  it('are bounded by the bytes of text alone, and not at all with files', () => {
    for (const text of Object.values(texts))
      expect(tokenUpperBound(requestOf(text))).toBeGreaterThan(Buffer.byteLength(text));
    for (const part of [image, pdf])
      expect(
        tokenUpperBound(requestOf('', { messages: [{ role: 'user', content: [part] }] })),
      ).toBeUndefined();
  });

  it('are guessed for pictures and the pages of a PDF', () => {
    const withPart = (part: typeof image | typeof pdf) =>
      estimateRequestTokens(requestOf('', { messages: [{ role: 'user', content: [part] }] }));
    expect(withPart(image)).toBeGreaterThan(1500);
    expect(withPart(pdf)).toBeGreaterThan(4 * 2000);
  });
});
