// The service clocks of this server: what they are is told by the care rules, when they strike by a table that every change
// of a resource keeps up to date. A moment strikes once, whatever is restarted in between and however many processes there are.
import type { Resource } from '@medplum/fhirtypes';
import { busyGauge } from './bulk/background.ts';
import type { Clock } from './care/clock/clock.ts';
import { clocks } from './care/clock/index.ts';
import { isUnreachable, type Sql, type Transaction } from './db/pool.ts';
import { plainArray } from './db/statement.ts';
import { FhirError } from './fhir/errors.ts';
import { parseJson } from './fhir/json.ts';
import type { Context } from './interaction/context.ts';
import { carryOut } from './interaction/store-writes.ts';
import { careAccess } from './interaction/unit-of-work.ts';
import { type Changed, readOn, whatWaits } from './job/clock-feed.ts';
import {
  type DueMoment,
  dropMoments,
  failedBefore,
  type Moment,
  markStruck,
  putOff,
  replaceMoments,
  takeDue,
  takeOne,
} from './job/clock-table.ts';

export interface ClockDependencies {
  sql: Sql;
  typeId: (type: string) => number;
  context: Context;
  log: { error(details: object, message: string): void };
}

/** Changes that are read at a time, and resources of them that are in memory at once. */
const BATCH = 500;
const SLICE = 50;
/** Milliseconds that changes wait while many write. */
const PATIENCE = 15_000;
/** Moments that strike in one transaction. */
const STRIKES = 100;
/** Milliseconds until a moment that failed is tried again; after the last of them it is given up. */
const BACK_OFF = [5_000, 30_000, 120_000, 600_000] as const;

const byName = new Map<string, Clock>(clocks.map((clock) => [clock.name, clock]));
const byType = Map.groupBy(clocks, ({ type }) => type as string);

/** Why something failed; of a refusal its rules and places alone, since its sentences may tell of a person. */
const reasonOf = (error: unknown): string =>
  error instanceof FhirError
    ? error.issues.map(({ code, expression = [] }) => [code, ...expression].join(' ')).join('; ')
    : (error as Error).message;

/** Makes the service clocks of a process. `look` does what there is to do, and says whether there is more. */
export function createClocks(deps: ClockDependencies): { look(): Promise<boolean> } {
  const { sql, typeId, context, log } = deps;
  const { care, store, now } = context;
  const isBusy = busyGauge(sql);
  const types = [...byType.keys()];
  const nameOf = new Map(types.map((type) => [typeId(type), type]));
  const typeIds = [...nameOf.keys()];

  /** The moments still to come for a resource. A clock that fails on it does not run. */
  function momentsOf(rid: string, resource: Resource): Omit<Moment, 'rid'>[] {
    return (byType.get(resource.resourceType) ?? []).flatMap(({ name, strikes }) => {
      try {
        const found = strikes(resource, care).filter(({ due }) => !Number.isNaN(due.getTime()));
        return found.map(({ step, due }) => ({ clock: name, step, due }));
      } catch (error) {
        log.error({ rid, clock: name, reason: (error as Error).message }, 'clock not set');
        return [];
      }
    });
  }

  async function setFor(transaction: Transaction, changed: readonly Changed[]): Promise<void> {
    const rows = await transaction.unsafe(
      'select rid::text, deleted, content from resource where rid = any($1::bigint[])',
      [plainArray(changed.map(({ rid }) => rid))],
      { prepare: true },
    );
    const histories = new Map(changed.map(({ rid, loaded }) => [rid, loaded]));
    const present = rows.filter(({ deleted }) => !deleted);
    const gone = rows.filter(({ deleted }) => deleted);
    await dropMoments(
      transaction,
      gone.map(({ rid }) => rid as string),
    );
    const wanted = present.map(({ rid, content }) => ({
      rid: rid as string,
      moments: momentsOf(rid, parseJson(content) as Resource),
      history: histories.get(rid),
    }));
    await replaceMoments(transaction, wanted, now());
  }

  /** Sets the clocks of what has changed. */
  async function setClocks(): Promise<boolean> {
    const busy = await isBusy();
    const part = await sql.begin(async (transaction) => {
      const read = await readOn(transaction as Transaction, typeIds, BATCH);
      for (let start = 0; read && start < read.changed.length; start += SLICE)
        await setFor(transaction as Transaction, read.changed.slice(start, start + SLICE));
      return read;
    });
    const waited = part?.since ? now().getTime() - part.since.getTime() : 0;
    return part?.more === true && (!busy || waited > PATIENCE);
  }

  /** Strikes the moments that are taken, in one transaction with what they lead to. @returns how many there were */
  const strike = (take: (transaction: Transaction) => Promise<DueMoment[]>): Promise<number> =>
    store.transaction(async (transaction) => {
      const moments = await take(transaction);
      if (!moments.length) return 0;
      const struck: Moment[] = [];
      const moved = new Map<string, Omit<Moment, 'rid'>[]>();
      const keys = moments.map(({ type, id }) => ({ type: nameOf.get(type)!, id }));
      const present = await store.lock(keys, transaction);
      await carryOut(context, { access: careAccess, executor: transaction }, async (unit, desk) => {
        for (const { type, id } of keys) unit.hold(type, id, present.get(`${type}/${id}`));
        for (const [n, moment] of moments.entries()) {
          const { rid, clock, step, due } = moment;
          const { type, id } = keys[n]!;
          const resource = await desk.lock<Resource>(`${type}/${id}`);
          const coming = resource ? momentsOf(rid, resource) : [];
          const runs = coming.some(
            (one) => one.clock === clock && one.step === step && one.due.getTime() === due.getTime(),
          );
          if (!runs) {
            moved.set(rid, coming);
            continue;
          }
          await byName.get(clock)!.strike(step, resource!, desk);
          struck.push(moment);
        }
      });
      await markStruck(transaction, struck, now());
      const wanted = [...moved].map(([rid, coming]) => ({ rid, moments: coming }));
      if (wanted.length) await replaceMoments(transaction, wanted, now());
      return moments.length;
    });

  /** Strikes moments one by one, so that one that fails stops no other. */
  async function strikeEach(moments: readonly DueMoment[]): Promise<void> {
    for (const moment of moments) {
      try {
        await strike((transaction) => takeOne(transaction, moment));
      } catch (error) {
        if (isUnreachable(error)) throw error;
        const pause = BACK_OFF[moment.attempts];
        const { rid, clock, step } = moment;
        const details = { rid, clock, step, reason: reasonOf(error) };
        log.error(details, pause ? 'clock did not strike' : 'clock given up');
        await putOff(sql, moment, now(), pause ? new Date(now().getTime() + pause) : undefined);
      }
    }
  }

  async function strikeDue(): Promise<boolean> {
    let taken: readonly DueMoment[] = [];
    try {
      const struck = await strike(async (transaction) => {
        taken = await takeDue(transaction, now(), STRIKES);
        return taken as DueMoment[];
      });
      if (struck) return true;
    } catch (error) {
      if (isUnreachable(error) || !taken.length) throw error;
      await strikeEach(taken);
      return true;
    }
    const failed = await failedBefore(sql, now(), STRIKES);
    await strikeEach(failed);
    return failed.length > 0;
  }

  return {
    async look() {
      const { changed, due } = await whatWaits(sql, now());
      const more = changed && (await setClocks());
      return (due && (await strikeDue())) || more;
    },
  };
}
