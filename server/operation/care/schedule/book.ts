// Appointment/$book (ours, after the Argonaut scheduling guide): takes the slots of a visit and books it, or books nothing.
// https://hl7.org/fhir/R4/appointment.html
import type {
  Appointment,
  CodeableConcept,
  HealthcareService,
  Patient,
  Practitioner,
  PractitionerRole,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import { keyOf } from '../../../care/code.ts';
import { tailOf } from '../../../care/reference.ts';
import { booked, interpreterFor } from '../../../care/schedule/book.ts';
import { calledOff } from '../../../care/schedule/reschedule.ts';
import { type Need, needOf, patientOf } from '../../../care/schedule/visit.ts';
import type { Desk } from '../../../care/write.ts';
import { reach } from '../../../fhir/access.ts';
import { badRequest, issue, notFound, unprocessable } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import { resourceBody } from '../../../interaction/body.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { currentFor } from '../../../interaction/current.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import { resourceOf } from '../../../store/index.ts';
import { type Given, readGiven } from './parameters.ts';

const PARAMETERS = {
  'appt-resource': { kind: 'resource' },
  patient: { kind: 'Reference', types: ['Patient'] },
  'interpreter-language': { kind: 'CodeableConcept' },
  transport: { kind: 'CodeableConcept' },
  'rescheduled-from': { kind: 'Reference', types: ['Appointment'] },
  reason: { kind: 'CodeableConcept' },
  comment: { kind: 'string' },
} as const;

/** The visit as it was sent. @throws FhirError 400 without one, 422 when it is no right Appointment or names no slot */
function visitIn(context: Context, asked: Given<typeof PARAMETERS>): Appointment {
  const sent = asked.one('appt-resource');
  if (!sent)
    throw badRequest(
      '$book needs the parameter appt-resource: the Appointment that is to be booked, as $find proposes it.',
      'Parameters.parameter',
    );
  const visit = resourceBody({ body: sent }, 'Appointment') as Appointment;
  const wrong = context.validator
    .validate(visit)
    .filter(({ severity }) => severity === 'error' || severity === 'fatal');
  if (wrong.length) throw unprocessable(wrong);
  const expression = 'Appointment.slot';
  if (!visit.slot?.some(({ reference }) => reference))
    throw unprocessable([
      issue('required', 'A visit is booked in slots: name at least one. $find proposes some.', expression),
    ]);
  return visit;
}

/** `Appointment/…` that the caller may change. @throws FhirError 403, 404 */
async function changeable(
  context: Context,
  reference: string | undefined,
  { access, executor }: FhirRequest,
): Promise<void> {
  if (!reference) return;
  checkScope(access, 'Appointment', 'u');
  const id = reference.slice('Appointment/'.length);
  const current = await currentFor(context, ['Appointment', id], access, 'u', executor);
  if (!current || current.deleted)
    throw notFound(`There is no ${reference}, or your access does not cover it.`);
}

/** The patient of a visit, if the caller may read them. */
async function readablePatient(
  { store, search, base }: Context,
  reference: string | undefined,
  { access, executor }: FhirRequest,
): Promise<Patient | undefined> {
  const local = localReference(reference ?? '', base);
  if (local?.type !== 'Patient' || reach(access, 'Patient', 'r') === 'none') return undefined;
  const visibility = search.visibility(access, 'r', ['Patient']);
  const found = await store.read('Patient', local.id, visibility, executor);
  return found && !found.deleted ? (resourceOf(found) as Patient) : undefined;
}

/** The languages that those speak whom schedules belong to. */
async function spokenBy(schedules: readonly Schedule[], desk: Desk): Promise<CodeableConcept[]> {
  const spoken: CodeableConcept[] = [];
  for (const actor of schedules.flatMap((schedule) => schedule.actor)) {
    const key = tailOf(actor);
    if (!key || !/^(Practitioner|PractitionerRole|HealthcareService)\//.test(key)) continue;
    const found = await desk.read<Practitioner | PractitionerRole | HealthcareService>(key);
    const person =
      found?.resourceType === 'PractitionerRole'
        ? await desk.read<Practitioner>(found.practitioner?.reference ?? '')
        : found;
    if (person && 'communication' in person) spoken.push(...(person.communication ?? []));
  }
  return spoken;
}

/** The slots of a visit, locked in one order, with their schedules. A slot that is not there is refused as a reference to nothing. */
async function timesOf(visit: Appointment, desk: Desk): Promise<{ slots: Slot[]; schedules: Schedule[] }> {
  const slots: Slot[] = [];
  const schedules = new Map<string, Schedule>();
  const references = (visit.slot ?? []).flatMap(({ reference }) => reference ?? []);
  for (const reference of [...new Set(references)].sort()) {
    const slot = await desk.lock<Slot>(reference);
    if (slot?.resourceType !== 'Slot') continue;
    slots.push(slot);
    const schedule = await desk.read<Schedule>(slot.schedule.reference ?? '');
    if (schedule) schedules.set(keyOf(schedule), schedule);
  }
  return { slots, schedules: [...schedules.values()] };
}

/** 201 with the visit, 200 when it was stored before; 400, 403, 404, 409 when it cannot be booked, 422. */
export async function book(context: Context, request: FhirRequest): Promise<Result> {
  checkParameters(request);
  const asked = readGiven(request, '$book', PARAMETERS, context.base);
  const visit = visitIn(context, asked);
  const replaces = asked.one('rescheduled-from');
  const stored = visit.id && `Appointment/${visit.id}`;
  checkScope(request.access, 'Appointment', stored ? 'u' : 'c');
  await changeable(context, stored, request);
  await changeable(context, replaces, request);
  const patient = patientOf(visit) ?? asked.one('patient');
  const person = await readablePatient(context, patient, request);
  const { value, result } = await carryOut(context, request, async (_unit, desk) => {
    if (replaces) {
      const old = await desk.lock<Appointment>(replaces);
      const ended = old && calledOff(old, asked.one('reason'));
      if (ended && ended !== old) desk.update(ended);
    }
    if (stored) await desk.lock(stored);
    const { slots, schedules } = await timesOf(visit, desk);
    const language = asked.one('interpreter-language') ?? (await takenOver(desk, person, visit, schedules));
    const transport = asked.one('transport');
    const needs: Partial<Record<Need, CodeableConcept>> = {
      ...(language && { interpreter: language }),
      ...(transport && { transport }),
    };
    const comment = asked.one('comment');
    const made = booked({ visit, slots, schedules, patient, needs, replaces, comment }, desk.now);
    if (!stored) return keyOf(desk.create(made));
    desk.update(made);
    return stored;
  });
  return result(value, stored ? 200 : 201);
}

/** The language of an interpreter as the patient's record asks for one, where the visit says nothing of it. */
const takenOver = async (
  desk: Desk,
  person: Patient | undefined,
  visit: Appointment,
  schedules: readonly Schedule[],
): Promise<CodeableConcept | undefined> =>
  person && !needOf(visit, 'interpreter')
    ? interpreterFor(person, await spokenBy(schedules, desk))
    : undefined;
