/** Whoever brings the bytes failed; the message is its own and fit for the chat. */
export class SourceFault extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'SourceFault';
  }
}

/**
 * The same chunks, but an abort ends the waiting even for a source that hangs. Throws the signal's reason then, and
 * SourceFault for what the source throws.
 */
export async function* interruptible(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]();
  const { promise: aborted, resolve } = Promise.withResolvers<'aborted'>();
  const onAbort = (): void => resolve('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = await Promise.race([
        iterator.next().catch((error: unknown) => {
          throw new SourceFault(error);
        }),
        aborted,
      ]);
      if (next === 'aborted') signal.throwIfAborted();
      else if (next.done) return;
      else yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not awaited: a source that hangs would hang here too. How its clean-up goes is its own affair.
    iterator.return?.().catch(() => undefined);
  }
}
