import { parseDocument } from 'yaml';
import type { Json } from '../contracts/json.ts';

/** The text of a YAML file with these values at these dotted keys; comments and order stay. */
export function withYamlValues(text: string, values: Readonly<Record<string, Json>>): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(values)) document.setIn(key.split('.'), value);
  return document.toString({ lineWidth: 0 });
}
