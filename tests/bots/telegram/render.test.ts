import { describe, expect, test } from 'vitest';
import { renderMessage } from '../../../src/bots/telegram/render.ts';

const render = (markdown: string) => renderMessage({ markdown });
/** The plain messages of all parts, as every server shows them. */
const plain = (markdown: string) =>
  render(markdown).flatMap((part) => (part.kind === 'text' ? part.plain : []));
const only = (markdown: string) => {
  const [first, ...rest] = plain(markdown);
  if (!first || rest.length > 0) throw new Error('not one message');
  return first;
};
const marked = (markdown: string) => {
  const { text, entities } = only(markdown);
  return entities.map((entity) => [entity.type, text.slice(entity.offset, entity.offset + entity.length)]);
};

describe('the plain form', () => {
  test('carries emphasis as entities, counted in UTF-16 units', () => {
    expect(only('😀 **bold**, *soft*, ~~gone~~ and `code`').text).toBe('😀 bold, soft, gone and code');
    expect(marked('😀 **bold** *soft* ~~gone~~ `code`')).toEqual([
      ['bold', 'bold'],
      ['italic', 'soft'],
      ['strikethrough', 'gone'],
      ['code', 'code'],
    ]);
  });

  test('shows lists, tasks, quotes and fences', () => {
    expect(only('1. one\n2. two\n   - in\n\n- [ ] open\n- [x] done').text).toMatch(
      /1\. one\n2\. two\n\s+• in[^]*☐ open\n[^]*☑ done/,
    );
    expect(marked('> said')).toEqual([['blockquote', 'said']]);
    expect(only('```python\nx = 1\n```').entities).toMatchObject([{ type: 'pre', language: 'python' }]);
  });

  test('hides no address behind other words', () => {
    expect(only('[bank.example](https://evil.example/x)').text).toContain('https://evil.example/x');
    expect(only('![cat](https://x.example/c.png)').text).toBe('[picture: cat] (https://x.example/c.png)');
  });

  test('text of a model becomes no mention, command or tag', () => {
    const { text } = only('ask @admin, run /delete_all, see #secret and <b>raw</b>');
    for (const made of ['@admin', '/delete_all', '#secret']) expect(text).not.toContain(made);
    expect(text).toContain('<b>raw</b>');
    expect(text.replaceAll('\u2060', '')).toBe('ask @admin, run /delete_all, see #secret and <b>raw</b>');
  });

  test('is cut between blocks within 4096 units and 100 entities, and loses nothing', () => {
    const words = Array.from({ length: 3_000 }, (_, n) => (n % 7 === 0 ? `**w${n}**` : `w${n}`));
    const messages = plain(words.map((word, n) => (n % 40 === 39 ? `${word}\n\n` : word)).join(' '));
    for (const { text, entities } of messages) {
      expect(text.length).toBeLessThanOrEqual(4_096);
      expect(text).toBe(text.trim());
      expect(entities.length).toBeLessThanOrEqual(100);
      for (const { offset, length } of entities) expect(offset + length).toBeLessThanOrEqual(text.length);
    }
    const all = messages
      .map(({ text }) => text)
      .join(' ')
      .split(/\s+/);
    expect(new Set(all).size).toBe(3_000);
  });

  test('never cuts a character in two', () => {
    for (const { text } of plain('👨‍👩‍👧‍👦'.repeat(1_000))) expect(text.isWellFormed()).toBe(true);
  });

  test('a table fits a phone, in columns or row by row', () => {
    expect(only('| a | b |\n|---|---|\n| 1 | 2 |').entities).toMatchObject([{ type: 'pre' }]);
    expect(
      only('| name | description |\n|---|---|\n| Miso | a cat with a very long description indeed |').text,
    ).toContain('a cat with a very long description indeed');
  });
});

describe('a message', () => {
  test('with long code sends it as a file, where a line names it', () => {
    const code = Array.from({ length: 80 }, (_, n) => `line ${n}`).join('\n');
    const parts = render(`Here:\n\n\`\`\`js\n${code}\n\`\`\`\n\nDone.`);
    expect(parts.map((part) => part.kind)).toEqual(['text', 'document', 'text']);
    expect(parts[1]).toMatchObject({ content: expect.stringContaining('line 79') });
  });

  test('carries its buttons on the last part, and nothing but a token in them', () => {
    const parts = renderMessage({
      markdown: 'word word word word\n\n'.repeat(2_500),
      buttons: [
        [
          { label: 'Yes', token: 'abc', style: 'success' },
          { label: 'No', token: 'def' },
        ],
      ],
    });
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.slice(0, -1).some((part) => part.keyboard)).toBe(false);
    expect(parts.at(-1)?.keyboard).toEqual([
      [
        { text: 'Yes', callback_data: 'abc', style: 'success' },
        { text: 'No', callback_data: 'def' },
      ],
    ]);
  });

  test('with a table or heading is made of blocks too, never of markup', () => {
    const [part] = render('# Title\n\nText <tg-button>x</tg-button>\n\n| a | b |\n|---|---|\n| 1 | 2 |');
    const rich = part?.kind === 'text' ? part.rich : undefined;
    expect(Array.isArray(rich)).toBe(true);
    expect(JSON.stringify(rich)).toContain('<tg-button>');
    expect(JSON.stringify(part)).not.toContain('"html"');
  });

  test('without anything to see has no parts', () => {
    expect(render('')).toEqual([]);
    expect(render(' \n ')).toEqual([]);
  });
});
