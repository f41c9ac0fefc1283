// People for stories about service clocks: an organisation with a supervisor and a navigator, and somebody who is enrolled.
import type { Bundle, Communication, Resource, Task } from '@medplum/fhirtypes';
import type { Answer, Ask } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const concept = (system: string, code: string) => ({
  coding: [{ system: `${CB}/CodeSystem/${system}`, code }],
});
export const extension = (id: string, value: object) => ({
  url: `${CB}/StructureDefinition/${id}`,
  ...value,
});

const role = (id: string, code: string): Resource =>
  ({
    resourceType: 'PractitionerRole',
    id,
    active: true,
    practitioner: { reference: `Practitioner/${id}` },
    organization: { reference: 'Organization/house' },
    code: [concept('cn-role', code)],
    telecom: [{ system: 'phone', value: '1' }],
  }) as Resource;

/** What a story begins with. `ana` is enrolled, `ben` is not. */
export const people: readonly Resource[] = [
  { resourceType: 'Organization', id: 'house', active: true, name: 'House' } as Resource,
  ...['supervisor', 'navigator', 'nurse'].map(
    (id) => ({ resourceType: 'Practitioner', id, name: [{ family: id }] }) as Resource,
  ),
  role('supervisor', 'supervisor'),
  role('navigator', 'navigator'),
  role('nurse', 'rn'),
  ...['ana', 'ben'].map((id) => ({ resourceType: 'Patient', id, name: [{ family: id }] }) as Resource),
  {
    resourceType: 'RelatedPerson',
    id: 'sister',
    patient: { reference: 'Patient/ana' },
  } as Resource,
  {
    resourceType: 'EpisodeOfCare',
    id: 'ana',
    status: 'active',
    identifier: [{ system: `${CB}/identifier/episode`, value: 'episode-ana' }],
    patient: { reference: 'Patient/ana' },
    managingOrganization: { reference: 'Organization/house' },
    period: { start: '2026-01-01' },
  } as Resource,
  {
    resourceType: 'CareTeam',
    id: 'ana',
    status: 'active',
    subject: { reference: 'Patient/ana' },
    participant: [
      { role: [concept('cn-role', 'navigator')], member: { reference: 'PractitionerRole/navigator' } },
    ],
  } as Resource,
];

/** A task of navigation for Ana; `more` replaces. */
export const taskOf = (code: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  identifier: [{ system: `${CB}/identifier/task`, value: code }],
  groupIdentifier: { system: `${CB}/identifier/episode`, value: 'episode-ana' },
  status: 'requested',
  intent: 'order',
  priority: 'routine',
  code: concept('cn-task-code', code),
  description: 'Do it.',
  for: { reference: 'Patient/ana' },
  requester: { reference: 'PractitionerRole/navigator' },
  owner: { reference: 'PractitionerRole/navigator' },
  ...more,
});
export const due = (end: string): Pick<Task, 'restriction'> => ({ restriction: { period: { end } } });

/** A question of Ana's by portal. */
export const question = (more: Partial<Communication> = {}): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  category: [concept('cn-category', 'contact')],
  extension: [
    extension('direction', { valueCode: 'inbound' }),
    extension('channel', { valueCode: 'portal' }),
  ],
  subject: { reference: 'Patient/ana' },
  sender: { reference: 'Patient/ana' },
  topic: concept('cn-query-topic', 'coverage'),
  sent: '2026-03-03T15:00:00Z',
  payload: [{ contentString: 'Is the eye doctor covered?' }],
  ...more,
});

/** The body of an answer that has to have a status. @throws Error that tells the answer */
export function expecting<T>(status: number, answer: Answer): T {
  if (answer.status !== status) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

/** All resources that a search finds. */
export async function found<T extends Resource>(ask: Ask, path: string): Promise<T[]> {
  const bundle = expecting<Bundle<T>>(200, await ask('GET', path));
  return (bundle.entry ?? []).map(({ resource }) => resource!);
}

/** What supervisors were told about a task. */
export const lateWork = (ask: Ask, id: string): Promise<Task[]> =>
  found<Task>(ask, `/Task?focus=Task/${id}&code=late-work&_count=100`);
