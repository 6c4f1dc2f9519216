import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { projectRoot } from '../support/project-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Stands in for npm: does to node_modules what `npm ci` does, and writes down how it was called.
const fakeNpm = `
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
const call = process.argv.slice(2);
appendFileSync('calls', call.join(' ') + '\\n');
process.stdout.write('npm speaks\\n');
if (process.env.FAKE_NPM_FAILS) { process.stderr.write('npm error ' + process.env.FAKE_NPM_FAILS + '\\n'); process.exit(7); }
if (existsSync('busy')) { appendFileSync('overlap', '!'); }
writeFileSync('busy', '');
if (process.env.FAKE_NPM_WAITS) {
  writeFileSync('waiting', String(process.pid));
  await new Promise((resolve) => { const look = setInterval(() => { if (existsSync('go')) { clearInterval(look); resolve(); } }, 20); });
}
rmSync('node_modules', { recursive: true, force: true });
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const installed = {};
for (const [path, entry] of Object.entries(packages)) {
  if (path === '' || entry.elsewhere || (entry.dev && call.includes('--omit=dev'))) continue;
  installed[path] = entry;
  mkdirSync(path, { recursive: true });
  writeFileSync(path + '/package.json', '{}');
}
mkdirSync('node_modules/.bin', { recursive: true });
writeFileSync('node_modules/.bin/node', '');
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages: installed }));
rmSync('busy');
`;

const lock = (version = '1.0.0') =>
  JSON.stringify({
    packages: {
      '': {},
      'node_modules/alpha': { version, integrity: `sha512-${version}` },
      'node_modules/beta': { version: '1.0.0', dev: true },
      'node_modules/for-another-system': { version: '1.0.0', optional: true, elsewhere: true },
    },
  });

function project() {
  const root = temporaryFolder();
  const file = (path: string) => join(root, path);
  cpSync(join(projectRoot, 'scripts'), file('scripts'), { recursive: true });
  writeFileSync(file('npm-cli.mjs'), fakeNpm);
  writeFileSync(
    file('package.json'),
    JSON.stringify({ dependencies: { alpha: '1' }, devDependencies: { beta: '1' } }),
  );
  writeFileSync(file('package-lock.json'), lock());

  const begin = (event: string, env: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, [file('scripts/ensure-install.mjs')], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        npm_execpath: file('npm-cli.mjs'),
        npm_lifecycle_event: event,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const finish = async (child: ChildProcess) => {
    if (!child.stdout || !child.stderr) throw new Error('no pipes');
    const [output, errors] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code: child.exitCode, output, errors };
  };
  return {
    root,
    file,
    begin,
    finish,
    run: (event: string, env?: NodeJS.ProcessEnv) => finish(begin(event, env)),
    calls: () => (existsSync(file('calls')) ? readFileSync(file('calls'), 'utf8').trimEnd().split('\n') : []),
  };
}

const appears = async (path: string): Promise<void> => {
  while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
};

const omit = 'ci --ignore-scripts --no-audit --no-fund --omit=dev --include=optional --loglevel=error';
const full = 'ci --ignore-scripts --no-audit --no-fund --include=dev --include=optional --loglevel=error';

describe('what is installed', () => {
  test('a first start brings what the program needs, and speaks to standard error alone', async () => {
    const { run, calls, file } = project();
    const first = await run('prestart');
    expect(first).toMatchObject({ code: 0, output: '' });
    expect(first.errors).toContain('Nothing is installed yet. Installing;');
    expect(first.errors).toContain('npm speaks');
    expect(calls()).toEqual([omit]);
    expect(existsSync(file('node_modules/beta'))).toBe(false);
    expect(readdirSync(file('.')).filter((name) => name.startsWith('.install-lock'))).toEqual([]);
  });

  test('a second start finds everything in place and is silent', async () => {
    const { run, calls } = project();
    await run('prestart');
    expect(await run('prestart')).toEqual({ code: 0, output: '', errors: '' });
    expect(calls()).toHaveLength(1);
  });

  test('tests and checks bring everything, also on top of a start', async () => {
    const { run, calls } = project();
    await run('prestart');
    expect((await run('pretest')).errors).toContain('What tests need is not installed.');
    expect(await run('precheck')).toEqual({ code: 0, output: '', errors: '' });
    expect(await run('prestart')).toEqual({ code: 0, output: '', errors: '' });
    expect(calls()).toEqual([omit, full]);
  });

  test('a changed lock brings an update, which keeps what tests need', async () => {
    const { run, calls, file } = project();
    await run('pretest');
    writeFileSync(file('package-lock.json'), lock('2.0.0'));
    expect((await run('prestart')).errors).toContain('not those of package-lock.json');
    expect(calls()).toEqual([full, full]);
    expect(await run('prestart')).toMatchObject({ errors: '' });
  });

  test('what somebody installed by hand is recognised, not installed again', async () => {
    const { run, calls, file } = project();
    await run('pretest');
    rmSync(file('node_modules/.steward-install'));
    expect(await run('pretest')).toEqual({ code: 0, output: '', errors: '' });
    expect(existsSync(file('node_modules/.steward-install'))).toBe(true);
    expect(calls()).toHaveLength(1);
  });

  test.each([
    ['a package', 'node_modules/alpha'],
    ['the Node of the project', 'node_modules/.bin/node'],
    ['the record of npm, as after an install that was cut off', 'node_modules/.package-lock.json'],
  ])('%s that went missing is brought back', async (_, path) => {
    const { run, calls, file } = project();
    await run('prestart');
    rmSync(file(path), { recursive: true });
    expect(await run('prestart')).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(2);
    expect(existsSync(file(path))).toBe(true);
  });

  test('a stamp that was cut off by a crash does no harm', async () => {
    const { run, calls, file } = project();
    await run('prestart');
    writeFileSync(file('node_modules/.steward-install'), '{"lock":');
    expect(await run('prestart')).toMatchObject({ code: 0, errors: '' });
    expect(calls()).toHaveLength(1);
  });

  test('without npm_execpath, or with that of another manager, npm comes from the path', async () => {
    const { run, calls, file } = project();
    mkdirSync(file('bin'));
    writeFileSync(file('bin/npm'), `#!/bin/sh\nexec '${process.execPath}' '${file('npm-cli.mjs')}' "$@"\n`, {
      mode: 0o755,
    });
    const PATH = `${file('bin')}:${process.env['PATH']}`;
    expect(await run('prestart', { npm_execpath: undefined, PATH })).toMatchObject({ code: 0 });
    rmSync(file('node_modules'), { recursive: true });
    expect(await run('prestart', { npm_execpath: '/usr/lib/yarn.js', PATH })).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(2);
  });
});

