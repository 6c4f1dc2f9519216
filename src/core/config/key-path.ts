/** Where a value stands: `['roles', 'local', 0]`. */
export type KeyPath = readonly PropertyKey[];

/** `roles.local[0]`; a key with dots of its own in quotes; the whole file has no keys. */
export function formatKeyPath(path: KeyPath): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else {
      const name = String(key);
      text += `${text && '.'}${/[.\s[\]"]/.test(name) ? `"${name}"` : name}`;
    }
  }
  return text || 'the whole file';
}

/** The value at the path, undefined where there is none. */
export function valueAt(data: unknown, path: KeyPath): unknown {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
