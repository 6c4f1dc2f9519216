import type { ConfigProblem } from './app-config.ts';
import { hideSecretShapes } from './secret-shapes.ts';

/** All problems as text for a terminal: one short block each. Secrets were masked by whoever found them. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  const heading =
    problems.length === 1
      ? 'Steward cannot start: one thing is wrong with its configuration.'
      : `Steward cannot start: ${problems.length} things are wrong with its configuration.`;
  const blocks = problems.map((problem, index) =>
    [
      `${index + 1}. ${problem.where}  ${problem.key}`,
      `   found:    ${problem.seen ?? 'nothing'}`,
      `   expected: ${problem.expected}`,
      `   remedy:   ${problem.remedy}`,
    ].join('\n'),
  );
  return [heading, ...blocks].join('\n\n');
}

const longestShown = 60;

/** A value as a problem may show it: short, on one line, without control characters or anything like a token. */
export function describeValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') {
    const keys = Object.keys(value);
    return keys.length === 0
      ? 'an empty group'
      : hideSecretShapes(shorten(`a group with ${keys.join(', ')}`));
  }
  if (typeof value === 'string') return `"${shorten(hideSecretShapes(value))}"`;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : typeof value;
}

const shorten = (text: string): string => {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
  return line.length > longestShown ? `${line.slice(0, longestShown - 1).toWellFormed()}…` : line;
};

/** A secret by its length and the part that is no secret: `sk-ant-…(38 characters)`. */
export function maskSecret(value: string): string {
  const [start = ''] = /^(?:sk-ant-|\d{1,12}:)/.exec(value) ?? [];
  return `${start}…(${value.length} characters)`;
}
