import { styleText } from 'node:util';
import { createApp } from './app.ts';
import type { AppConfig } from './core/config/app-config.ts';
import type { ReadinessLine } from './core/telemetry/readiness.ts';
import { version } from './version.ts';

export interface LiveOptions {
  readonly config: AppConfig;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

/** npm hands a signal of the whole group on a second time, about a millisecond later. */
const sameSignalMs = 300;

/** Runs until it is told to stop: Ctrl-C, SIGTERM, SIGINT or SIGHUP. Resolves to the exit code. */
export async function runForever(options: LiveOptions): Promise<number> {
  const { config, input, output, errors } = options;
  const isTerminal = input.isTTY && output.isTTY;
  let firstSignalAt: number | undefined;
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();

  const quit = () => {
    const now = Date.now();
    if (firstSignalAt !== undefined && now - firstSignalAt < sameSignalMs) return;
    firstSignalAt ??= now;
    // The first drains, another one no longer waits; both end well.
    app.stop().then(
      () => end(0),
      (error: unknown) => {
        errors.write(`${String(error)}\n`);
        end(1);
      },
    );
  };
  const app = createApp(config, {
    ...(isTerminal && { console: { input, output, interactive: true } }),
    ticks: true,
    onQuit: quit,
    onReadiness: (lines) => output.write(readinessTable(lines, isTerminal)),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit);

  const started = await app.start();
  if (!started.ok) {
    errors.write(`${started.message}\n`);
    return started.exitCode;
  }
  if (!isTerminal) output.write('No terminal here, so no chat in it. Steward runs until it is stopped.\n');
  return ended;
}

/** One short table: what is ready, what is missing and its remedy. */
export function readinessTable(lines: readonly ReadinessLine[], colour: boolean): string {
  const paint = (format: 'green' | 'yellow' | 'dim' | 'bold', text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const width = Math.max(...lines.map((line) => line.part.length));
  const rows = lines.map((line) => {
    const mark = { ready: paint('green', '✓'), missing: paint('yellow', '✗'), later: paint('dim', '·') }[
      line.state
    ];
    const detail = line.state === 'later' ? paint('dim', line.detail) : line.detail;
    const remedy = line.remedy ? `\n  ${' '.repeat(width + 3)}${paint('dim', `→ ${line.remedy}`)}` : '';
    return `  ${mark} ${line.part.padEnd(width)}  ${detail}${remedy}`;
  });
  return `${paint('bold', `Steward ${version}`)}\n${rows.join('\n')}\n\n`;
}
