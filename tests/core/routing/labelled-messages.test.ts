import { describe, expect, test } from 'vitest';
import { type LabelledMessage, labelledMessages, partOf } from '../../support/labelled-messages.ts';

const messages = labelledMessages();
const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** How much of their words two messages share. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}

describe('the labelled messages', () => {
  test('are at least 600, in at least six languages, each with an id of its own', () => {
    expect(messages.length).toBeGreaterThanOrEqual(600);
    expect(new Set(messages.map((message) => message.lang)).size).toBeGreaterThanOrEqual(6);
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length);
    for (const { id, lang } of messages) expect(id.startsWith(lang)).toBe(true);
  });

  test('are no two alike but for a word', () => {
    const long = messages
      .map(({ id, lang, text }) => ({ id, lang, words: new Set(wordsOf(text)) }))
      .filter(({ words }) => words.size >= 5);
    const alike: string[] = [];
    for (const [index, one] of long.entries())
      for (const other of long.slice(index + 1))
        if (one.lang === other.lang && likeness(one.words, other.words) > 0.7)
          alike.push(`${one.id} ${other.id}`);
    expect(alike).toEqual([]);
  });

  test('have their context where they mean nothing without it', () => {
    for (const { id, kind, context } of messages)
      expect([id, kind === 'follow-up' && !context]).toEqual([id, false]);
  });

  test.each(['tune', 'untouched'] as const)('the part to %s has every agent, difficulty and kind', (part) => {
    const here = messages.filter((message) => partOf(message) === part);
    const share = (fits: (message: LabelledMessage) => boolean) => here.filter(fits).length / here.length;
    expect(here.length / messages.length).toBeGreaterThan(0.4);
    for (const agent of ['chat', 'code', 'research', 'fileops', 'skill'])
      for (const difficulty of ['simple', 'medium', 'complex'])
        expect(here.some((one) => one.agent === agent && one.difficulty === difficulty)).toBe(true);
    for (const kind of ['short-hard', 'long-easy', 'follow-up', 'unnamed-sensitive'])
      expect(here.filter((message) => message.kind === kind).length).toBeGreaterThanOrEqual(10);
    expect(share((message) => message.sensitive)).toBeGreaterThan(0.15);
    expect(share((message) => message.difficulty === 'complex')).toBeGreaterThan(0.2);
  });
});
