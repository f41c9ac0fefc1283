// How long a work takes, told so that another program on the same machine cannot make it look slow.

/** Milliseconds of the processor that one run takes in this thread. */
export function timeOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The shortest of some runs, in milliseconds; those that are short enough are not repeated. */
export function shortestOf(work: () => unknown, enough: number, runs = 4): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < runs && shortest > enough; n++) shortest = Math.min(shortest, timeOf(work));
  return shortest;
}

/** Below this many milliseconds growth cannot be told from noise. */
const NOISE = 40;

/**
 * What is wrong with the growth of a work that is given twice as much: twice the time is linear, four times is quadratic.
 * @returns the end of a sentence, or undefined
 */
export function growthProblem(work: (size: number) => () => unknown, size: number): string | undefined {
  const large = work(2 * size);
  const long = shortestOf(large, NOISE);
  if (long <= NOISE) return undefined;
  const short = shortestOf(work(size), NOISE / 4);
  return long / short > 3.3
    ? `grows from ${short.toFixed(0)} to ${long.toFixed(0)} ms with twice the size`
    : undefined;
}

export const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
