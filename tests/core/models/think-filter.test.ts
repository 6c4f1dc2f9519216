import { describe, expect, it } from 'vitest';
import { createThinkFilter } from '../../../src/core/models/think-filter.ts';

function run(...pieces: string[]): string {
  const filter = createThinkFilter();
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end();
}

describe('the think filter', () => {
  it.each<[string, string[], string]>([
    ['text without thoughts', ['Hello ', 'there'], 'Hello there'],
    ['thoughts before the answer', ['<think>hm</think>\n\nHello'], 'Hello'],
    ['thoughts in the middle', ['Well, <think>hm</think>yes'], 'Well, yes'],
    ['thoughts that are never closed', ['Yes. <think>but what if'], 'Yes. '],
    ['empty thoughts', ['<think>', '\n\n', '</think>', '\n\n', 'Hi'], 'Hi'],
    ['two thoughts', ['<think>a</think>x<think>b</think>y'], 'xy'],
    ['what only looks like a tag', ['a <', 'thin', 'g> b'], 'a <thing> b'],
    ['a tag that never comes to its end', ['a <thi'], 'a <thi'],
    ['a doubled bracket', ['a <<think>x</think>'], 'a <'],
  ])('handles %s', (_, pieces, expected) => {
    expect(run(...pieces)).toBe(expected);
  });

  it('handles tags that come letter by letter', () => {
    expect(run(...'<think>secret</think> Hello <3 <b>'.split(''))).toBe('Hello <3 <b>');
  });

  it('shows at once what cannot be a tag', () => {
    expect(createThinkFilter().push('Hello <b')).toBe('Hello <b');
  });
});
