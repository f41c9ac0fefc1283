// Several server processes on one port: forks them, replaces one that dies, and ends them in order.
// https://nodejs.org/docs/latest-v24.x/api/cluster.html
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';

export interface WorkersOptions {
  count: number;
  /** Environment of the workers, beside this process's own. */
  env: Record<string, string>;
  /** Told in words that a worker died. */
  say: (line: string) => void;
}

export interface Workers {
  /** Tells all workers to end, waits until they have, and ends those that do not. */
  stop(): Promise<void>;
}

/** Milliseconds before a worker that died is replaced: doubled each time, up to the last, until one lives for `LIVED`. */
const BACK_OFF = { first: 100, last: 10_000 };
const LIVED = 30_000;
/** Milliseconds that workers are given to end in order: longer than they give to open connections. */
const STOPPING = 20_000;

/** A worker ended before it ever listened; it has said why. */
export class WorkerFailed extends Error {
  override readonly name = 'WorkerFailed';
}

/** True as soon as it listens, false when it ends instead. */
const listens = (worker: Worker): Promise<boolean> =>
  Promise.race([once(worker, 'listening').then(() => true), once(worker, 'exit').then(() => false)]);

/**
 * Starts the workers. The first prepares the database alone; the others follow when it listens.
 * @throws WorkerFailed when the first cannot start
 */
export async function startWorkers({ count, env, say }: WorkersOptions): Promise<Workers> {
  let delay = BACK_OFF.first;
  // While true, a worker that dies is replaced.
  let supervised = false;
  const fork = (): Worker => {
    const worker = cluster.fork(env);
    const born = Date.now();
    worker.once('exit', (code, signal) => {
      if (!supervised) return;
      if (Date.now() - born > LIVED) delay = BACK_OFF.first;
      say(`A server process ended (${signal ?? `code ${code}`}); another one starts in ${delay} ms.`);
      setTimeout(() => supervised && fork(), delay);
      delay = Math.min(delay * 2, BACK_OFF.last);
    });
    return worker;
  };
  if (!(await listens(fork()))) throw new WorkerFailed();
  supervised = true;
  await Promise.all(Array.from({ length: count - 1 }, () => listens(fork())));
  return {
    stop: async () => {
      supervised = false;
      const alive = (Object.values(cluster.workers ?? {}) as Worker[]).filter((worker) => !worker.isDead());
      const ended = alive.map((worker) => once(worker, 'exit'));
      for (const worker of alive) worker.process.kill('SIGTERM');
      const deadline = setTimeout(() => {
        for (const worker of alive) worker.process.kill('SIGKILL');
      }, STOPPING);
      await Promise.all(ended);
      clearTimeout(deadline);
    },
  };
}
