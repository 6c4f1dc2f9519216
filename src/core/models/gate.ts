/**
 * Lets so many calls through at once. Those who wait go in the order they came, and leave the queue the moment their
 * signal aborts. (cockatiel's bulkhead keeps an aborted call in its queue until its turn, and wraps a promise where a
 * stream has to hold the slot.)
 */
export interface Gate {
  /** Resolves to the function that gives the slot back. Rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createGate(slots: number, onQueue: (waiting: number) => void): Gate {
  const queue: (() => void)[] = [];
  let free = slots;

  const createRelease = (): (() => void) => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      free++;
      const next = queue.shift();
      if (!next) return;
      free--;
      onQueue(queue.length);
      next();
    };
  };

  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(reasonOf(signal));
      if (free > 0) {
        free--;
        return Promise.resolve(createRelease());
      }
      return new Promise((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', leave);
          resolve(createRelease());
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(turn), 1);
          onQueue(queue.length);
          reject(reasonOf(signal));
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.push(turn);
        onQueue(queue.length);
      });
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted');
}
