import type { Environment } from './app-config.ts';
import { hideSecretShapes } from './secret-shapes.ts';

const secrets = [
  ['telegramBotToken', 'TELEGRAM_BOT_TOKEN'],
  ['discordBotToken', 'DISCORD_BOT_TOKEN'],
  ['anthropicApiKey', 'ANTHROPIC_API_KEY'],
  ['braveApiKey', 'BRAVE_API_KEY'],
  ['tavilyApiKey', 'TAVILY_API_KEY'],
  ['webToken', 'STEWARD_WEB_TOKEN'],
] as const satisfies readonly (readonly [keyof Environment, string])[];

/** A shorter value would turn up in ordinary words. */
const shortestSecret = 6;

/**
 * Masks every secret of the environment, plain, URL-encoded or escaped for JSON, and whatever has the shape of a
 * token. What it puts instead holds no quotes or backslashes, so that a line of JSON stays one.
 */
export function createRedactor(environment: Partial<Environment>): (text: string) => string {
  const known = secrets
    .flatMap(([field, name]) => {
      const value = environment[field];
      return value && value.length >= shortestSecret ? [{ name, value }] : [];
    })
    // The longest first: one secret may begin like another.
    .toSorted((a, b) => b.value.length - a.value.length)
    .map(({ name, value }) => ({ mask: `[${name} hidden]`, pattern: new RegExp(spellings(value), 'g') }));
  return (text) => {
    let redacted = text;
    for (const { mask, pattern } of known) redacted = redacted.replace(pattern, mask);
    return hideSecretShapes(redacted);
  };
}

/** Matches the value with any of its characters percent-encoded or escaped as JSON does. */
const spellings = (value: string): string =>
  Array.from(value, (character) => {
    const plain = character.replace(/[$()*+./?[\\\]^{|}-]/, String.raw`\$&`);
    const encoded = Array.from(Buffer.from(character), percentPattern).join('');
    const escaped = character === '"' || character === '\\' ? String.raw`|\\${plain}` : '';
    return `(?:${encoded}${escaped}|${plain})`;
  }).join('');

const percentPattern = (byte: number): string =>
  `%${byte
    .toString(16)
    .padStart(2, '0')
    .replaceAll(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)}`;
