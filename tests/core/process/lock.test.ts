import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../../../src/core/process/lock.ts';
import { projectRoot } from '../../support/project-root.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Another process that takes the lock and says how that went, then waits to be ended. */
async function anotherCopy(home: string): Promise<{ child: ChildProcess; said: string }> {
  const module = join(projectRoot, 'src/core/process/lock.ts');
  const script = `
    const { acquireLock } = await import(${JSON.stringify(module)});
    const lock = acquireLock(${JSON.stringify(home)});
    process.stdout.write(JSON.stringify(lock) + '\\n');
    process.stdin.resume().on('data', () => { if (lock.ok) lock.release(); process.exit(); });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: first.toString() };
}

test('the second copy is told who has the folder', () => {
  const home = temporaryFolder();
  const first = acquireLock(home, () => 1234);
  expect(first.ok).toBe(true);
  expect(acquireLock(home)).toEqual({
    ok: false,
    holder: { pid: process.pid, startedAt: 1234, host: hostname() },
  });
  if (first.ok) first.release();
});

test('a released lock can be taken again, and releasing twice harms nobody', () => {
  const home = temporaryFolder();
  const first = acquireLock(home);
  if (!first.ok) throw new Error('the folder is new');
  first.release();
  expect(existsSync(join(home, 'steward.lock.json'))).toBe(false);
  const second = acquireLock(home);
  first.release();
  expect(second.ok).toBe(true);
  expect(acquireLock(home).ok).toBe(false);
  if (second.ok) second.release();
});

test('two folders are two locks', () => {
  const locks = [acquireLock(temporaryFolder()), acquireLock(temporaryFolder())];
  expect(locks.map((lock) => lock.ok)).toEqual([true, true]);
  for (const lock of locks) if (lock.ok) lock.release();
});

test('holds between processes and ends with kill -9, without a guess', async () => {
  const home = temporaryFolder();
  const other = await anotherCopy(home);
  expect(JSON.parse(other.said)).toEqual({ ok: true });
  expect(acquireLock(home)).toMatchObject({ ok: false, holder: { pid: other.child.pid } });

  other.child.kill('SIGKILL');
  await once(other.child, 'exit');
  // Its card is still there, and no reason to stay out.
  expect(existsSync(join(home, 'steward.lock.json'))).toBe(true);
  const lock = acquireLock(home);
  expect(lock.ok).toBe(true);
  expect(JSON.parse(readFileSync(join(home, 'steward.lock.json'), 'utf8'))).toMatchObject({
    pid: process.pid,
  });

  const refused = await anotherCopy(home);
  expect(JSON.parse(refused.said)).toMatchObject({ ok: false, holder: { pid: process.pid } });
  if (lock.ok) lock.release();
});

test('a lock that is held is never named after a dead process or a torn card', () => {
  const home = temporaryFolder();
  const lock = acquireLock(home);
  const nobody = { ok: false, holder: { pid: undefined, startedAt: undefined, host: undefined } };
  // The largest number that is no process on any Linux.
  const dead = { pid: 4_194_305, startedAt: 1, host: hostname() };
  writeFileSync(join(home, 'steward.lock.json'), JSON.stringify(dead));
  expect(acquireLock(home)).toEqual(nobody);
  writeFileSync(join(home, 'steward.lock.json'), '{"pid":');
  expect(acquireLock(home)).toEqual(nobody);
  if (lock.ok) lock.release();
});

test('a folder that cannot hold a lock is a fault', () => {
  expect(() => acquireLock(join(temporaryFolder(), 'missing'))).toThrow(/directory|open/);
});
