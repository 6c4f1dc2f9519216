import type { ConfigProblem } from './app-config.ts';
import type { Variable } from './environment-source.ts';
import { editDistance, nearest } from './nearest.ts';
import { describeValue, maskSecret } from './problems.ts';

const knownVariables: readonly string[] = [
  'TELEGRAM_BOT_TOKEN',
  'TELEGRAM_API_ROOT',
  'DISCORD_BOT_TOKEN',
  'DISCORD_API_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'OLLAMA_HOST',
  'CHROMA_URL',
  'BRAVE_API_KEY',
  'TAVILY_API_KEY',
  'SEARXNG_URL',
  'STEWARD_HOME',
  'STEWARD_CONFIG',
  'STEWARD_WORKSPACE',
  'STEWARD_WEB_HOST',
  'STEWARD_WEB_PORT',
  'STEWARD_WEB_TOKEN',
  'STEWARD_PUBLIC_URL',
  'STEWARD_OWNERS',
  'STEWARD_LOG_LEVEL',
  // Where the platform simulators of the tests live.
  'STEWARD_SIM_DIR',
];

const ownVariables = knownVariables.filter((name) => name.startsWith('STEWARD_'));

/**
 * Slips of the pen in names: any unknown STEWARD_ variable, and in .env, which is Steward's alone, also what is a
 * letter or two away from a known name. Other programs' variables are none of our business.
 */
export function findUnknownVariables(variables: ReadonlyMap<string, Variable>): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, variable] of variables) {
    if (knownVariables.includes(name)) continue;
    const isOwn = /^STEWARD_/i.test(name);
    const meant = isOwn
      ? nearest(
          name.slice('STEWARD_'.length),
          ownVariables.map((known) => known.slice('STEWARD_'.length)),
        )
      : variable.where.startsWith('.env')
        ? knownVariables.find((known) => editDistance(name.toUpperCase(), known) <= 2)
        : undefined;
    if (!isOwn && !meant) continue;
    const suggestion = isOwn && meant ? `STEWARD_${meant}` : meant;
    problems.push({
      where: variable.where,
      key: name,
      seen: /key|token|secret|pass/i.test(name)
        ? maskSecret(variable.value)
        : (describeValue(variable.value) ?? ''),
      expected: 'a name that Steward knows',
      remedy: suggestion
        ? `Did you mean ${suggestion}? Rename it.`
        : `Remove it. Known names: ${ownVariables.join(', ')}.`,
    });
  }
  return problems;
}
