import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { ConfigProblem } from './app-config.ts';
import { errorCode } from './error-code.ts';

export interface Variable {
  readonly value: string;
  /** `environment` or `.env:3`. */
  readonly where: string;
}

/** The variables of the process laid over those of `.env` in `cwd`, each with where it came from. */
export function readVariables(
  env: NodeJS.ProcessEnv,
  cwd: string,
): { readonly variables: ReadonlyMap<string, Variable>; readonly problems: readonly ConfigProblem[] } {
  const variables = new Map<string, Variable>();
  const problems: ConfigProblem[] = [];
  const file = readEnvFile(join(cwd, '.env'));
  if (file.fault) problems.push(unreadable(file.fault));
  for (const [name, value] of Object.entries(parseEnv(file.text)))
    variables.set(name, { value: value ?? '', where: `.env${lineOf(name, file.text)}` });
  // An empty variable of the process still wins: that is how a key of .env is switched off for one start.
  for (const [name, value] of Object.entries(env))
    if (value !== undefined) variables.set(name, { value, where: 'environment' });
  for (const [name, variable] of variables) if (variable.value === '') variables.delete(name);
  return { variables, problems };
}

function readEnvFile(path: string): { text: string; fault?: string } {
  try {
    // A byte order mark would become part of the first name.
    return { text: readFileSync(path, 'utf8').replace(/^\uFEFF/, '') };
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' ? { text: '' } : { text: '', fault: code };
  }
}

function lineOf(name: string, text: string): string {
  const lines = text.split('\n');
  // As parseEnv does: the last one counts.
  const index = lines.findLastIndex((line) => line.replace(/^\s*(?:export\s+)?/, '').startsWith(name));
  return index === -1 ? '' : `:${index + 1}`;
}

const unreadable = (code: string): ConfigProblem => ({
  where: '.env',
  key: 'the file itself',
  seen: code === 'EISDIR' ? 'a folder' : `a file that cannot be read (${code})`,
  expected: 'a readable file of lines like NAME=value, or no file',
  remedy:
    code === 'EISDIR' ? 'Move the folder away.' : 'Let your user read it (chmod u+r .env), or remove it.',
});
