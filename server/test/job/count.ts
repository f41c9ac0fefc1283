// A kind of job that writes the numbers up to `input.to` into a table, one a step, each with its checkpoint.
import { setTimeout as wait } from 'node:timers/promises';
import type { Sql } from '../../db/pool.ts';
import type { JobKind } from '../../job/index.ts';

export const counting =
  (sql: Sql, pause: number): JobKind =>
  async (run) => {
    const { to } = run.input as { to: number };
    let n = (run.checkpoint as { n: number } | null)?.n ?? 0;
    while (n < to) {
      n++;
      await wait(pause);
      await sql.begin(async (transaction) => {
        await transaction`insert into counted (n, pid) values (${n}, ${process.pid})`;
        await run.save({ n }, { done: n }, transaction as never);
      });
    }
  };
