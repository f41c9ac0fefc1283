// A process that works on jobs of the kind `count`, for the tests that kill it. Arguments: database URL, milliseconds a step.
import { openPool } from '../../db/pool.ts';
import { createJobs } from '../../job/index.ts';
import { counting } from './count.ts';

const [url, pause] = process.argv.slice(2) as [string, string];
const sql = openPool(url, { max: 2 });
const jobs = createJobs({
  sql,
  kinds: { count: counting(sql, Number(pause)) },
  newId: () => `worker-${process.pid}-${Math.random()}`,
  log: { error: (details) => process.stderr.write(`${JSON.stringify(details)}\n`) },
  times: { poll: 50, lease: 1_000 },
});
jobs.start();
// The looks for work alone would not keep the process.
setInterval(() => {}, 1_000);
