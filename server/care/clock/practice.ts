// The service clocks of practice: 60 and 30 days before a training, certification or licence runs out, a supervisor hears of it.
// https://hl7.org/fhir/R4/practitioner-definitions.html#Practitioner.qualification
import type { Practitioner, PractitionerRole, Reference, Task } from '@medplum/fhirtypes';
import { concept, keyOf, ROLE, referenceTo, TASK_CODE, TASK_IDENTIFIER } from '../code.ts';
import { type Held, heldBy, QUALIFICATION } from '../practice/qualification.ts';
import type { Desk } from '../write.ts';
import { type Clock, clock, type Strike } from './clock.ts';

const DAY = 86_400_000;
/** Days before the end. */
const STEPS = [60, 30] as const;
/** Days after the end during which it is still told: what ran out long ago is history. */
const HISTORY = 30;

/** The last of each qualification: one that was renewed runs on. */
function lastOf(practitioner: Practitioner): Held[] {
  const byCode = Map.groupBy(heldBy(practitioner), ({ code }) => code);
  return [...byCode.values()].map((held) => held.reduce((one, two) => (two.until > one.until ? two : one)));
}

const strikesOf = (practitioner: Practitioner): Strike[] =>
  lastOf(practitioner)
    .filter(({ until }) => Number.isFinite(until))
    .flatMap(({ code, until }) =>
      STEPS.map((days) => ({ step: `${code}:${days}`, due: new Date(until - days * DAY) })),
    );

/** The supervisor of the organisation that somebody works for. */
async function supervisorOf(practitioner: Practitioner, desk: Desk): Promise<Reference | undefined> {
  const roles = await desk.find(
    'PractitionerRole',
    `practitioner=${keyOf(practitioner)}&active=true&_sort=-_lastUpdated`,
  );
  const organization = roles.find((role) => role.organization?.reference)?.organization?.reference;
  if (!organization) return undefined;
  const query = `organization=${organization}&role=${ROLE}|supervisor&active=true`;
  const [found]: PractitionerRole[] = await desk.find('PractitionerRole', query);
  return found && referenceTo(found);
}

async function tell(step: string, practitioner: Practitioner, desk: Desk): Promise<void> {
  const [code, days] = step.split(':') as [string, string];
  const held = lastOf(practitioner).find((one) => one.code === code)!;
  const left = (held.until - desk.now.getTime()) / DAY;
  const isPassed = Number(days) === STEPS[0] && left <= STEPS[1];
  if (isPassed || left < -HISTORY) return;
  const owner = await supervisorOf(practitioner, desk);
  const at = desk.now.toISOString();
  desk.create({
    resourceType: 'Task',
    identifier: [{ system: TASK_IDENTIFIER, value: desk.newId() }],
    status: 'requested',
    intent: 'order',
    priority: 'routine',
    code: { ...concept(TASK_CODE, 'credential-renewal'), text: 'Renew a qualification' },
    description:
      'A qualification of a member of staff runs out. See that it is renewed, or give their work to others.',
    focus: referenceTo(practitioner),
    authoredOn: at,
    lastModified: at,
    performerType: [concept(ROLE, 'supervisor')],
    ...(owner && { owner }),
    reasonCode: concept(QUALIFICATION, code),
    restriction: { period: { end: new Date(held.until).toISOString() } },
  } as Task);
}

export const practiceClocks: readonly Clock[] = [
  clock<Practitioner>({
    name: 'credential-renewal',
    type: 'Practitioner',
    strikes: strikesOf,
    strike: tell,
  }),
];
