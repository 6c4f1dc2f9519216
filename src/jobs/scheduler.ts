import { join } from 'node:path';
import Bree from 'bree';
import type { Logger } from '../core/telemetry/log.ts';

export interface Ticker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Bree's clock: calls `onTick` at the start and then every `interval`. What is due is judged by rows, not by it. */
export function createTicker(options: { log: Logger; interval?: string; onTick(): void }): Ticker {
  const { log } = options;
  const bree = new Bree({
    root: import.meta.dirname,
    doRootCheck: false,
    defaultExtension: 'ts',
    acceptedExtensions: ['.ts', '.js', '.mjs'],
    logger: false,
    jobs: [
      {
        name: 'tick',
        path: join(import.meta.dirname, 'tick.ts'),
        timeout: 0,
        interval: options.interval ?? '1m',
      },
    ],
    workerMessageHandler: () => options.onTick(),
    errorHandler: (error: unknown) => log.error({ reason: String(error) }, 'ticker failed'),
  });
  return { start: () => bree.start(), stop: () => bree.stop() };
}
