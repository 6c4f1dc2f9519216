// A child process for the kill test: the whole program on its standard input and output, as a pipe-fed console.
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/core/config/load.ts';
import { projectRoot } from './project-root.ts';

const loaded = loadConfig({ env: process.env, cwd: process.cwd(), projectRoot });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const app = createApp(loaded.config, {
  console: { input: process.stdin, output: process.stdout, interactive: false },
});
const started = await app.start();
if (!started.ok) throw new Error(started.message);
process.stdout.write('STARTED\n');
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
process.stdin.once('end', () => void app.settled().then(() => app.stop()));
