import { type ChildProcess, execFile, fork } from 'node:child_process';
import type { Json } from '../contracts/json.ts';

/** A Node process of Steward's own code, spoken to in messages. */
export interface Child {
  send(message: Json): void;
  kill(): void;
  /** Resolves when it has ended, with what it said last on standard error. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly words: string;
  }>;
}

/** What any program may know of this one: no secret is among it. */
const harmless = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'TZ',
  'http_proxy',
  'https_proxy',
  'HTTPS_PROXY',
  'PIP_INDEX_URL',
];
const keptWords = 2_000;

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(harmless.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/**
 * Starts a file of this program as a child. It must end itself on 'disconnect', which comes also when this process was
 * killed, so that nothing outlives it.
 */
export function startChild(
  file: string,
  args: readonly string[],
  onMessage: (message: unknown) => void,
): Child {
  const child: ChildProcess = fork(file, [...args], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let words = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-keptWords);
  });
  child.on('message', onMessage);
  // A message to a child that has just ended; its end is told below.
  child.on('error', () => undefined);
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, words }));
  });
  return {
    send: (message) => void (child.connected && child.send(message as object)),
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

export type ProgramResult =
  | { readonly ok: true; readonly output: string }
  /** `missing`: there is no such program here. */
  | { readonly ok: false; readonly missing: boolean; readonly words: string };

/** Runs a program of the machine to its end, without a shell. Never throws; an abort kills it. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly signal: AbortSignal },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { ...options, env: environment(), maxBuffer: 1 << 20, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (!error) return resolve({ ok: true, output: stdout });
        const words = (stderr.trim() || error.message).slice(-keptWords);
        resolve({ ok: false, missing: error.code === 'ENOENT', words });
      },
    );
  });
}
