import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogDestination {
  write(line: string): void;
}

/** The calls this needs, so that a test can bring a disk that is full. */
export interface LogFileSystem {
  openSync(path: string, flags: number, mode: number): number;
  writeSync(descriptor: number, bytes: Uint8Array): number;
}

/**
 * Appends lines to a file of its owner alone, each with one synchronous write, so that a kill loses nothing that was
 * logged. A full disk or a file that was moved away never reaches the caller: lines are dropped and counted until
 * writing works again, and a file that is gone is made anew.
 */
export function createLogFile(
  path: string,
  fileSystem: LogFileSystem = { openSync, writeSync },
): LogDestination & { close(): void } {
  const flags = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY;
  let descriptor: number | undefined;
  let lost = 0;

  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const opened = fileSystem.openSync(path, flags, 0o600);
    // It may be older than this promise.
    fchmodSync(opened, 0o600);
    return opened;
  };

  const close = (): void => {
    const closing = descriptor;
    descriptor = undefined;
    if (closing !== undefined) closeSync(closing);
  };

  const append = (text: string): void => {
    // Deleted under us: what is written now would be gone with the last descriptor.
    if (descriptor !== undefined && fstatSync(descriptor).nlink === 0) close();
    descriptor ??= open();
    let rest: Uint8Array = Buffer.from(text);
    while (rest.length > 0) rest = rest.subarray(fileSystem.writeSync(descriptor, rest));
  };

  return {
    write(line) {
      try {
        if (lost > 0)
          append(`${JSON.stringify({ level: 'warn', time: Date.now(), lost, msg: 'lines were lost' })}\n`);
        lost = 0;
        append(line);
      } catch {
        // A log that cannot be written is no reason to stop, and there is nowhere else to say so.
        lost += 1;
      }
    },
    close,
  };
}
