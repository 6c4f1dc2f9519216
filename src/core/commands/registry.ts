import type { z } from 'zod';
import type { JsonObject } from '../contracts/json.ts';
import type { Command } from '../contracts/commands.ts';

export interface CommandRegistry {
  readonly all: readonly Command[];
  find(name: string): Command | undefined;
  /** The best guesses for a name that does not exist. */
  suggest(name: string): string | undefined;
  complete(commandName: string, typed: string): readonly string[];
}

/** Keeps the type of a command's options while it is written, and forgets it for the list. */
export function defineCommand<Options extends z.ZodObject>(command: Command<Options>): Command {
  return command as unknown as Command;
}

export function createCommandRegistry(commands: readonly Command[]): CommandRegistry {
  const all = commands.toSorted((a, b) => a.name.localeCompare(b.name));
  const byName = new Map(all.map((command) => [command.name, command]));
  if (byName.size !== all.length) throw new Error('two commands share a name');
  return {
    all,
    find: (name) => byName.get(name.toLowerCase()),
    suggest: (name) => all.find((command) => isNear(command.name, name.toLowerCase()))?.name,
    complete(commandName, typed) {
      const command = byName.get(commandName);
      if (!command) return all.map((one) => one.name).filter((one) => one.startsWith(commandName));
      return choicesOf(command).filter((choice) => choice.startsWith(typed));
    },
  };
}

export type ParsedOptions =
  | { readonly ok: true; readonly options: Record<string, unknown> }
  | { readonly ok: false; readonly problem: string };

/** Typed text or typed options to what the command takes; the problem names the option, what was seen, and the usage. */
export function parseOptions(command: Command, input: string | JsonObject): ParsedOptions {
  const raw = typeof input === 'string' ? positional(command, input) : input;
  const result = command.options.safeParse(raw);
  if (result.success) return { ok: true, options: result.data };
  const [issue] = result.error.issues;
  const key = issue?.path.join('.') || 'input';
  const seen = Object.hasOwn(raw, key) ? ` You wrote \`${String(raw[key]).slice(0, 80)}\`.` : '';
  return { ok: false, problem: `${key}: ${issue?.message ?? 'not understood'}.${seen} Use \`${usage(command)}\`.` };
}

/** `/model [auto|local|cloud]` */
export function usage(command: Command): string {
  const shape = Object.entries(command.options.shape).map(([name, schema]) => {
    const choices = enumChoices(schema);
    const label = choices ? choices.join('|') : name;
    return schema.safeParse(undefined).success ? `[${label}]` : `<${label}>`;
  });
  return [`/${command.name}`, ...shape].join(' ');
}

function positional(command: Command, input: string): Record<string, string> {
  const names = Object.keys(command.options.shape);
  const values: Record<string, string> = {};
  let rest = input.trim();
  for (const [index, name] of names.entries()) {
    if (rest === '') break;
    const isLast = index === names.length - 1;
    const end = isLast ? rest.length : rest.search(/\s/);
    values[name] = end === -1 ? rest : rest.slice(0, end);
    rest = end === -1 ? '' : rest.slice(end).trim();
  }
  return values;
}

const choicesOf = (command: Command): readonly string[] =>
  enumChoices(Object.values(command.options.shape)[0]) ?? [];

function enumChoices(schema: unknown): readonly string[] | undefined {
  let inner = schema as { def?: { type?: string; innerType?: unknown; entries?: Record<string, string> } } | undefined;
  while (inner?.def?.innerType) inner = inner.def.innerType as typeof inner;
  return inner?.def?.type === 'enum' ? Object.values(inner.def.entries ?? {}) : undefined;
}

/** One wrong, missing, extra or swapped letter. */
function isNear(name: string, typed: string): boolean {
  if (name.startsWith(typed) && typed.length >= 2) return true;
  if (Math.abs(name.length - typed.length) > 1) return false;
  const start = [...name].findIndex((letter, index) => letter !== typed[index]);
  if (start === -1) return true;
  const rest = (text: string, from: number) => text.slice(from);
  return (
    rest(name, start + 1) === rest(typed, start + 1) ||
    rest(name, start + 1) === rest(typed, start) ||
    rest(name, start) === rest(typed, start + 1) ||
    (name[start] === typed[start + 1] && name[start + 1] === typed[start] && rest(name, start + 2) === rest(typed, start + 2))
  );
}
