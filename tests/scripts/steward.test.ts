import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { projectRoot } from '../support/project-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function project(main: string) {
  const root = temporaryFolder();
  mkdirSync(join(root, 'src'));
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  cpSync(join(projectRoot, 'scripts/steward.mjs'), join(root, 'scripts/steward.mjs'));
  writeFileSync(join(root, 'src/main.ts'), main);
  return root;
}

function begin(root: string, parameters: readonly string[], cwd = root) {
  const script = join(root, 'scripts/steward.mjs');
  return spawn(process.execPath, [script, ...parameters], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
}

test('passes arguments, input, output and exit code; works in the project and tells where it was called', async () => {
  const root = project(`
    process.stdout.write(JSON.stringify([process.argv.slice(2), process.cwd(), process.env.INIT_CWD]));
    process.stdin.on('data', (data) => { process.exitCode = Number(data); });
  `);
  const elsewhere = temporaryFolder();
  const child = begin(root, ['--once', 'two words'], elsewhere);
  child.stdin.end('42');
  expect(JSON.parse(await text(child.stdout))).toEqual([['--once', 'two words'], root, elsewhere]);
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(42);
});

test('passes a signal on and ends with the code the program chose', async () => {
  const root = project(`
    process.on('SIGTERM', () => process.exit(5));
    process.stdin.resume();
    process.stdout.write('up');
  `);
  const child = begin(root, []);
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([5, null]);
});

test('ends by the signal that ended the program', async () => {
  const child = begin(project(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`), []);
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
});

test('says what to do when nothing is installed', async () => {
  const root = temporaryFolder();
  cpSync(join(projectRoot, 'scripts/steward.mjs'), join(root, 'scripts/steward.mjs'));
  const child = begin(root, []);
  expect(await text(child.stderr)).toContain(`run npm start once in ${root}`);
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(1);
});
