import { join } from 'node:path';
import type { AppConfig } from './core/config/app-config.ts';
import { createModelStore } from './core/models/embedded/store.ts';

export interface FetchModelOptions {
  readonly config: AppConfig;
  readonly name: string | undefined;
  readonly output: NodeJS.WriteStream;
  readonly errors: NodeJS.WriteStream;
}

const barWidth = 30;

/** Fetches an embedded model with progress on the terminal; typing the command is the yes. Resolves to the exit code. */
export async function fetchModelHere(options: FetchModelOptions): Promise<number> {
  const { config, output, errors } = options;
  const { models, paths } = config;
  const store = createModelStore({ folder: join(paths.home, 'models'), models });
  const names = [...models.roles.embedded, ...models.roles.embeddings];
  const name = options.name ?? store.recommended();
  if (name === undefined || !names.includes(name)) {
    errors.write(
      `There is no embedded model ${name ?? ''}. models.yaml has: ${names.join(', ') || 'none'}.\n`,
    );
    return 2;
  }
  if (store.pathOf(name) !== undefined) {
    output.write(`${name} is there already.\n`);
    return 0;
  }
  const stop = new AbortController();
  const end = (): void => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    for await (const { status, completedBytes, totalBytes } of store.pull(name, stop.signal))
      show(output, `${name} from ${status}`, completedBytes, totalBytes);
    const next = models.roles.embedded.includes(name) ? ' `npm start` and write to it.' : '';
    output.write(`\n${name} is there.${next}\n`);
    return 0;
  } catch (error) {
    const reason = stop.signal.aborted
      ? 'Stopped; what came so far is kept, the same command goes on.'
      : error instanceof Error
        ? error.message
        : String(error);
    errors.write(`\n${reason}\n`);
    return 1;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** One line that is drawn over on a terminal; in a pipe each step is a line. */
function show(output: NodeJS.WriteStream, what: string, completed: number, total: number): void {
  const share = total > 0 ? completed / total : 0;
  const filled = Math.round(share * barWidth);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
  const amount = total > 0 ? `${Math.floor(share * 100)} % of ${Math.round(total / 1e6)} MB` : '…';
  if (output.isTTY) output.write(`\r\x1b[K${bar} ${amount}  ${what}`);
  else output.write(`${amount}  ${what}\n`);
}
