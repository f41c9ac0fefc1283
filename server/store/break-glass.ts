// Charts that somebody has opened in an emergency. https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG)
import type { Sql, Transaction } from '../db/pool.ts';
import type { RidOf } from '../db/rid.ts';

/** A chart to open. */
export interface BrokenGlass {
  /** OAuth subject of the user. */
  subject: string;
  /** Logical id of the patient. */
  patient: string;
  reason: string;
  minutes: number;
}

/** Opens a chart. @param executor the transaction that the request runs in @returns until when it is open */
export type BreakGlass = (opened: BrokenGlass, executor?: Sql | Transaction) => Promise<Date>;

/**
 * By the clock of the database, which access is compared with. What the same user opens again has a new end: the opening
 * before ends then. All of them are kept.
 */
export const createBreakGlass =
  (sql: Sql, ridOf: RidOf): BreakGlass =>
  async ({ subject, patient, reason, minutes }, executor = sql) => {
    const [row] = await executor.unsafe(
      `with ended as (
        update break_glass set until = now()
        where subject = $1 and patient = $2::text::bigint and at < now() and until > now()
      )
      insert into break_glass (subject, patient, until, reason, at)
        values ($1, $2::text::bigint, now() + make_interval(mins => $3::text::integer), $4, now())
      on conflict (subject, patient, at) do update set until = excluded.until, reason = excluded.reason
      returning until`,
      [subject, ridOf(`Patient/${patient}`), String(minutes), reason],
    );
    return row!.until as Date;
  };
