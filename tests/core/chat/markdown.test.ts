import { describe, expect, test } from 'vitest';
import { parseMarkdown, plainText, topLevelBlocks } from '../../../src/core/chat/markdown.ts';
import { visibleText } from '../../../src/core/chat/visible-text.ts';

describe('visible text', () => {
  test.each([
    ['plain text of any language: Grüße, 你好, שלום', 'plain text of any language: Grüße, 你好, שלום'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['a\u0007b\u0000c\u009bd', 'abc'],
    ['one\r\ntwo\rthree\u2028four', 'one\ntwo\nthree\nfour'],
    ['\u202Egnp.exe\u202C', 'gnp.exe'],
    ['a\u200Bb\u2060c\uFEFFd\u00ADe', 'abcde'],
    ['tag\u{E0041}\u{E0042}', 'tag'],
    ['family 👨‍👩‍👧‍👦 and ❤️', 'family 👨‍👩‍👧‍👦 and ❤️'],
    ['lone \ud800 half', 'lone \ufffd half'],
    ['tab\tstays', 'tab\tstays'],
  ])('%j', (given, wanted) => {
    expect(visibleText(given)).toBe(wanted);
  });

  test('is the same when applied twice', () => {
    const text = 'x\u001b\u001b[31[31mm\u200d\u200dy\u202e';
    expect(visibleText(visibleText(text))).toBe(visibleText(text));
  });
});

describe('the Markdown tree', () => {
  const types = (markdown: string) => parseMarkdown(markdown).children.map((node) => node.type);

  test('has blocks, and raw HTML as text', () => {
    expect(types('# a\n\nb\n\n- c\n\n```\nd\n```')).toEqual(['heading', 'paragraph', 'list', 'code']);
    expect(JSON.stringify(parseMarkdown('<script>x</script> <b>y</b>'))).not.toContain('"html"');
  });

  test('shows what character references hide', () => {
    expect(plainText(parseMarkdown('a&#x202E;b&#27;[31mc'))).toBe('ab\ufffd[31mc');
  });

  test('resolves references, and keeps unused definitions as text', () => {
    const text = JSON.stringify(parseMarkdown('[a][1]\n\n[1]: https://x.example\n[2]: https://y.example'));
    expect(text).toContain('"type":"link"');
    expect(text).toContain('https://y.example');
    expect(text).not.toContain('definition');
  });

  test('text that would hold up the process is one paragraph', () => {
    for (const text of [
      '*['.repeat(500_000),
      '>'.repeat(100_000),
      '- '.repeat(50_000),
      'x'.repeat(2_000_000),
    ])
      expect(types(text)).toEqual(['paragraph']);
  });

  test('knows where its blocks stand in the text', () => {
    const text = '# a\n\nsome words\n\n```\ncode\n```';
    const blocks = topLevelBlocks(parseMarkdown(text));
    expect(blocks.map(({ start, end }) => text.slice(start, end))).toEqual([
      '# a',
      'some words',
      '```\ncode\n```',
    ]);
  });
});