describe('when it fails', () => {
  test.each([
    ['code ENOTFOUND', 'registry could not be reached'],
    ['ENOSPC: no space left on device', 'disk is full'],
    ['code EACCES', 'cannot be written'],
    ['code EUSAGE\nMissing: x from lock file', 'does not fit'],
    ['something new', 'its own words are above'],
  ])('%s gets a cause and a remedy', async (complaint, cause) => {
    const { run } = project();
    const failed = await run('prestart', { FAKE_NPM_FAILS: complaint });
    expect(failed).toMatchObject({ code: 7, output: '' });
    expect(failed.errors).toContain(complaint);
    expect(failed.errors).toContain(cause);
    expect(failed.errors).toContain('Remedy: ');
  });

  test('an update that fails is tried again next time', async () => {
    const { run, calls, file } = project();
    await run('prestart');
    writeFileSync(file('package-lock.json'), lock('2.0.0'));
    expect(await run('prestart', { FAKE_NPM_FAILS: 'ENOTFOUND' })).toMatchObject({ code: 7 });
    expect(await run('prestart')).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(3);
  });

  test('npm that is nowhere', async () => {
    const { run } = project();
    const failed = await run('prestart', { npm_execpath: undefined, PATH: '/nowhere' });
    expect(failed.code).toBe(1);
    expect(failed.errors).toContain('npm was not found');
  });

  test('a missing package-lock.json', async () => {
    const { run, file } = project();
    rmSync(file('package-lock.json'));
    const failed = await run('prestart');
    expect(failed.code).toBe(1);
    expect(failed.errors).toContain('git checkout -- package-lock.json');
  });
});

describe('two starts at the same time', () => {
  test('the second waits for the first and finds its work done', async () => {
    const { begin, finish, calls, file } = project();
    const first = begin('prestart', { FAKE_NPM_WAITS: '1' });
    await appears(file('waiting'));
    const second = begin('prestart');
    const [announcement] = (await once(second.stderr ?? second, 'data')) as [Buffer];
    expect(announcement.toString()).toContain(`process ${first.pid}) is installing; waiting`);
    writeFileSync(file('go'), '');
    expect(await Promise.all([finish(first), finish(second)])).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(calls()).toHaveLength(1);
    expect(existsSync(file('overlap'))).toBe(false);
  });

  test('one that was killed leaves nobody waiting', async () => {
    const { begin, run, calls, file } = project();
    const first = begin('prestart', { FAKE_NPM_WAITS: '1' });
    await appears(file('waiting'));
    first.kill('SIGKILL');
    await once(first, 'exit');
    process.kill(Number(readFileSync(file('waiting'), 'utf8')), 'SIGKILL');
    rmSync(file('busy'));
    expect(existsSync(file('.install-lock'))).toBe(true);
    expect(await run('prestart')).toMatchObject({ code: 0 });
    expect(calls()).toHaveLength(2);
    expect(existsSync(file('.install-lock'))).toBe(false);
  });

  test('one that is interrupted stops npm, frees the lock and does not count as installed', async () => {
    const { begin, finish, file } = project();
    const first = begin('prestart', { FAKE_NPM_WAITS: '1' });
    await appears(file('waiting'));
    first.kill('SIGINT');
    expect(await finish(first)).toMatchObject({ code: 130 });
    expect(existsSync(file('.install-lock'))).toBe(false);
    expect(existsSync(file('node_modules/.steward-install'))).toBe(false);
    const npm = Number(readFileSync(file('waiting'), 'utf8'));
    expect(() => process.kill(npm, 0)).toThrow('ESRCH');
  });
});
