import { describe, expect, test } from 'vitest';
import { renderMessage } from '../../../src/bots/discord/render.ts';

const textOf = (markdown: string) => renderMessage({ markdown }).map((part) => part.content);
const only = (markdown: string) => {
  const [text, ...more] = textOf(markdown);
  expect(more).toEqual([]);
  return text;
};
/** Without what nobody sees. */
const seen = (text: string | undefined) => text?.replaceAll('\u2060', '');

describe('text of a model', () => {
  test.for([
    ['bold and code', '**bold** *it* ~~no~~ `a*b`', '**bold** *it* ~~no~~ `a*b`'],
    ['a heading', '## Two\n\n#### Four', '## Two\n\n**Four**'],
    ['a list', '1. one\n2. two\n   - inner', '1. one\n2. two\n   - inner'],
    ['tasks', '- [x] done\n- [ ] open', '- ☑ done\n- ☐ open'],
    ['a quotation', '> said\n> more', '> said\n> more'],
    ['a code block', '```ts\nlet a = 1;\n```', '```ts\nlet a = 1;\n```'],
    ['a link', '[docs](https://x.example/a_b)', 'docs (<https://x.example/a_b>)'],
    ['a bare link', 'see https://x.example', 'see <https://x.example>'],
    ['a picture', '![cat](https://x.example/c.png)', 'cat (<https://x.example/c.png>)'],
    ['a script link', '[x](javascript:alert)', 'x (javascript:alert)'],
    ['raw HTML', '<b>raw</b>', '<b>raw</b>'],
    ['snake_case', 'a snake_case word and \\_this\\_', 'a snake_case word and \\_this\\_'],
    ['stars', '2 \\* 3 \\* 4', '2 \\* 3 \\* 4'],
    ['spoilers', '\\|\\|secret\\|\\|', '\\|\\|secret\\|\\|'],
  ])('%s', ([, markdown, shown]) => {
    expect(seen(only(markdown ?? ''))).toBe(shown);
  });

  test.for([
    '@everyone',
    '@here',
    '<@123>',
    '<@&123>',
    '<#123>',
    '<:smile:123>',
    '<a:smile:123>',
    '<t:123:R>',
    '</help:123>',
  ])('%s is no mention, emoji or command of Discord', (sign) => {
    const text = only(`look: ${sign.replace('<', '\\<')}`);
    expect(seen(text)).toContain(sign);
    expect(text).not.toContain(sign);
  });

  test('a masked link in plain text stays plain', () => {
    expect(only('\\[safe](https://evil.example)')).not.toMatch(/\]\(/);
  });

  test.for(['# no heading', '> no quote', '-# small', '- no list'])(
    '%s escaped at a line start stays text',
    (line) => {
      const text = only(`\\${line}`);
      expect(seen(text)).toBe(line);
      expect(text).not.toBe(line);
    },
  );

  test('a fence inside a fence does not end it', () => {
    const text = only('````\n```\nlet a;\n```\n````');
    expect(text?.match(/```/g)).toHaveLength(2);
  });
});

describe('tables', () => {
  test('are aligned where they are narrow', () => {
    expect(only('| a | b |\n| - | -: |\n| one | 2 |')).toBe('```\na    b\n───  ─\none  2\n```');
  });

  test('are rows of named values where they are wide', () => {
    const wide = 'x'.repeat(60);
    expect(only(`| a | b |\n| - | - |\n| ${wide} | 2 |`)).toBe(`**a**: ${wide}\n**b**: 2`);
  });
});

describe('length', () => {
  test('parts are at most 2000 characters and hold all the words in order', () => {
    const words = Array.from({ length: 900 }, (_, n) => `word${n}`);
    const parts = textOf(words.map((word, n) => (n % 90 === 89 ? `${word}\n\n` : word)).join(' '));
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(2_000);
    expect(parts.join(' ').split(/\s+/)).toEqual(words);
  });

  test('a fence that is cut is closed and opened again', () => {
    const code = Array.from(
      { length: 55 },
      (_, n) => `const variable${n} = 'some words that make it long enough ${n}';`,
    );
    const parts = textOf(`\`\`\`ts\n${code.join('\n')}\n\`\`\``);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(2_000);
      expect(part).toMatch(/^```ts\n[^]*\n```$/);
    }
    expect(
      parts
        .join('\n')
        .split('\n')
        .filter((line) => line.startsWith('const')),
    ).toEqual(code);
  });

  test('a very long answer is its beginning and a file', () => {
    const [part, ...more] = renderMessage({ markdown: 'A sentence of some length here.\n\n'.repeat(600) });
    expect(more).toEqual([]);
    expect(part?.file?.name).toBe('answer.md');
    expect(part?.content).toContain('A sentence');
  });

  test('long code is a file where it stood', () => {
    const parts = renderMessage({ markdown: `Here:\n\n\`\`\`ts\n${'let a;\n'.repeat(61)}\`\`\`\n\nDone.` });
    expect(parts.map((part) => part.file?.name)).toEqual(['code.ts', undefined]);
    expect(parts[0]?.content).toContain('📎 code.ts');
  });

  test.for([
    ['emoji', '👩‍👩‍👧‍👦'.repeat(500)],
    ['one word', 'a'.repeat(9_000)],
    ['backslashes', '\\\\'.repeat(3_000)],
    ['stars', '\\*'.repeat(3_000)],
    ['a line of code', `\`\`\`\n${'x'.repeat(7_000)}\n\`\`\``],
  ])('%s of any length are cut between characters', ([, markdown = '']) => {
    for (const part of textOf(markdown)) {
      expect(part.length).toBeLessThanOrEqual(2_000);
      expect(part.isWellFormed()).toBe(true);
      expect(part.endsWith('\u200d')).toBe(false);
    }
  });
});

describe('cards and buttons', () => {
  const buttons = [
    [
      { label: 'Yes', token: 'token-1', style: 'success' as const },
      { label: 'No', token: 'token-2', style: 'danger' as const },
      { label: 'x'.repeat(100), token: 'token-3' },
    ],
  ];

  test('a card is an embed with its buttons', () => {
    expect(renderMessage({ markdown: '**Shall** I?', buttons, isCard: true })).toEqual([
      {
        content: '',
        card: '**Shall** I?',
        buttons: [
          [
            { label: 'Yes', token: 'token-1', style: 3 },
            { label: 'No', token: 'token-2', style: 4 },
            { label: 'x'.repeat(80), token: 'token-3', style: 2 },
          ],
        ],
      },
    ]);
  });

  test('more than five buttons take more rows', () => {
    const many = [Array.from({ length: 7 }, (_, n) => ({ label: `${n}`, token: `t${n}` }))];
    expect(renderMessage({ markdown: 'x', buttons: many })[0]?.buttons?.map((row) => row.length)).toEqual([
      5, 2,
    ]);
  });

  test('the buttons stand under the last part, the reply on the first', () => {
    const parts = renderMessage({ markdown: 'word '.repeat(900), buttons, replyTo: '7' });
    expect(parts.map((part) => part.replyTo)).toEqual(['7', undefined, undefined]);
    expect(parts.map((part) => part.buttons !== undefined)).toEqual([false, false, true]);
  });

  test('nothing to see is no message', () => {
    expect(renderMessage({ markdown: '  \n' })).toEqual([]);
  });
});
