import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusedPath } from '../../../src/core/files/refused-paths.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function house() {
  const root = temporaryFolder();
  const home = join(root, 'ada');
  const paths = {
    home: join(root, 'steward', 'data'),
    config: join(root, 'steward', 'config'),
    workspace: join(root, 'steward', 'workspace'),
  };
  for (const folder of [home, ...Object.values(paths), join(home, '.ssh'), join(home, 'papers')])
    mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, '.ssh', 'id_ed25519'), 'key');
  writeFileSync(join(home, 'papers', 'letter.txt'), 'hello');
  return { root, home, paths, judge: (path: string) => refusedPath(path, paths, home) };
}

test('an ordinary file may be read, there or not', () => {
  const { home, root, paths, judge } = house();
  expect(judge(join(home, 'papers', 'letter.txt'))).toBeUndefined();
  expect(judge(join(home, 'papers', 'none.txt'))).toBeUndefined();
  expect(judge(join(root, '.hidden-but-in-no-home'))).toBeUndefined();
  expect(judge(join(paths.workspace, 'uploads', 'x.txt'))).toBeUndefined();
  expect(judge(`${paths.home}-backup/x`)).toBeUndefined();
});

test.each(['/etc/passwd', '/proc/self/environ', '/sys/kernel', '/dev/null', '/etc', '/tmp/../etc/shadow'])(
  '%s belongs to the system',
  (path) => {
    expect(house().judge(path)).toContain('system');
  },
);

test('the data and configuration of Steward stay its own', () => {
  const { paths, judge } = house();
  expect(judge(join(paths.home, 'steward.sqlite'))).toContain('data');
  expect(judge(paths.home)).toContain('data');
  expect(judge(join(paths.config, 'prompts', 'chat.md'))).toContain('configuration');
});

test('hidden files and folders of any home directory are refused', () => {
  const { home, judge } = house();
  for (const path of [
    join(home, '.ssh', 'id_ed25519'),
    join(home, '.netrc'),
    join(home, 'papers', '.secret', 'x'),
    '/root/.bashrc',
    '/home/someone/.aws/credentials',
    '/Users/someone/.zshrc',
  ])
    expect(judge(path)).toContain('hidden');
});

test('.env is refused everywhere, the workspace included', () => {
  const { root, paths, judge } = house();
  for (const path of [join(root, '.env'), join(root, '.ENV.local'), join(paths.workspace, '.env.prod')])
    expect(judge(path)).toContain('.env');
});

test('a link is judged by where it leads', () => {
  const { home, paths, judge } = house();
  symlinkSync('/etc/passwd', join(home, 'papers', 'innocent.txt'));
  symlinkSync(join(home, '.ssh'), join(home, 'papers', 'keys'));
  symlinkSync(paths.home, join(paths.workspace, 'inner'));
  expect(judge(join(home, 'papers', 'innocent.txt'))).toContain('system');
  expect(judge(join(home, 'papers', 'keys', 'id_ed25519'))).toContain('hidden');
  expect(judge(join(home, 'papers', 'keys', 'not-there-yet'))).toContain('hidden');
  expect(judge(join(paths.workspace, 'inner', 'steward.sqlite'))).toContain('data');
});

test('folders of Steward that are links are known by either name', () => {
  const { root, home, paths } = house();
  symlinkSync(paths.home, join(root, 'linked'));
  const linked = { ...paths, home: join(root, 'linked') };
  expect(refusedPath(join(paths.home, 'x'), linked, home)).toContain('data');
  expect(refusedPath(join(root, 'linked', 'x'), linked, home)).toContain('data');
});

test('a workspace inside the data folder or a hidden folder can be read', () => {
  const { home } = house();
  const data = join(home, '.local', 'steward');
  const paths = { home: data, config: join(data, 'config'), workspace: join(data, 'workspace') };
  mkdirSync(paths.workspace, { recursive: true });
  expect(refusedPath(join(paths.workspace, 'note.txt'), paths, home)).toBeUndefined();
  expect(refusedPath(join(data, 'steward.sqlite'), paths, home)).toContain('data');
});

test('control characters in a name are refused', () => {
  expect(house().judge('/tmp/a\u0000b')).toContain('control');
});
