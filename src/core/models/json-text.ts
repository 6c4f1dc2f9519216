import type { Json, JsonObject } from '../contracts/json.ts';

/** Undefined when the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Undefined when the value is not an object. */
export function asRecord(value: Json | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Both services take nothing but an object as the input of an earlier call; a model may have written anything. */
export function asToolInput(input: Json): JsonObject {
  return asRecord(input) ?? { input };
}
