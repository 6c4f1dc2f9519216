import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/core/config/redact.ts';

const telegramBotToken = '7123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const webToken = 'p"a\\ss/w+rd=1';
const redact = createRedactor({
  telegramBotToken,
  webToken,
  anthropicApiKey: 'my-own-key-1',
  braveApiKey: 'abc',
});

describe('secrets of the environment', () => {
  test('are masked inside longer text, each time', () => {
    expect(redact('x my-own-key-1my-own-key-1 y')).toBe(
      'x [ANTHROPIC_API_KEY hidden][ANTHROPIC_API_KEY hidden] y',
    );
    expect(redact(`https://api.telegram.org/bot${telegramBotToken}/getMe`)).toBe(
      'https://api.telegram.org/bot[TELEGRAM_BOT_TOKEN hidden]/getMe',
    );
  });

  test('are masked URL-encoded, in either case, and as JSON writes them', () => {
    for (const spelling of [
      webToken,
      encodeURIComponent(webToken),
      encodeURIComponent(webToken).toLowerCase(),
      JSON.stringify(webToken).slice(1, -1),
    ])
      expect(redact(`<${spelling}>`)).toBe('<[STEWARD_WEB_TOKEN hidden]>');
    expect(redact(encodeURIComponent(telegramBotToken))).toBe('[TELEGRAM_BOT_TOKEN hidden]');
  });

  test('leave a line of JSON a line of JSON', () => {
    const line = JSON.stringify({ msg: `token ${webToken}`, url: telegramBotToken });
    expect(JSON.parse(redact(line))).toEqual({
      msg: 'token [STEWARD_WEB_TOKEN hidden]',
      url: '[TELEGRAM_BOT_TOKEN hidden]',
    });
  });

  test('too short to be one are left alone, or every word would be masked', () => {
    expect(redact('the abc')).toBe('the abc');
  });
});

describe('shapes of secrets', () => {
  const bare = createRedactor({});

  test.each([
    ['key sk-ant-api03-AbC_123-xyz.', 'key [secret hidden].'],
    [`bot${telegramBotToken}/x`, 'bot[secret hidden]/x'],
    [encodeURIComponent(telegramBotToken), '[secret hidden]'],
    [`${'M'.repeat(26)}.GabcDE.${'x'.repeat(38)}`, '[secret hidden]'],
    [
      `/webhooks/123456789012345678/${'w'.repeat(68)}?wait=1`,
      '/webhooks/123456789012345678/[secret hidden]?wait=1',
    ],
    ['Authorization: Bearer abc123', 'Authorization: Bearer [secret hidden]'],
    ['Authorization: bearer ABCDEFGHIJKLMNOPQRSTUVWX', 'Authorization: bearer [secret hidden]'],
    ['postgres://ada:hunter2@host/db', 'postgres://ada:[secret hidden]@host/db'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop', '[secret hidden]'],
  ])('%s', (text, hidden) => {
    expect(bare(text)).toBe(hidden);
  });

  test.each([
    'The bearer of this letter, and bearer certificates.',
    'at 12:30 or 123456:short',
    'https://example.org:8080/a@b',
    'docs.example.org and www.some-host-name-that-is-long.example.com',
    'task-1 sk-1',
  ])('ordinary text stays: %s', (text) => {
    expect(bare(text)).toBe(text);
  });
});
