import { expect, test } from 'vitest';
import { renderMarkdown } from '../../../src/bots/console/render.ts';
import { createStyle } from '../../../src/bots/console/style.ts';

const plain = (markdown: string, width = 60) =>
  renderMarkdown(markdown, { style: createStyle(false), width }).join('\n');

test('headings, paragraphs and emphasis', () => {
  expect(plain('# Cats\n\nThey are **small** and *soft*.')).toBe('Cats\n\nThey are small and soft.');
  expect(renderMarkdown('**x**', { style: createStyle(true), width: 10 })[0]).toContain('\u001b[1m');
});

test('code stays as it is, whatever the width', () => {
  const line = `x = "${'a'.repeat(100)}"`;
  expect(plain(`\`\`\`python\n${line}\n\n  y\n\`\`\``, 20)).toBe(`    python\n    ${line}\n    \n      y`);
});

test('lists, nested and with boxes', () => {
  expect(plain('1. one\n2. two\n   - a\n   - b\n\n- [ ] open\n- [x] done')).toBe(
    '1. one\n2. two\n   • a\n   • b\n\n• ☐ open\n• ☑ done',
  );
});

test('quotes and rules', () => {
  expect(plain('> said\n> twice\n\n---')).toMatch(/^│ said\n│ twice\n\n─+$/);
});

test('tables in columns, and row by row where the window is too narrow', () => {
  expect(plain('| name | age |\n|---|--:|\n| Miso | 3 |')).toBe('name │ age\n─────┼────\nMiso │   3');
  expect(
    plain('| name | a long column | another |\n|---|---|---|\n| Miso | something | else |', 20),
  ).toContain('name: Miso');
});

test('a link always shows where it leads, once', () => {
  expect(plain('[here](https://x.example/a)')).toBe('here (https://x.example/a)');
  expect(plain('<https://x.example>')).toBe('https://x.example');
  expect(plain('![cat](https://x.example/c.png)')).toBe('[picture: cat] (https://x.example/c.png)');
});

test('raw HTML and footnotes are text', () => {
  expect(plain('a <b>b</b>')).toBe('a <b>b</b>');
  expect(plain('a[^1]\n\n[^1]: note')).toContain('[^1] note');
});

test('words keep to the width, and a long address stays in one piece', () => {
  const address = `https://x.example/${'a'.repeat(60)}`;
  const lines = plain(`${'some words '.repeat(10)}${address}`, 30).split('\n');
  expect(lines.at(-1)).toBe(address);
  for (const line of lines.slice(0, -1)) expect(line.length).toBeLessThan(31);
});
