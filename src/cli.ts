import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import type { AppConfig } from './core/config/app-config.ts';
import { loadConfig } from './core/config/load.ts';
import { formatProblems } from './core/config/problems.ts';
import { runForever } from './live.ts';
import { readAll, runOnce } from './once.ts';
import { setupFields } from './core/setup/fields.ts';
import { version } from './version.ts';

export interface CommandLine {
  readonly arguments: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

/** Chat commands that only read, offered on the command line too. A test holds this list against the registry. */
export const oneShotCommands: readonly { name: string; summary: string; argument?: string }[] = [
  { name: 'status', summary: 'what is ready, what is missing and what to do about it' },
  { name: 'stats', summary: 'messages, answers, speed and cost of the last days', argument: '[days]' },
  { name: 'cost', summary: 'what Claude has cost today and this month, against the budget' },
  { name: 'history', summary: 'the last messages of the terminal chat and what became of them' },
  { name: 'why', summary: 'who gave the last answer in the terminal chat, why, and what it cost' },
];

const exitCodes = `
Exit codes: 0 done or answered, 1 fault, 2 wrong use or configuration, 3 no model, 4 the model failed.
When started through npm, arguments come after two dashes: npm start -- --once "question".
npm prints a banner; for scripts use: npm start --silent -- --once "question"`;

/** Reads the arguments and runs what they ask for. Resolves to the exit code; never throws for wrong use. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const result = { exitCode: 0 };
  const load = (): AppConfig | undefined => {
    const loaded = loadConfig({
      env: line.env,
      cwd: line.cwd,
      projectRoot: resolve(import.meta.dirname, '..'),
    });
    if (loaded.ok) return loaded.config;
    line.errors.write(`${formatProblems(loaded.problems)}\n`);
    result.exitCode = 2;
    return undefined;
  };

  const program = new Command('steward')
    .description(
      'A personal AI agent in your chats. Without arguments it starts and opens a chat in the terminal.',
    )
    .version(version, '-v, --version')
    .option('--once [question...]', 'answer one question (from here or from standard input) and exit')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', exitCodes)
    .allowExcessArguments(false)
    .showHelpAfterError('`npm start -- --help` lists what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void line.output.write(text),
      writeErr: (text) => void line.errors.write(text),
    })
    .action(async (options: { once?: true | string[] }) => {
      const config = load();
      if (!config) return;
      if (options.once === undefined) {
        result.exitCode = await runForever({ ...line, config });
        return;
      }
      const question = options.once === true ? await readAll(line.input) : options.once.join(' ');
      result.exitCode = await runOnce({ ...line, config, question });
    });

  for (const command of oneShotCommands) {
    const sub = program.command(command.name).description(command.summary).exitOverride();
    if (command.argument) sub.argument(command.argument);
    sub.action(async (argument: unknown) => {
      const config = load();
      if (!config) return;
      result.exitCode = await runOnce({
        ...line,
        config,
        command: { name: command.name, input: typeof argument === 'string' ? argument : '' },
      });
    });
  }

  program
    .command('setup')
    .description('ask for what is missing, check it live, write .env and steward.yaml; can be run again')
    .option('--non-interactive', 'ask nothing: take the values from --set and from the environment')
    .option(
      '--set <KEY=VALUE...>',
      'a value, for example household.timezone=Europe/Berlin; empty takes it away',
    )
    .exitOverride()
    .action(async (options: { nonInteractive?: boolean; set?: string[] }) => {
      const config = load();
      if (!config) return;
      const isAsked = options.nonInteractive !== true;
      if (isAsked && !(line.input.isTTY && line.output.isTTY)) {
        line.errors.write('There is no terminal to ask on: use setup --non-interactive --set KEY=VALUE.\n');
        result.exitCode = 2;
        return;
      }
      const values = isAsked ? undefined : givenValues(line.env, options.set ?? []);
      const { runSetupCommand } = await import('./setup.ts');
      result.exitCode = await runSetupCommand({ ...line, config, values });
    });

  program
    .command('doctor')
    .description(
      'look at everything, measure the local model, say what to do; exit code 0, 1 warnings, 2 failures',
    )
    .option('--json', 'the same as JSON')
    .exitOverride()
    .action(async ({ json = false }: { json?: boolean }) => {
      const loaded = loadConfig({
        env: line.env,
        cwd: line.cwd,
        projectRoot: resolve(import.meta.dirname, '..'),
      });
      const { runDoctor } = await import('./doctor.ts');
      result.exitCode = await runDoctor({ ...line, loaded, json });
    });

  program
    .command('route')
    .description(
      'say where messages would go: JSON Lines {id, text, context?} from standard input, one answer a line; sends nothing',
    )
    .option('--models', 'ask the embedder and the local model too, where there are any')
    .exitOverride()
    .action(async ({ models = false }: { models?: boolean }) => {
      const config = load();
      if (!config) return;
      const { routeMessages } = await import('./route.ts');
      result.exitCode = await routeMessages({ ...line, config, models });
    });

  program
    .command('fetch-model')
    .description(
      'fetch a model that runs in Steward itself: the one that suits this machine, or the one named',
    )
    .argument('[name]')
    .exitOverride()
    .action(async (name: string | undefined) => {
      const config = load();
      if (!config) return;
      const { fetchModelHere } = await import('./fetch-model.ts');
      result.exitCode = await fetchModelHere({ ...line, config, name });
    });

  try {
    await program.parseAsync(line.arguments, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  return result.exitCode;
}

/** Secrets come by the environment, where no list of processes shows them; all else may stand on the command line. */
function givenValues(env: NodeJS.ProcessEnv, set: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, place } of setupFields) {
    const value = place === '.env' ? env[key] : undefined;
    if (value) values.set(key, value);
  }
  for (const pair of set) {
    const at = pair.indexOf('=');
    values.set(at === -1 ? pair : pair.slice(0, at), at === -1 ? '' : pair.slice(at + 1));
  }
  return values;
}
