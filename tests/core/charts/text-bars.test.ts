import { expect, test } from 'vitest';
import { textBars } from '../../../src/core/charts/text-bars.ts';

test('bars share a scale, figures stand in columns under their heads', () => {
  const bars = [
    { label: 'a', value: 24, figures: ['24', '$1'] },
    { label: 'long', value: 12, more: 6, figures: ['12', '$10'] },
    { label: 'few', value: 0.001, figures: ['0', ''] },
    { label: 'none', value: 0, figures: ['–', '–'] },
  ];
  expect(textBars(bars, ['n', 'cost'])).toEqual([
    `${' '.repeat(33)}n  cost`,
    `a     ${'█'.repeat(24)}  24    $1`,
    `long  ${'█'.repeat(12)}${'░'.repeat(6)}${' '.repeat(8)}12   $10`,
    `few   █${' '.repeat(23)}   0`,
    `none  ${' '.repeat(24)}   –     –`,
  ]);
});

test('nothing at all is bars of no length, and no line is wider than a terminal', () => {
  expect(textBars([{ label: 'today', value: 0, figures: ['$0'] }], [])).toEqual([
    `today  ${' '.repeat(24)}  $0`,
  ]);
  expect(textBars([], [])).toEqual([]);
  const label = `hf.co/${'very-long-'.repeat(9)}name:Q4_K_M`;
  const [line = ''] = textBars([{ label, value: 1, figures: ['1'] }], []);
  expect(line).toMatch(/^hf\.co\/.*…name:Q4_K_M /);
  expect(line.length).toBeLessThan(80);
});
