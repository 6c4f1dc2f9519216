export interface Throttle {
  /** Asks for a run soon; many requests become one. */
  request(): void;
  /** Runs now what was asked for. */
  flush(): void;
  cancel(): void;
}

/** Runs at most every `minimumMs`, and never so often that running takes more than a fifth of the time. */
export function createThrottle(run: () => void, minimumMs: number): Throttle {
  let timer: NodeJS.Timeout | undefined;
  let pause = minimumMs;

  const cancel = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const runNow = (): void => {
    cancel();
    const started = performance.now();
    run();
    pause = Math.max(minimumMs, 4 * (performance.now() - started));
  };
  return {
    request() {
      timer ??= setTimeout(runNow, pause);
    },
    flush() {
      if (timer) runNow();
    },
    cancel,
  };
}
