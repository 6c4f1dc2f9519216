import type { ConfigProblem, Environment } from './app-config.ts';
import type { Variable } from './environment-source.ts';
import { defaultOllamaHost } from './ollama-host.ts';
import { parseOwners } from './owners.ts';
import { describeValue, maskSecret } from './problems.ts';
import { findUnknownVariables } from './unknown-variables.ts';
import * as shapes from './variable-shapes.ts';

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** Secrets and addresses out of the variables; every problem is reported, the faulty ones are left out. */
export function parseEnvironment(variables: ReadonlyMap<string, Variable>): {
  readonly environment: Environment;
  readonly problems: readonly ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const read = <Value>(name: string, shape: shapes.VariableShape<Value>): Value | undefined => {
    const variable = variables.get(name);
    if (!variable) return undefined;
    const value = shape.parse(variable.value);
    if (value === undefined) problems.push(wrongValue(name, variable, shape));
    return value;
  };
  const { owners, problems: ownerProblems } = parseOwners(variables.get('STEWARD_OWNERS'));
  const required = {
    telegramApiRoot:
      read('TELEGRAM_API_ROOT', shapes.urlShape('https://api.telegram.org')) ?? 'https://api.telegram.org',
    ollamaHost: read('OLLAMA_HOST', shapes.ollamaHostShape) ?? defaultOllamaHost,
    owners,
    logLevel:
      read('STEWARD_LOG_LEVEL', shapes.choiceShape(logLevels, 'Leave it empty for info.')) ??
      ('info' as const),
  };
  const optional = {
    telegramBotToken: read('TELEGRAM_BOT_TOKEN', shapes.telegramTokenShape),
    discordBotToken: read(
      'DISCORD_BOT_TOKEN',
      shapes.keyShape('Copy the token from the Bot page of your application on discord.com/developers.'),
    ),
    discordApiUrl: read('DISCORD_API_URL', shapes.urlShape('https://discord.com/api')),
    anthropicApiKey: read(
      'ANTHROPIC_API_KEY',
      shapes.keyShape('Copy the key from platform.claude.com, or leave it empty to stay without the cloud.'),
    ),
    anthropicBaseUrl: read('ANTHROPIC_BASE_URL', shapes.urlShape('https://api.anthropic.com')),
    chromaUrl: read('CHROMA_URL', shapes.urlShape('http://127.0.0.1:8001')),
    braveApiKey: read('BRAVE_API_KEY', shapes.keyShape('Copy it from the Brave Search API dashboard.')),
    tavilyApiKey: read('TAVILY_API_KEY', shapes.keyShape('Copy it from app.tavily.com.')),
    searxngUrl: read('SEARXNG_URL', shapes.urlShape('http://127.0.0.1:8888')),
    webHost: read('STEWARD_WEB_HOST', shapes.hostShape),
    webPort: read('STEWARD_WEB_PORT', shapes.portShape),
    webToken: read('STEWARD_WEB_TOKEN', shapes.webTokenShape),
    publicUrl: read('STEWARD_PUBLIC_URL', shapes.httpsUrlShape('https://steward.example.org')),
  };
  return {
    environment: { ...required, ...withoutAbsent(optional) },
    problems: [...problems, ...ownerProblems, ...findUnknownVariables(variables)],
  };
}

const wrongValue = (
  name: string,
  variable: Variable,
  shape: shapes.VariableShape<unknown>,
): ConfigProblem => ({
  where: variable.where,
  key: name,
  seen: shape.isSecret ? maskSecret(variable.value) : (describeValue(variable.value) ?? ''),
  expected: shape.expected,
  remedy: shape.remedy,
});

type Present<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

function withoutAbsent<Fields extends object>(fields: Fields): Present<Fields>;
function withoutAbsent(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
