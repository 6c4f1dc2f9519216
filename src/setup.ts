import { join } from 'node:path';
import * as clack from '@clack/prompts';
import { discordProbe } from './bots/discord/probe.ts';
import { telegramProbe } from './bots/telegram/probe.ts';
import type { AppConfig } from './core/config/app-config.ts';
import type { Check } from './core/contracts/doctor.ts';
import type { Json } from './core/contracts/json.ts';
import { createAnthropicEngine } from './core/models/anthropic.ts';
import { createOllamaEngine } from './core/models/ollama.ts';
import { type SetupField, setupFields } from './core/setup/fields.ts';
import { runSetup, type SetupAnswers } from './core/setup/setup.ts';

export interface SetupCommandOptions {
  readonly config: AppConfig;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Values from the command line; absent: a person is asked. */
  readonly values: ReadonlyMap<string, string> | undefined;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

const checkMs = 10_000;

/** Asks for what is missing, or takes it from the command line. Resolves to the exit code. */
export async function runSetupCommand(options: SetupCommandOptions): Promise<number> {
  const { config, cwd, values, output, errors } = options;
  const unknown = [...(values?.keys() ?? [])].filter(
    (key) => !setupFields.some((field) => field.key === key),
  );
  if (unknown.length > 0) {
    errors.write(
      `setup does not know ${unknown.join(', ')}. It knows ${setupFields.map(({ key }) => key).join(', ')}.\n`,
    );
    return 2;
  }
  try {
    if (!values) clack.intro('Steward, setup. Enter keeps what is there, a single - takes it away.');
    const { changed } = await runSetup({
      envFile: join(cwd, '.env'),
      stewardYaml: join(config.paths.config, 'steward.yaml'),
      answers: values ? givenAnswers(values, output) : askedAnswers(),
      current: (key) => currentValue(config, key),
      check: (field, value) => check(config, field, value, AbortSignal.timeout(checkMs)),
    });
    const text = changed.length === 0 ? 'Nothing changed.' : `Written: ${changed.join(', ')}.`;
    if (values) output.write(`${text}\n`);
    else clack.outro(`${text} \`npm start\` runs with it; \`npm start -- doctor\` looks at everything.`);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupStopped)) throw error;
    errors.write(`${error.message}\n`);
    return error.exitCode;
  }
}

class SetupStopped extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

function askedAnswers(): SetupAnswers {
  return {
    async answer(field, current, problem) {
      if (problem) clack.log.warn(problem);
      else clack.log.info(field.explanation);
      const message = `${field.question}${current.isSet ? ` [${current.shown}]` : ''}`;
      const typed = field.isSecret
        ? await clack.password({ message })
        : await clack.text({ message, placeholder: current.isSet ? current.shown : '' });
      if (clack.isCancel(typed)) throw new SetupStopped('Stopped; nothing was written.', 1);
      // A prompt that was only confirmed gives nothing at all.
      const text = (typed as string | undefined)?.trim() ?? '';
      return text === '' ? undefined : text === '-' ? null : text;
    },
    async found(field, { state, detail, remedy }) {
      if (state === 'ok') {
        clack.log.success(`${field.question}: ${detail}`);
        return true;
      }
      clack.log.warn(`${field.question}: ${detail}${remedy ? `\n${remedy}` : ''}`);
      const keep = await clack.confirm({
        message: 'Keep it all the same?',
        initialValue: state === 'warning',
      });
      if (clack.isCancel(keep)) throw new SetupStopped('Stopped; nothing was written.', 1);
      return keep;
    },
  };
}

/** A value that is wrong or refused ends it: nobody is there to ask. */
function givenAnswers(values: ReadonlyMap<string, string>, output: NodeJS.WriteStream): SetupAnswers {
  return {
    answer(field, _current, problem) {
      if (problem)
        return Promise.reject(new SetupStopped(`${field.key}: ${problem} Nothing was written.`, 2));
      const value = values.get(field.key);
      return Promise.resolve(value === '' ? null : value);
    },
    found(field, { state, detail }) {
      output.write(`${field.key}: ${detail}\n`);
      return Promise.resolve(state !== 'failure');
    },
  };
}

const variables: Readonly<Record<string, (config: AppConfig) => string | undefined>> = {
  TELEGRAM_BOT_TOKEN: ({ environment }) => environment.telegramBotToken,
  DISCORD_BOT_TOKEN: ({ environment }) => environment.discordBotToken,
  ANTHROPIC_API_KEY: ({ environment }) => environment.anthropicApiKey,
  OLLAMA_HOST: ({ environment }) => environment.ollamaHost,
  STEWARD_OWNERS: ({ environment }) =>
    environment.owners.map(({ platform, nativeId }) => `${platform}:${nativeId}`).join(','),
};

function currentValue(config: AppConfig, key: string): Json | undefined {
  const variable = variables[key];
  if (variable) return variable(config);
  const [section = '', name = ''] = key.split('.');
  return (config.steward as unknown as Record<string, Record<string, Json>>)[section]?.[name];
}

/** Asks the service itself whether a value is good. */
async function check(
  { environment }: AppConfig,
  field: SetupField,
  value: string,
  signal: AbortSignal,
): Promise<Omit<Check, 'name'> | undefined> {
  switch (field.key) {
    case 'TELEGRAM_BOT_TOKEN':
      return telegramProbe({ token: value, apiRoot: environment.telegramApiRoot }).look(signal);
    case 'DISCORD_BOT_TOKEN':
      return discordProbe({ token: value, api: environment.discordApiUrl ?? 'https://discord.com/api' }).look(
        signal,
      );
    case 'ANTHROPIC_API_KEY': {
      const baseUrl = environment.anthropicBaseUrl;
      const engine = createAnthropicEngine({ apiKey: value, ...(baseUrl && { baseUrl }) });
      const { state, detail } = await engine.health(signal);
      return state === 'ready'
        ? { state: 'ok', detail: 'the key works' }
        : { state: 'failure', detail, remedy: 'Copy the key anew from console.anthropic.com.' };
    }
    case 'OLLAMA_HOST': {
      const { state, detail } = await createOllamaEngine({ host: value }).health(signal);
      return { state: state === 'ready' ? 'ok' : 'warning', detail };
    }
    default:
      return undefined;
  }
}
