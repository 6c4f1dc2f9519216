import { expect, test } from 'vitest';
import { parseOllamaHost } from '../../../src/core/config/ollama-host.ts';

test.each([
  ['box', 'http://box:11434'],
  ['box:1234', 'http://box:1234'],
  ['box:80', 'http://box:80'],
  [':1234', 'http://127.0.0.1:1234'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
  ['::', 'http://[::1]:11434'],
  ['[::1]:1234', 'http://[::1]:1234'],
  ['http://box', 'http://box:80'],
  ['http://box:80/', 'http://box:80'],
  ['https://box', 'https://box:443'],
  ['https://box:443', 'https://box:443'],
  ['http://0.0.0.0:11434', 'http://127.0.0.1:11434'],
  ['https://box/ollama/', 'https://box:443/ollama'],
  ['https://ada:secret@box:8443', 'https://ada:secret@box:8443'],
  [' box ', 'http://box:11434'],
])('%s is %s', (given, address) => {
  expect(parseOllamaHost(given)).toBe(address);
});

test.each(['ftp://box', 'box:port', 'box:99999', 'a b', 'http://', 'http://box?x=1', 'http://box#x', '://'])(
  '%s is no host',
  (given) => {
    expect(parseOllamaHost(given)).toBeUndefined();
  },
);
