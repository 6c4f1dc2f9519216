import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  createCommandRegistry,
  defineCommand,
  parseOptions,
  usage,
} from '../../../src/core/commands/registry.ts';

const reply = { message: { markdown: 'ok' } };
const model = defineCommand({
  name: 'model',
  description: 'd',
  options: z.strictObject({ choice: z.enum(['auto', 'local', 'cloud']).optional() }),
  access: 'member',
  isReadOnly: false,
  run: () => reply,
});
const remember = defineCommand({
  name: 'remember',
  description: 'd',
  options: z.strictObject({ key: z.string(), value: z.string() }),
  access: 'member',
  isReadOnly: false,
  run: () => reply,
});
const registry = createCommandRegistry([model, remember]);

describe('commands', () => {
  test('show how they are used', () => {
    expect(usage(model)).toBe('/model [auto|local|cloud]');
    expect(usage(remember)).toBe('/remember <key> <value>');
  });

  test('take typed words in order, the last option the rest of the line', () => {
    expect(parseOptions(remember, 'cat  Miso the second ')).toEqual({
      ok: true,
      options: { key: 'cat', value: 'Miso the second' },
    });
    expect(parseOptions(model, '')).toEqual({ ok: true, options: {} });
    expect(parseOptions(model, { choice: 'cloud' })).toEqual({ ok: true, options: { choice: 'cloud' } });
  });

  test('name the option, what was typed and the usage when it does not fit', () => {
    const parsed = parseOptions(model, 'clod');
    expect(!parsed.ok && parsed.problem).toMatch(/choice: .*"clod".*\/model \[auto\|local\|cloud\]/);
  });

  test('are found whatever their case, suggested when misspelt, completed by name and by choice', () => {
    expect(registry.find('MODEL')?.name).toBe('model');
    expect(registry.suggest('modle')).toBe('model');
    expect(registry.suggest('xyz')).toBeUndefined();
    expect(registry.complete('re', '')).toEqual(['remember']);
    expect(registry.complete('model', 'c')).toEqual(['cloud']);
  });

  test('cannot share a name', () => {
    expect(() => createCommandRegistry([model, model])).toThrow(/share a name/);
  });
});
