import { pino } from 'pino';
import type { Environment } from '../config/app-config.ts';
import { createLogFile, type LogDestination } from './log-file.ts';
import { hideSecretFields } from './secret-keys.ts';

export type Logger = pino.Logger;

export interface LoggerOptions {
  /** The path of the log file, or something that takes lines. */
  readonly file?: string;
  readonly destination?: LogDestination;
  readonly level: Environment['logLevel'];
  redact(text: string): string;
  /** On every line; the process id alone unless told. */
  readonly base?: Readonly<Record<string, string | number>>;
}

/** JSON lines without secrets, written before the call returns. Never throws into the caller. */
export function createLogger(options: LoggerOptions): Logger {
  const destination =
    options.destination ?? (options.file === undefined ? silent : createLogFile(options.file));
  return pino(
    {
      level: options.level,
      base: { pid: process.pid, ...options.base },
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: (line) => redactLine(line, options) },
    },
    {
      write(line) {
        try {
          destination.write(line);
        } catch {
          // Whatever takes the lines, a broken log is no fault of the one who logs.
        }
      },
    },
  );
}

const silent: LogDestination = { write: () => undefined };

function redactLine(line: string, options: LoggerOptions): string {
  try {
    return options.redact(hideSecretFields(line));
  } catch {
    // Rather no line than one that may hold a secret.
    return `{"level":"error","time":${Date.now()},"msg":"a line could not be redacted and was dropped"}\n`;
  }
}
