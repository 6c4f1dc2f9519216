import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'steward-models');

/** A small real model of this machine (shared/models/get.sh), or undefined, which is said. */
export function realModel(name: 'chat' | 'embed'): string | undefined {
  const path = join(folder, `${name}.gguf`);
  if (existsSync(path)) return path;
  process.stdout.write(
    `No ${path}: the suites on real inference are left out (shared/models/get.sh brings it).\n`,
  );
  return undefined;
}
