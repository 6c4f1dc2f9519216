import { existsSync } from 'node:fs';

/** Whether a process of this machine runs. /proc tells without a signal; elsewhere signal 0 asks. */
export function isAlive(pid: number): boolean {
  if (existsSync('/proc/self')) return existsSync(`/proc/${pid}`);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
