// Schedules, slots and visits for the tests of scheduling, on a server with the demo stories.
// https://hl7.org/fhir/R4/slot.html
import type {
  Appointment,
  Parameters,
  ParametersParameter,
  Resource,
  Schedule,
  Slot,
} from '@medplum/fhirtypes';
import type { Ask } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const OURS = [{ coding: [{ system: `${CB}/CodeSystem/cn-category`, code: 'appointment' }] }];

/** An instant some days from now, at an hour of UTC. */
export const at = (days: number, time = '15:00:00Z'): string =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T${time}`;

export const schedule = (id: string, more: Partial<Schedule> = {}): Schedule => ({
  resourceType: 'Schedule',
  id,
  active: true,
  actor: [{ reference: 'PractitionerRole/cardiologist' }, { reference: 'Location/cedar-hill-office' }],
  serviceType: [{ coding: [{ system: 'http://snomed.info/sct', code: '394579002' }], text: 'Cardiology' }],
  ...more,
});
export const slot = (id: string, of: string, start: string, end: string, more: Partial<Slot> = {}): Slot => ({
  resourceType: 'Slot',
  id,
  schedule: { reference: `Schedule/${of}` },
  status: 'free',
  start,
  end,
  ...more,
});

export const parameters = (...parameter: ParametersParameter[]): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
export const reference = (name: string, target: string): ParametersParameter => ({
  name,
  valueReference: { reference: target },
});

/** A visit as a client proposes it. */
export const visit = (slots: readonly string[], more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'proposed',
  slot: slots.map((id) => ({ reference: `Slot/${id}` })),
  participant: [{ actor: { reference: 'Patient/ana-reyes' }, required: 'required', status: 'needs-action' }],
  ...more,
});

/** A visit of a patient. */
export const visitOf = (
  patient: string,
  slots: readonly string[],
  more: Partial<Appointment> = {},
): Appointment =>
  visit(slots, {
    ...more,
    participant: [{ actor: { reference: patient }, required: 'required', status: 'needs-action' }],
  });

/** Books a visit by $book. */
export const booking =
  (ask: Ask) =>
  (resource: Resource, ...more: ParametersParameter[]) =>
    ask('POST', '/Appointment/$book', parameters({ name: 'appt-resource', resource }, ...more));

/** Name of the rule that an answer was refused by. */
export const ruleOf = ({ body }: { body: { issue?: { details?: { coding?: { code?: string }[] } }[] } }) =>
  body.issue?.[0]?.details?.coding?.[0]?.code;

/** The open tasks of a code about a visit. */
export const tasksOf = async (ask: Ask, visitId: string, code: string) =>
  (
    (await ask('GET', `/Task?focus=Appointment/${visitId}&code=${code}&_sort=_lastUpdated`)).body.entry ?? []
  ).map(({ resource }: { resource: Resource }) => resource);
