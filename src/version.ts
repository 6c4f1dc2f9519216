import { readFileSync } from 'node:fs';

/** As package.json says. */
export const version = String(
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version,
);
