import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk in memory with these mount options until the test is over; undefined where we may not mount. */
export function mountTinyDisk(options: string): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folder = temporaryFolder();
  const mounted = spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], {
    stdio: 'ignore',
  });
  if (mounted.status !== 0) return undefined;
  onTestFinished(() => void spawnSync('/bin/umount', ['-l', folder], { stdio: 'ignore' }));
  return folder;
}
