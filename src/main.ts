#!/usr/bin/env node
import { runCommandLine } from './cli.ts';

process.exitCode = await runCommandLine({
  arguments: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
});
