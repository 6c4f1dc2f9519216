/** `ENOENT` and its like: the code of a system or SQLite error, or its message where it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message;
  return String(error);
}
