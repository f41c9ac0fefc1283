// Writes a booking: the visit first, then what it means for the task; a second try does not book twice.
// https://hl7.org/fhir/R4/appointment.html
import type { Appointment, CodeableConcept, Patient, Task } from '@medplum/fhirtypes';
import { bookInput, calledOff, languageOf, reasonConcept } from '../../fhir/booking.ts';
import type { Client } from '../../fhir/client.ts';
import { outcomeConcept } from '../../fhir/outcomes.ts';
import { parameter } from '../../fhir/parameter.ts';
import { onlyPlace } from '../../fhir/practices.ts';
import { settle } from '../../fhir/settle.ts';
import { familyCode } from '../../fhir/task.ts';
import { agreedVisit, waitListed } from '../../fhir/visit.ts';
import { USUAL } from './agreed.tsx';
import type { Form } from './index.tsx';
import { languageConcept } from './language.ts';
import { AGREED, BY_RECORD, WAIT } from './plan.ts';
import { reasonIn } from './reason.tsx';
import { askedLanguage, type Words } from './said.ts';

/** The task that a booking completes. */
const COMPLETED = 'nav-schedule';

/** What has been written so far. */
export interface Done {
  visit?: Appointment;
}

interface Given {
  form: Form;
  patient: Patient;
  task: Task | undefined;
  words: Words;
  now: Date;
}

/** What the person needs, as concepts. @param onList whether it is kept for later: the server then takes nothing from the record by itself */
function needsIn({ form: { plan }, patient, words }: Given, onList: boolean) {
  const tag = askedLanguage(plan.interpreter);
  const own = onList && plan.interpreter === BY_RECORD ? languageOf(patient).language : undefined;
  const interpreter: CodeableConcept | undefined = tag ? languageConcept(tag) : own;
  return { interpreter, transport: words.ride ? { text: words.ride } : undefined };
}

/** Books the visit that was chosen, in place of another where one is moved. */
function book(client: Client, given: Given): Promise<Appointment> {
  const { form, words } = given;
  const { plan, visit, draft } = form;
  const waiting = plan.visit?.status === 'waitlist' ? plan.visit : undefined;
  const replaces = waiting ? undefined : plan.visit;
  const input = bookInput(visit!, {
    ...needsIn(given, false),
    ...{ waiting, replaces },
    order: plan.mode === 'new' ? plan.order : undefined,
    description: plan.visit?.description ?? plan.orderText,
    isFirst: plan.isFirst && plan.mode === 'new',
    comment: draft.comment.trim(),
    reason: reasonConcept(reasonIn(draft.reason), words.reason),
  });
  return client.operation<Appointment>('Appointment/$book', { input });
}

/** What a visit says that is in no calendar of ours. */
async function outside(client: Client, given: Given) {
  const { form, patient } = given;
  const { plan, draft } = form;
  return {
    ...needsIn(given, true),
    patient: `Patient/${patient.id}`,
    order: plan.order,
    description: plan.visit?.description ?? plan.orderText,
    place: plan.practice ? await onlyPlace(client, plan.practice) : undefined,
    comment: draft.comment.trim(),
  };
}

/** Puts the patient on the wait list; a visit that is moved stays until another is found. */
async function wait(client: Client, given: Given): Promise<Appointment> {
  const { form, now } = given;
  if (form.plan.visit?.status === 'waitlist') return form.plan.visit;
  return client.create(waitListed({ ...(await outside(client, given)), from: form.from }, now));
}

/** Writes down the time that was agreed with the practice. */
async function agree(client: Client, given: Given): Promise<Appointment> {
  const { plan, draft } = given.form;
  const waiting = plan.visit?.status === 'waitlist' ? plan.visit : undefined;
  const visit = agreedVisit(
    {
      ...(await outside(client, given)),
      ...{ waiting, performer: plan.performer },
      replaces: waiting ? undefined : plan.visit,
      start: new Date(draft.agreed!),
      minutes: draft.minutes ?? USUAL,
      isFirst: plan.isFirst && plan.mode === 'new',
    },
    given.now,
  );
  if (waiting) return client.update(visit);
  const old = plan.visit;
  if (old?.status !== 'booked') return client.create(visit);
  const reason = reasonConcept(reasonIn(draft.reason), given.words.reason);
  const made = await client.transaction([
    {
      resource: calledOff(old, reason),
      request: {
        method: 'PUT',
        url: `Appointment/${old.id}`,
        ...(old.meta?.versionId && { ifMatch: `W/"${old.meta.versionId}"` }),
      },
    },
    { resource: visit, request: { method: 'POST', url: 'Appointment' } },
  ]);
  const [, id = ''] = /Appointment\/([^/]+)/.exec(made[1]?.response?.location ?? '') ?? [];
  return client.read('Appointment', id);
}

const WRITE: Readonly<Record<string, typeof wait>> = { [WAIT]: wait, [AGREED]: agree };

/** @param done is told what has been written */
export async function carryOut(client: Client, done: Done, given: Given): Promise<void> {
  const { form, task, words } = given;
  const { plan, slot, draft } = form;
  if (plan.mode === 'off') {
    await client.update(calledOff(plan.visit!, reasonConcept(reasonIn(draft.reason), words.reason)));
    return;
  }
  done.visit ??= await (WRITE[slot] ?? book)(client, given);
  if (!task || familyCode(task) !== COMPLETED) return;
  await settle(client, task.id!, [
    {
      type: parameter('appointment', 'Appointment'),
      valueReference: { reference: `Appointment/${done.visit.id}` },
    },
    {
      type: parameter('outcome', 'Outcome'),
      valueCodeableConcept: outcomeConcept(slot === WAIT ? 'waitlist' : 'booked', words.outcome),
    },
  ]);
}
