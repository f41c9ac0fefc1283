// What an entry of minutes has to be: whole minutes of one performer, in the past, within one calendar month, beside no other
// of the same person. https://hl7.org/fhir/R4/observation-definitions.html#Observation.effective_x_
import type { Observation, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import { businessRule } from '../../fhir/errors.ts';
import { type Calendar, dayOf, instantOf } from '../calendar.ts';
import { CATEGORY, keyOf } from '../code.ts';
import { relativeKey } from '../reference.ts';
import type { Desk } from '../write.ts';
import { isCounted, MINUTE, type Stretch, stretchOf, wholeMinutes } from './entry.ts';

/** A clock of a device may go ahead by so much. */
const AHEAD = 5 * MINUTE;
/** Most entries within the time of one that are compared. */
const MOST = 1000;
const PERIOD = 'Observation.effectivePeriod';

const nobodyHere = () =>
  businessRule(
    'A work entry is of one person of the directory: name one performer by reference. Whoever else worked keeps an entry of their own.',
    'Observation.performer',
    'minutes-one-performer',
  );

/** @throws FhirError 409 with rule `minutes-one-performer` */
function performerOf({ performer = [] }: Observation): string {
  const [one, ...others] = performer;
  if (one?.reference && !others.length) return one.reference;
  throw nobodyHere();
}

/** @throws FhirError 409 with rule `minutes-of-period` */
function checkedStretch(entry: Observation): Stretch {
  const stretch = stretchOf(entry);
  if (!stretch)
    throw businessRule(
      'A work entry says from when to when: give start and end of effectivePeriod as times with a time zone, the start first.',
      PERIOD,
      'minutes-of-period',
    );
  const { value, code } = entry.valueQuantity ?? {};
  const minutes = wholeMinutes(stretch);
  if (value === minutes && minutes > 0 && code === 'min') return stretch;
  throw businessRule(
    minutes > 0
      ? `The period has ${minutes} whole minutes. Give valueQuantity ${minutes} with the code min, or correct the period.`
      : 'Only whole minutes count, and the period has none. Join it to other work of the same kind.',
    'Observation.valueQuantity',
    'minutes-of-period',
  );
}

/** @throws FhirError 409 with rule `minutes-one-month` that says where to split */
export function checkMonth({ start, end }: Stretch, calendar: Calendar): void {
  // The end belongs to the month before it: work until midnight of the last day is work of that month.
  const [first, last] = [start, Math.max(start, end - 1)].map((at) =>
    dayOf(new Date(at), calendar).slice(0, 7),
  ) as [string, string];
  if (first === last) return;
  const [year, month] = first.split('-').map(Number) as [number, number];
  const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  const split = instantOf(next, 0, calendar).toISOString();
  throw businessRule(
    `A work entry is of one calendar month, on the clock of ${calendar.timeZone}. Split it at ${split}.`,
    PERIOD,
    'minutes-one-month',
  );
}

/** `Type/id` of what a reference names here, however it is written. */
async function keyHere(desk: Desk, reference: string | undefined): Promise<string | undefined> {
  const key = relativeKey(reference === undefined ? undefined : { reference });
  if (key || reference === undefined) return key;
  const found = await desk.read(reference);
  return found && keyOf(found);
}

/** All references by which somebody is known: the person, and every role of theirs. */
async function namesOf(performer: string, desk: Desk): Promise<string[]> {
  const found = await desk.read<PractitionerRole | Practitioner>(performer);
  if (!found) throw nobodyHere();
  const key = keyOf(found);
  const person =
    found.resourceType === 'PractitionerRole' ? await keyHere(desk, found.practitioner?.reference) : key;
  if (!person?.startsWith('Practitioner/')) return [key];
  const roles = await desk.find('PractitionerRole', `practitioner=${person}&_count=${MOST}`);
  return [...new Set([person, key, ...roles.map(keyOf)])];
}

/** @throws FhirError 409 with rule `minutes-overlap` */
async function checkOverlap(
  entry: Observation,
  { start, end }: Stretch,
  performer: string,
  desk: Desk,
): Promise<void> {
  const names = await namesOf(performer, desk);
  await desk.mutex(`minutes:${names[0]}`);
  const [from, until] = [start, end].map((at) => new Date(at).toISOString());
  const stored = await desk.find(
    'Observation',
    `performer=${names.join(',')}&category=${CATEGORY}|cn-activity&date=ge${from}&date=le${until}&_count=${MOST}`,
  );
  const written: Observation[] = [];
  for (const one of desk.written('Observation')) {
    const other = await keyHere(desk, one.performer?.[0]?.reference);
    if (other !== undefined && names.includes(other)) written.push(one);
  }
  for (const other of [...stored, ...written]) {
    const time = isCounted(other) && other.id !== entry.id ? stretchOf(other) : undefined;
    if (!time || time.start >= end || start >= time.end) continue;
    throw businessRule(
      `The same person has minutes from ${new Date(time.start).toISOString()} to ${new Date(time.end).toISOString()} already, and a minute counts once. Change the times of this entry.`,
      PERIOD,
      'minutes-overlap',
    );
  }
}

/** Refuses an entry that is not what one has to be. @throws FhirError 409 */
export async function checkEntry(entry: Observation, desk: Desk): Promise<void> {
  const performer = performerOf(entry);
  const stretch = checkedStretch(entry);
  if (stretch.end > desk.now.getTime() + AHEAD)
    throw businessRule(
      'Work that is still to come is not logged. Log it when it is done.',
      `${PERIOD}.end`,
      'minutes-in-future',
    );
  checkMonth(stretch, desk.calendar(performer));
  await checkOverlap(entry, stretch, performer, desk);
}
