import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import type { Check } from '../contracts/doctor.ts';
import type { Json } from '../contracts/json.ts';
import { withEnvValues } from './env-file.ts';
import { type SetupField, setupFields } from './fields.ts';
import { withYamlValues } from './yaml-values.ts';

/** What a person, or the command line, says to a field. */
export interface SetupAnswers {
  /** Undefined: it stays as it is. Null: it is taken away. `problem` is what was wrong with the answer before. */
  answer(
    field: SetupField,
    current: Current,
    problem: string | undefined,
  ): Promise<string | undefined | null>;
  /** What a live check of a value found. True: keep the value all the same. */
  found(field: SetupField, check: Omit<Check, 'name'>): Promise<boolean>;
}

/** What is known of a value; of a secret only that it is set. */
export type Current = { readonly isSet: false } | { readonly isSet: true; readonly shown: string };

export interface SetupOptions {
  readonly envFile: string;
  readonly stewardYaml: string;
  readonly answers: SetupAnswers;
  /** What stands in the files and variables now, by key. */
  current(key: string): Json | undefined;
  /** Tries a value against its service; undefined where there is nothing to try. */
  check(field: SetupField, value: string): Promise<Omit<Check, 'name'> | undefined>;
}

const secretsMode = 0o600;

/** Asks for everything, checks each answer live, and writes both files at the end, or nothing when it is left before. */
export async function runSetup(options: SetupOptions): Promise<{ readonly changed: readonly string[] }> {
  const env: Record<string, string | undefined> = {};
  const yaml: Record<string, Json> = {};
  for (const field of setupFields) {
    const value = await ask(field, options);
    if (value === undefined) continue;
    if (field.place === 'steward.yaml') yaml[field.key] = value;
    else env[field.key] = typeof value === 'string' ? value : undefined;
  }
  if (Object.keys(env).length > 0) {
    const before = await readFile(options.envFile, 'utf8').catch(() => '');
    await replaceFile(options.envFile, withEnvValues(before, env), secretsMode);
  }
  if (Object.keys(yaml).length > 0)
    await replaceFile(options.stewardYaml, withYamlValues(await readFile(options.stewardYaml, 'utf8'), yaml));
  return { changed: [...Object.keys(env), ...Object.keys(yaml)] };
}

/** The value to store, null to take it away, undefined to leave it. Asks until it is right. */
async function ask(field: SetupField, options: SetupOptions): Promise<Json | undefined> {
  const { answers } = options;
  let problem: string | undefined;
  for (;;) {
    const typed = await answers.answer(field, currentOf(field, options.current(field.key)), problem);
    // steward.yaml has no empty values to go back to.
    if (typed === null) return field.place === '.env' ? null : undefined;
    if (typed === undefined) return undefined;
    const read = field.read(typed.trim());
    if (!read.ok) {
      problem = read.problem;
      continue;
    }
    const check = await options.check(field, typed.trim());
    if (!check || (await answers.found(field, check))) return read.value;
    problem = check.remedy ?? check.detail;
  }
}

function currentOf(field: SetupField, value: Json | undefined): Current {
  if (value === undefined || value === null || value === '') return { isSet: false };
  return { isSet: true, shown: field.isSecret || typeof value === 'object' ? '(set)' : String(value) };
}

/** Whole or not at all: a setup that is killed leaves the file of before. */
async function replaceFile(path: string, text: string, mode?: number): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, text, mode === undefined ? {} : { mode });
  if (mode !== undefined) await chmod(next, mode);
  await rename(next, path);
}
