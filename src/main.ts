#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Halves the start (0.7 s to 0.36 s of loading): what was compiled and stripped of types once is read from the cache.
// A folder that cannot be written costs that time and nothing else.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node-compile'));
const { runCommandLine } = await import('./cli.ts');

process.exit(
  await runCommandLine({
    arguments: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  }),
);
