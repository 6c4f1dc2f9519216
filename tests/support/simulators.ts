import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from './project-root.ts';

/** Where the strict stand-ins are, or undefined; the project never depends on them. */
export function simulatorFolder(): string | undefined {
  const folder = resolve(projectRoot, process.env.STEWARD_SIM_DIR ?? '../shared/sim');
  if (existsSync(folder)) return folder;
  process.stdout.write(`No simulators at ${folder}: the suites that drive them are left out.\n`);
  return undefined;
}

export async function loadSimulator(folder: string, file: string): Promise<Record<string, unknown>> {
  return (await import(pathToFileURL(join(folder, file)).href)) as Record<string, unknown>;
}
