import { expect, test } from 'vitest';
import { safeFileName } from '../../../src/core/files/upload-name.ts';

test.each([
  ['report.pdf', 'report.pdf'],
  ['Äpfel und Birnen 2.txt', 'Äpfel und Birnen 2.txt'],
  ['写真.jpg', '写真.jpg'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\ada\\x.doc', 'x.doc'],
  ['folder/', 'folder'],
  ['a\u0000b\u0007.txt', 'ab.txt'],
  ['line\r\nbreak.txt', 'line break.txt'],
  ['exe\u202Etxt.scr', 'exetxt.scr'],
  ['zero\u200Bwidth\u2066.txt', 'zerowidth.txt'],
  ['half\uD800.txt', 'half_.txt'],
  ['.env', '_env'],
  ['.env.local', '_env.local'],
  ['.git', '_git'],
  ['...hidden', '_hidden'],
  [' . .bashrc', '_bashrc'],
  ['-rf', '_rf'],
  ['name. . ', 'name'],
  ['file.txt:stream', 'file.txt_stream'],
  ['what?*<>|".txt', 'what______.txt'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['Lpt1 .log', '_Lpt1 .log'],
  ['com¹.txt', '_com¹.txt'],
  ['console.txt', 'console.txt'],
  ['package.json', '_package.json'],
  ['sitecustomize.py', '_sitecustomize.py'],
  ['', 'file'],
  ['..', 'file'],
  ['///', 'file'],
  ['\u200B', 'file'],
])('%j becomes %j', (given, safe) => {
  expect(safeFileName(given)).toBe(safe);
});

test('a long name is cut at whole characters, and keeps its ending', () => {
  const name = safeFileName(`${'ü'.repeat(200)}😀.tar.gz`);
  expect(name).toMatch(/^ü+\.gz$/);
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
  expect(Buffer.byteLength(name)).toBeGreaterThan(115);
  expect(safeFileName(`x${'😀'.repeat(100)}`)).toMatch(/^x(?:😀)+$/u);
});

test('what looks like an ending but is a sentence does not survive a cut', () => {
  const name = safeFileName(`a.${'b'.repeat(300)}`);
  expect(Buffer.byteLength(name)).toBe(120);
});
