// Before start, test and check: brings node_modules to what package-lock.json says, and costs nothing when it is.
// Runs with nothing installed and on any Node that npm runs on, so: plain JavaScript and node: modules alone.
// Everything it says goes to standard error; standard output belongs to the program.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assess, markInstalled } from './install/assess.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = 20;

const say = (text) => process.stderr.write(`${text}\n`);

/** `npm start` needs no development packages; whatever else runs this does. */
const wantsDevelopment = process.env.npm_lifecycle_event !== 'prestart';

if (Number(process.versions.node.split('.')[0]) < oldestNode)
  say(
    `Steward is installed with Node ${oldestNode} or newer, and this is ${process.version}. It may not work.\n` +
      'Remedy: install a current Node from https://nodejs.org; Steward then brings its own Node 24.',
  );

if (assess(root, wantsDevelopment).isReady) process.exit(0);

// Loaded only now: a start with everything in place shall not pay for it.
const { withLock } = await import('./install/lock.mjs');
const { runNpm } = await import('./install/npm.mjs');

process.exitCode = await withLock(join(root, '.install-lock'), say, async (signal) => {
  // Another start may have done it while this one waited.
  const state = assess(root, wantsDevelopment);
  if (state.isReady) return 0;
  if (state.lockfile === undefined) {
    say(
      'package-lock.json is missing, so nobody can tell what to install.\nRemedy: git checkout -- package-lock.json',
    );
    return 1;
  }
  // An update must not take the tests away from whoever has them.
  const withDevelopment = wantsDevelopment || state.hasDevelopment;
  say(`${state.reason} Installing${withDevelopment ? ', with what tests need' : ''}; this takes a minute …`);
  // Half of an old install must not pass for a whole one if this is interrupted.
  rmSync(join(root, 'node_modules', '.steward-install'), { force: true });
  const code = await runNpm(root, withDevelopment, say, signal);
  if (code !== 0) return code;
  markInstalled(root, withDevelopment);
  const ownNode = assess(root, wantsDevelopment).hasOwnNode;
  if (!ownNode && Number(process.versions.node.split('.')[0]) < 24) {
    say(
      `There is no Node 24 package for ${process.platform} ${process.arch}, and this Node is ${process.version}.\n` +
        'Remedy: install Node 24 from https://nodejs.org and start again.',
    );
    return 1;
  }
  say(`Installed ${packageCount()} packages.`);
  return 0;
});

function packageCount() {
  const installed = JSON.parse(readFileSync(join(root, 'node_modules', '.package-lock.json'), 'utf8'));
  return Object.keys(installed.packages).length;
}
