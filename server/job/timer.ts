// A look that is repeated at its own pace, never twice at once, and that ends in order.

export interface Ticker {
  /** Looks at once; when a look is under way, again after it. */
  wake(): void;
  /** Ends the repetition, and waits for a look that is under way. */
  stop(): Promise<void>;
}

/**
 * Repeats `look` until it is stopped.
 * @param look gives true when there may be more to do at once
 * @param pause milliseconds between two looks; a failed one is followed by a pause too
 * @param failed told the first of failures in a row
 */
export function repeat(look: () => Promise<boolean>, pause: number, failed: (error: Error) => void): Ticker {
  let stopped = false;
  let again = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const once = async (): Promise<void> => {
    do {
      again = false;
      const more = await look().then(
        (found) => {
          failing = false;
          return found;
        },
        (error: Error) => {
          if (!failing) failed(error);
          failing = true;
          return false;
        },
      );
      again ||= more;
    } while (again && !stopped);
  };
  const start = (): void => {
    clearTimeout(timer);
    running = once().finally(() => {
      running = undefined;
      if (!stopped) timer = setTimeout(start, pause).unref();
    });
  };
  timer = setTimeout(start, pause).unref();
  return {
    wake() {
      again = true;
      if (!running && !stopped) start();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
