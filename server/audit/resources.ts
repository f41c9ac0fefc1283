// The resources that journal lines become: an AuditEvent each, and for each change a Provenance.
import type { AuditEvent, Provenance } from '@medplum/fhirtypes';
import type { Transaction } from '../db/pool.ts';
import { eventOf, type Found, isSearch, patientsAsked } from './event.ts';
import { type Told, tell } from './interaction.ts';
import type { Line, RequestLine } from './line.ts';
import {
  breakGlassReason,
  type ChartUse,
  type LookUpDependencies,
  openedCharts,
  organizationsOf,
  patientsOf,
  type VersionFacts,
  versionsOf,
} from './look-up.ts';
import { type Activity, type ChangeMade, provenanceOf } from './provenance.ts';

export type { LookUpDependencies } from './look-up.ts';

export interface ResourceDependencies extends LookUpDependencies {
  publicUrl: string;
  newId: () => string;
}

interface ToldLine {
  line: RequestLine;
  told: Told;
}

type Written = ToldLine & { line: ChangeMade['line'] };

/** Requests that made the version that their answer shows. */
const hasWritten = (one: ToldLine): one is Written =>
  one.line.made === true && one.line.target !== undefined && one.line.caller !== undefined;

/** `Type/id` of what a request is about. */
const keyOf = ({ line: { target }, told }: ToldLine): string | undefined =>
  target ? `${target.type}/${target.id}` : isSearch(told) ? undefined : told.resource?.key;

function activityOf({ status }: RequestLine, { deleted }: VersionFacts): Activity {
  if (deleted) return 'DELETE';
  return status === 201 ? 'CREATE' : 'UPDATE';
}

/** The changes among requests, each version once: entries of a transaction may stand for the same one. */
async function changesIn(
  transaction: Transaction,
  told: readonly ToldLine[],
  deps: ResourceDependencies,
): Promise<ChangeMade[]> {
  const key = ({ line: { target, caller } }: Written) => JSON.stringify([target, caller]);
  const written = [...new Map(told.filter(hasWritten).map((one) => [key(one), one])).values()];
  const versions = await versionsOf(
    transaction,
    written.map(({ line }) => line.target),
    deps,
  );
  const users = new Set(written.flatMap(({ line }) => line.caller.fhirUser ?? []));
  const organizations = await organizationsOf(transaction, [...users], deps);
  return written.flatMap(({ line }): ChangeMade[] => {
    const { type, id, version } = line.target;
    const facts = versions.get(`${type}/${id}/${version}`);
    if (!facts) return [];
    const organization = organizations.get(line.caller.fhirUser ?? '');
    const change = { line, activity: activityOf(line, facts), at: facts.lastUpdated };
    return [{ ...change, ...(organization && { organization }) }];
  });
}

/** Patients that a request is about: of a resource its own, of a search those it names, otherwise the one whose chart is open. */
function patientsFor(one: ToldLine, patients: ReadonlyMap<string, string[]>): readonly string[] {
  const key = keyOf(one);
  if (key) return patients.get(key) ?? [];
  const asked = patientsAsked(one.told);
  const open = one.line.caller?.patient;
  return asked.length ? asked : open ? [open] : [];
}

/** The emergencies in which requests were made, by request. */
async function emergenciesOf(
  transaction: Transaction,
  requests: readonly ToldLine[],
  patients: ReadonlyMap<string, string[]>,
  deps: LookUpDependencies,
): Promise<Map<ToldLine, NonNullable<Found['breakGlass']>>> {
  const uses = requests.flatMap((one): (ChartUse & { one: ToldLine })[] => {
    const { caller, from, at: to } = one.line;
    return caller
      ? patientsFor(one, patients).map((patient) => ({ one, subject: caller.subject, patient, from, to }))
      : [];
  });
  const opened = await openedCharts(transaction, uses, deps);
  const found = new Map<ToldLine, NonNullable<Found['breakGlass']>>();
  for (const n of opened) found.set(uses[n]!.one, {});
  for (const use of uses) {
    const { line, told } = use.one;
    if (told.operation !== 'break-glass' || line.status !== 200) continue;
    const reason = await breakGlassReason(transaction, use, deps);
    if (reason) found.set(use.one, { reason });
  }
  return found;
}

/**
 * The resources of lines, AuditEvents in the order of the lines.
 * @param lastUpdated instant of the versions
 */
export async function resourcesOf(
  transaction: Transaction,
  lines: readonly Line[],
  lastUpdated: Date,
  deps: ResourceDependencies,
): Promise<(AuditEvent | Provenance)[]> {
  const told = new Map<Line, ToldLine>();
  for (const line of lines)
    if (line.kind !== 'authorization') told.set(line, { line, told: tell(line, deps.base) });
  const requests = [...told.values()];
  const keys = [...new Set(requests.flatMap((one) => keyOf(one) ?? []))];
  const patients = await patientsOf(transaction, keys, deps);
  const emergencies = await emergenciesOf(transaction, requests, patients, deps);
  const context = { publicUrl: deps.publicUrl, lastUpdated };
  const events: AuditEvent[] = [];
  for (const line of lines) {
    const one = told.get(line);
    const breakGlass = one && emergencies.get(one);
    const found: Found | undefined = one && {
      told: one.told,
      patients: patientsFor(one, patients),
      ...(breakGlass && { breakGlass }),
    };
    events.push(eventOf(line, found, context));
  }
  const changes = await changesIn(transaction, requests, deps);
  return [...events, ...changes.map((change) => provenanceOf(change, deps.newId(), lastUpdated))];
}
