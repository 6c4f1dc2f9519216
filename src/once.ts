import { createApp } from './app.ts';
import { readSubmitted } from './bots/console/inbound.ts';
import { localFiles } from './bots/console/local-file.ts';
import type { AppConfig } from './core/config/app-config.ts';
import { eq } from './core/db/drizzle.ts';
import { tasks } from './core/db/schema/work.ts';

export interface OnceOptions {
  readonly config: AppConfig;
  readonly output: NodeJS.WritableStream;
  readonly errors: NodeJS.WritableStream;
  readonly question?: string;
  readonly command?: { readonly name: string; readonly input: string };
}

const exitCodes = { answered: 0, wrongUse: 2, noModel: 3, modelFailed: 4 };

/** Answers one question or runs one reading command beside a live copy. Resolves to the exit code. */
export async function runOnce(options: OnceOptions): Promise<number> {
  const { config, output, errors, command } = options;
  const question = options.question?.trim() ?? '';
  if (!command && question === '') {
    errors.write(
      'Nothing to answer: give a question, as in  npm start -- --once "What is a ULID?"  or on standard input.\n',
    );
    return exitCodes.wrongUse;
  }
  const app = createApp(config, {
    mode: 'once',
    console: { input: process.stdin, output, interactive: false },
  });
  const started = await app.start();
  if (!started.ok) {
    errors.write(`${started.message}\n`);
    return started.exitCode;
  }
  const stop = () => void app.stop(0);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const base = {
      nativeId: app.runId,
      revision: 0,
      at: Date.now(),
      sender: { nativeId: 'terminal', displayName: 'Owner' },
      // A question is a conversation of its own; a command looks at the one in the terminal.
      address: {
        platform: 'console',
        account: 'local',
        chatId: command ? 'terminal' : app.runId,
        threadKey: '',
      },
    };
    app.accept([
      command
        ? { ...base, kind: 'command', ...command }
        : { ...base, ...readSubmitted(question, localFiles()) },
    ]);
    await app.settled();
    if (command) return exitCodes.answered;
    // A question that began with a slash was a command.
    const task = app.database.orm.select().from(tasks).where(eq(tasks.ownerRun, app.runId)).get();
    if (!task || task.state === 'answered') return exitCodes.answered;
    return task.errorCode === 'no-model' ? exitCodes.noModel : exitCodes.modelFailed;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await app.stop();
  }
}

/** Standard input to its end; empty when it is a terminal, where nobody would know to type. */
export async function readAll(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
