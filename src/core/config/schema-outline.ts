import { z } from 'zod';
import type { KeyPath } from './key-path.ts';

/** What a schema asks for, as JSON Schema: plain data that can be walked and put into words. */
export type Outline = z.core.JSONSchema.BaseSchema;

export function outlineOf(schema: z.ZodType): Outline {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** What the schema asks for at one place, undefined where it knows no such place. */
export function outlineAt(outline: Outline, path: KeyPath): Outline | undefined {
  let here: Outline | undefined = outline;
  for (const key of path) {
    const next: unknown =
      typeof key === 'number' ? here?.items : (here?.properties?.[String(key)] ?? here?.additionalProperties);
    here = isOutline(next) ? next : undefined;
  }
  return here;
}

const isOutline = (value: unknown): value is Outline =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `a whole number from 1 to 64`. */
export function describeOutline(outline: Outline): string {
  if (outline.enum) return `one of ${outline.enum.join(', ')}`;
  return words[String(outline.type)]?.(outline) ?? 'a value of another kind';
}

const words: Readonly<Record<string, (outline: Outline) => string>> = {
  integer: (outline) => `a whole number${rangeOf(outline)}`,
  number: (outline) => `a number${rangeOf(outline)}`,
  boolean: () => 'true or false',
  string: (outline) => (outline.format === 'date' ? 'a day such as 2026-11-24' : 'a text'),
  array: (outline) => (outline.minItems ? 'a list that is not empty' : 'a list'),
  object: (outline) =>
    outline.properties
      ? `a group with the keys ${(outline.required ?? Object.keys(outline.properties)).join(', ')}`
      : 'a group of entries',
};

function rangeOf({ minimum, maximum, exclusiveMinimum }: Outline): string {
  // A whole number's natural end is no limit that anyone set.
  const upper = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const lower = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  if (exclusiveMinimum !== undefined)
    return ` above ${exclusiveMinimum}${upper === undefined ? '' : `, at most ${upper}`}`;
  if (lower !== undefined && upper !== undefined) return ` from ${lower} to ${upper}`;
  if (lower !== undefined) return ` of at least ${lower}`;
  return upper === undefined ? '' : ` of at most ${upper}`;
}
