import { describe, expect, test } from 'vitest';
import { readSubmitted } from '../../../src/bots/console/inbound.ts';

const files = {
  cwd: '/work',
  home: '/home/anna',
  fileAt: (path: string) =>
    ['/tmp/cat.png', '/home/anna/my notes.txt', '/work/a.txt', '/stats'].includes(path)
      ? { sizeBytes: 3 }
      : undefined,
};
const read = (text: string) => readSubmitted(text, files);
const attached = (text: string) => {
  const submitted = read(text);
  return submitted.kind === 'message' ? submitted.attachments.map((ref) => ref.nativeId) : submitted;
};

describe('a submitted text', () => {
  test('is a command when it begins with /word', () => {
    expect(read('/model  cloud ')).toEqual({ kind: 'command', name: 'model', input: 'cloud' });
    expect(read('/HELP')).toEqual({ kind: 'command', name: 'help', input: '' });
    expect(read('/bad it was\nwrong')).toMatchObject({
      kind: 'command',
      name: 'bad',
      input: 'it was\nwrong',
    });
  });

  test('is a message when the slash is doubled, or names a file', () => {
    expect(read('//model')).toMatchObject({ kind: 'message', text: '/model' });
    expect(read('/stats')).toMatchObject({ kind: 'message', attachments: [{ nativeId: '/stats' }] });
    expect(read('/tmp/cat.png what is it?')).toMatchObject({ kind: 'message' });
  });

  test('finds files however they are spelled', () => {
    for (const text of [
      'look at /tmp/cat.png.',
      '"/tmp/cat.png"',
      "'/tmp/cat.png'",
      'file:///tmp/cat.png',
      '@/tmp/cat.png',
      '(/tmp/cat.png)',
    ])
      expect(attached(text), text).toEqual(['/tmp/cat.png']);
    expect(attached('read ~/my\\ notes.txt and ./a.txt')).toEqual(['/home/anna/my notes.txt', '/work/a.txt']);
  });

  test('is only text where nothing is there', () => {
    for (const text of [
      '/tmp/dog.png',
      'and/or',
      'https://x.example/tmp/cat.png',
      'a.txt',
      "it's /nowhere/at all",
    ])
      expect(attached(text), text).toEqual(text === '/tmp/dog.png' ? [] : []);
  });
});

test('files are looked for in what was typed, not in a pasted block', () => {
  const pasted = readSubmitted('see\nerror at /tmp/cat.png', files, 'see [pasted 2 lines]');
  expect(pasted).toMatchObject({ kind: 'message', attachments: [] });
});
