// The correction of an entry of minutes: by a supervisor, or by whoever worked on the same day; with a reason, and kept.
// https://hl7.org/fhir/R4/valueset-observation-status.html
import type { Observation, Provenance } from '@medplum/fhirtypes';
import { isSystem } from '../../fhir/access.ts';
import { businessRule, forbidden } from '../../fhir/errors.ts';
import { dayOf } from '../calendar.ts';
import { keyOf } from '../code.ts';
import { localKey } from '../reference.ts';
import { agentOf } from '../state/reopening.ts';
import type { CareWrite, Change, Desk } from '../write.ts';
import { COUNTED, isCounted, isEntry, programmeOf, stretchOf } from './entry.ts';

/** Statuses that a corrected entry can have. */
const CORRECTED: readonly string[] = ['amended', 'corrected', 'entered-in-error'];

/** Statuses of an entry that is not changed but by a correction. */
const STANDING: readonly string[] = [...COUNTED, 'entered-in-error'];

/** What an entry counts, and for whom. */
const workOf = (entry: Observation): string =>
  JSON.stringify([
    isEntry(entry),
    entry.effectivePeriod,
    entry.valueQuantity,
    entry.performer,
    entry.subject,
    programmeOf(entry),
    entry.code,
  ]);

/** Whether other minutes count than before, or other people's. */
export const isOtherWork = ({ before, after }: Change<Observation>): boolean =>
  !before || isCounted(before) !== isCounted(after) || workOf(before) !== workOf(after);

/** Whether an entry that counted, or was made in error, becomes another one. */
export const isCorrection = (change: Change<Observation>): boolean => {
  const { before, after } = change;
  if (!isEntry(before) || !STANDING.includes(before.status!)) return false;
  return isOtherWork(change) || (after.status !== before.status && !CORRECTED.includes(after.status!));
};

/** Whether the caller worked themselves, and the day of the work is not over. */
async function isOwnToday(before: Observation, desk: Desk): Promise<boolean> {
  const performer = await localKey(desk, before.performer?.[0], 'PractitionerRole');
  const work = stretchOf(before);
  if (!work || performer === undefined || performer !== desk.caller.fhirUser) return false;
  const calendar = desk.calendar(performer);
  return dayOf(new Date(work.end), calendar) === dayOf(desk.now, calendar);
}

/** @throws FhirError 403 with rule `correct-time` */
async function checkCorrector(before: Observation, desk: Desk): Promise<void> {
  const { policy, role } = desk.caller;
  if (policy === 'unlimited' || role === 'supervisor' || (await isOwnToday(before, desk))) return;
  throw forbidden(
    'Logged time is corrected by whoever worked on the day of the work, and by a supervisor afterwards. Ask a supervisor.',
    'Observation',
    'correct-time',
  );
}

/** The reason that a version gives and the one before it did not. */
const newReason = (before: Observation, after: Observation): string | undefined => {
  const known = new Set((before.note ?? []).map(({ text }) => text));
  return after.note?.findLast(({ text }) => text?.trim() && !known.has(text))?.text;
};

/** Refuses a correction that is not made as one has to be. @throws FhirError 403, 409 */
export async function checkCorrection({ before, after }: Change<Observation>, desk: Desk): Promise<void> {
  if (!before) return;
  if (!isEntry(after)) throw kept();
  if (before.status === 'entered-in-error')
    throw businessRule(
      'An entry that was made in error stays so. Log the work in a new entry.',
      'Observation.status',
      'minutes-correction',
    );
  await checkCorrector(before, desk);
  if (CORRECTED.includes(after.status!) && newReason(before, after)) return;
  throw businessRule(
    'A correction says so and why: give the status amended, corrected or entered-in-error, and the reason in a new note.',
    'Observation.status',
    'minutes-correction',
  );
}

/** Records who corrected an entry and why, beside the Provenance of the write, which tells of the purpose of use alone. */
export async function recordCorrection(change: Change<Observation>, desk: Desk): Promise<void> {
  const { before, after } = change;
  const text = newReason(before!, after)!;
  const provenance: Provenance = {
    resourceType: 'Provenance',
    target: [{ reference: `${keyOf(after)}/_history/${after.meta!.versionId}` }],
    recorded: desk.now.toISOString(),
    reason: [{ text }],
    activity: {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation',
          code: after.status === 'entered-in-error' ? 'NULLIFY' : 'UPDATE',
        },
      ],
    },
    agent: [await agentOf(desk)],
  };
  desk.create(provenance);
}

const kept = () =>
  businessRule(
    'Logged time is kept, with its history. Give the entry the status entered-in-error, and the reason in a note.',
    'Observation',
    'minutes-kept',
  );

/** Refuses to delete an entry. The server's own work (subject `system`) may. @throws FhirError 409 with rule `minutes-kept` */
export function checkMinutes({ interaction, before, access }: CareWrite): void {
  if (interaction === 'delete' && !isSystem(access) && isEntry(before)) throw kept();
}
