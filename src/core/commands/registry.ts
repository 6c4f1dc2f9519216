import { z } from 'zod';
import type { JsonObject } from '../contracts/json.ts';
import { nearest } from '../config/nearest.ts';
import type { CommandOption, CommandSummary } from '../contracts/chat.ts';
import type { Command } from '../contracts/commands.ts';
import { germanDescriptions } from './german.ts';

export interface CommandRegistry {
  readonly all: readonly Command[];
  find(name: string): Command | undefined;
  /** The best guesses for a name that does not exist. */
  suggest(name: string): string | undefined;
  complete(commandName: string, typed: string): readonly string[];
}

/** Keeps the type of a command's options while it is written, and forgets it for the list. */
export const defineCommand = <Options extends z.ZodObject>(command: Command<Options>): Command => command;

export function createCommandRegistry(commands: readonly Command[]): CommandRegistry {
  const all = commands.toSorted((a, b) => a.name.localeCompare(b.name));
  const byName = new Map(all.map((command) => [command.name, command]));
  if (byName.size !== all.length) throw new Error('two commands share a name');
  return {
    all,
    find: (name) => byName.get(name.toLowerCase()),
    suggest: (name) =>
      nearest(
        name,
        all.map((command) => command.name),
      ),
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
  const seen = Object.hasOwn(raw, key) ? ` You wrote \`${JSON.stringify(raw[key]).slice(0, 80)}\`.` : '';
  return {
    ok: false,
    problem: `${key}: ${issue?.message ?? 'not understood'}.${seen} Use \`${usage(command)}\`.`,
  };
}

/** `/model [auto|local|cloud|ask]` */
export function usage(command: Command): string {
  const { properties, required } = inputShape(command);
  const options = Object.entries(properties).map(([name, { enum: choices }]) => {
    const label = choices ? choices.join('|') : name;
    return required.includes(name) ? `<${label}>` : `[${label}]`;
  });
  return [`/${command.name}`, ...options].join(' ');
}

/** What a platform needs to offer a command. */
export function summaryOf(command: Command): CommandSummary {
  const { name, description, access, isPersonal = false } = command;
  const { properties, required } = inputShape(command);
  const translation = germanDescriptions[name];
  return {
    name,
    description,
    access,
    isPersonal,
    ...(translation && { translations: { de: translation } }),
    options: Object.entries(properties).map(([option, shape]) => ({
      name: option,
      type: optionTypes[shape.type ?? 'string'] ?? 'text',
      isRequired: required.includes(option),
      ...(shape.enum && { choices: shape.enum }),
      ...(shape.minimum !== undefined && { minimum: shape.minimum }),
      ...(shape.maximum !== undefined && { maximum: shape.maximum }),
    })),
  };
}

const optionTypes: Readonly<Record<string, CommandOption['type']>> = {
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
};

function positional(command: Command, input: string): Record<string, string> {
  const names = Object.keys(command.options.shape);
  const values: Record<string, string> = {};
  let rest = input.trim();
  for (const [index, name] of names.entries()) {
    if (rest === '') break;
    const isLast = index === names.length - 1;
    const space = isLast ? -1 : rest.search(/\s/);
    values[name] = space === -1 ? rest : rest.slice(0, space);
    rest = space === -1 ? '' : rest.slice(space).trim();
  }
  return values;
}

const choicesOf = (command: Command): readonly string[] =>
  Object.values(inputShape(command).properties)[0]?.enum ?? [];

interface OptionShape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

interface InputShape {
  readonly properties: Readonly<Record<string, OptionShape>>;
  readonly required: readonly string[];
}

function inputShape(command: Command): InputShape {
  const schema = z.toJSONSchema(command.options, { io: 'input' }) as Partial<InputShape>;
  return { properties: schema.properties ?? {}, required: schema.required ?? [] };
}
