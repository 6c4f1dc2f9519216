import * as nodeFs from 'node:fs';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FolderSystem, prepareFolders } from '../../../src/core/config/data-folder.ts';
import { mountTinyDisk } from '../../support/tiny-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const pathsIn = (folder: string) => ({
  home: join(folder, 'deep', 'data'),
  workspace: join(folder, 'workspace'),
});
const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** A disk on which one call fails. Tests run as root, whom no permission stops. */
const failing = (call: keyof FolderSystem, code: string): FolderSystem => ({
  ...nodeFs,
  [call]: () => {
    throw Object.assign(new Error(code), { code });
  },
});

test('makes what is missing: data for its owner alone, the folders agents use', () => {
  const paths = pathsIn(temporaryFolder());
  expect(prepareFolders(paths)).toEqual([]);
  expect(modeOf(paths.home)).toBe(0o700);
  expect(modeOf(join(paths.home, 'logs'))).toBe(0o700);
  expect(readdirSync(paths.workspace).toSorted()).toEqual(['notes', 'outputs', 'skills', 'uploads']);
  expect(readdirSync(paths.home)).toEqual(['logs']);
  expect(prepareFolders(paths)).toEqual([]);
});

test('closes a data folder that others could read', () => {
  const paths = pathsIn(temporaryFolder());
  mkdirSync(paths.home, { recursive: true });
  chmodSync(paths.home, 0o755);
  expect(prepareFolders(paths)).toEqual([]);
  expect(modeOf(paths.home)).toBe(0o700);
});

test('a data folder on another disk, by a link, is fine', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'disk'));
  symlinkSync(join(folder, 'disk'), join(folder, 'data'));
  expect(prepareFolders({ home: join(folder, 'data'), workspace: join(folder, 'workspace') })).toEqual([]);
});

describe('what stands in the way comes back as a problem', () => {
  test('a file where a folder should be, for each folder once', () => {
    const folder = temporaryFolder();
    const paths = pathsIn(folder);
    writeFileSync(join(folder, 'deep'), '');
    writeFileSync(paths.workspace, '');
    expect(prepareFolders(paths)).toEqual([
      expect.objectContaining({
        where: paths.home,
        key: 'STEWARD_HOME',
        seen: 'a file where a folder should be',
      }),
      expect.objectContaining({ where: paths.workspace, key: 'STEWARD_WORKSPACE' }),
    ]);
  });

  test('a link that leads nowhere', () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'unplugged'), join(folder, 'data'));
    expect(prepareFolders({ home: join(folder, 'data'), workspace: join(folder, 'workspace') })).toEqual([
      expect.objectContaining({ key: 'STEWARD_HOME', seen: 'a link that leads nowhere' }),
    ]);
  });

  test('a file in place of one of the inner folders', () => {
    const paths = pathsIn(temporaryFolder());
    mkdirSync(paths.workspace);
    writeFileSync(join(paths.workspace, 'uploads'), '');
    expect(prepareFolders(paths)).toEqual([
      expect.objectContaining({ where: join(paths.workspace, 'uploads'), key: 'STEWARD_WORKSPACE' }),
    ]);
  });

  test.each([
    ['mkdirSync', 'EROFS', 'a read-only file system'],
    ['writeFileSync', 'ENOSPC', 'a disk without free space'],
    ['writeFileSync', 'EDQUOT', 'a disk without free space'],
    ['writeFileSync', 'EACCES', 'a folder that your user may not change'],
    ['statSync', 'EIO', 'a folder that cannot be used (EIO)'],
    ['mkdirSync', 'ENAMETOOLONG', 'a path that is too long'],
    ['mkdirSync', 'ELOOP', 'a link that leads in a circle'],
  ] as const)('%s failing with %s', (call, code, seen) => {
    const problems = prepareFolders(pathsIn(temporaryFolder()), failing(call, code));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatchObject({ key: 'STEWARD_HOME', seen });
    expect(problems[0]?.remedy).not.toBe('');
  });

  test('a disk that is really read-only, and one that is really full', (context) => {
    const readOnly = mountTinyDisk('ro,size=64k') ?? context.skip('needs the right to mount');
    const full = mountTinyDisk('size=4k') ?? context.skip('needs the right to mount');
    const workspace = join(temporaryFolder(), 'workspace');
    expect(prepareFolders({ home: join(readOnly, 'data'), workspace })).toEqual([
      expect.objectContaining({ key: 'STEWARD_HOME', seen: 'a read-only file system' }),
    ]);
    expect(prepareFolders({ home: full, workspace })).toEqual([
      expect.objectContaining({ key: 'STEWARD_HOME', seen: 'a disk without free space' }),
    ]);
  });

  test('a data folder that cannot be closed to others', () => {
    const paths = pathsIn(temporaryFolder());
    mkdirSync(paths.home, { recursive: true });
    chmodSync(paths.home, 0o755);
    expect(prepareFolders(paths, failing('chmodSync', 'EPERM'))).toEqual([
      expect.objectContaining({ where: paths.home, remedy: expect.stringContaining('chown') }),
    ]);
  });
});
