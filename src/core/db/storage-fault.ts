export type StorageFaultCode = 'disk-full' | 'read-only' | 'corrupt' | 'busy' | 'input-output';

const remedies: Record<StorageFaultCode, string> = {
  'disk-full': 'The disk is full. Free some space; Steward goes on by itself.',
  'read-only': 'The data folder cannot be written. Make it writable for this user (see STEWARD_HOME).',
  corrupt:
    'The database is damaged. Stop Steward, move steward.sqlite and its -wal file aside, and restore a backup.',
  busy: 'Another program holds the database. Close it, then try again.',
  'input-output': 'The disk could not be read or written. Check it, then start Steward again.',
};

/** The data folder failed, not the code: nothing of the transaction was kept. The message names the remedy. */
export class StorageFault extends Error {
  readonly code: StorageFaultCode;

  constructor(code: StorageFaultCode, cause: unknown) {
    super(remedies[code], { cause });
    this.name = 'StorageFault';
    this.code = code;
  }
}

/** The fault behind an SQLite error (https://sqlite.org/rescode.html), or undefined when it is a fault of ours. */
export const storageFaultOf = (error: unknown): StorageFault | undefined => {
  if (error instanceof StorageFault) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') return new StorageFault('disk-full', error);
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES')
    return new StorageFault('read-only', error);
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB'))
    return new StorageFault('corrupt', error);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new StorageFault('busy', error);
  if (code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_CANTOPEN') || code === 'EIO')
    return new StorageFault('input-output', error);
  return undefined;
};
