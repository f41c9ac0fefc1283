// What a referral of Ana is made of, and the users of the demo who carry it, for the journeys of referrals.
// https://hl7.org/fhir/R4/workflow-management.html
import type {
  Appointment,
  Bundle,
  Communication,
  DocumentReference,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
export const LOINC = 'http://loinc.org';
export const system = (id: string) => `${CB}/CodeSystem/${id}`;
export const extension = (id: string) => `${CB}/StructureDefinition/${id}`;
export const concept = (from: string, code: string) => ({ coding: [{ system: from, code }] });
export const EPISODE = { system: `${CB}/identifier/episode`, value: '0a1b6c52-3d7e-4f60-9a11-000000000001' };
export const ANA = { reference: 'Patient/ana-reyes' };

export const ruleOf = ({ body }: Answer): string | undefined => body?.issue?.[0]?.details?.coding?.[0]?.code;
export const codeOf = (task: Task, from: string): string | undefined =>
  task.businessStatus?.coding?.find((coding) => coding.system === from)?.code;
export const standing = (task: Task) => [
  task.status,
  codeOf(task, system('cn-referral-stage')),
  codeOf(task, BSER),
];

let count = 0;
export const order = (category: string, more: Partial<ServiceRequest> = {}): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  requisition: EPISODE,
  status: 'active',
  intent: 'order',
  category: [concept(system('cn-category'), category)],
  code: concept('http://snomed.info/sct', '306278007'),
  subject: ANA,
  authoredOn: new Date(Date.now() - 60_000).toISOString(),
  requester: { reference: 'PractitionerRole/physician' },
  performer: [{ reference: 'Organization/cedar-hill-cardiology' }],
  reasonReference: [{ reference: 'Condition/ana-diabetes' }],
  ...more,
});
export const visit = (request: string, status: Appointment['status'] = 'booked'): Appointment => {
  const start = new Date(Date.UTC(2031, 0, 6 + ++count, 15));
  return {
    resourceType: 'Appointment',
    status,
    serviceCategory: [concept(system('cn-category'), 'appointment')],
    start: start.toISOString(),
    end: new Date(start.getTime() + 1_800_000).toISOString(),
    basedOn: [{ reference: request }],
    participant: [{ actor: ANA, required: 'required', status: 'accepted' }],
  };
};
export const note = (request: string, more: Partial<DocumentReference> = {}): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  docStatus: 'final',
  type: concept(LOINC, '34879-7'),
  subject: ANA,
  date: new Date().toISOString(),
  content: [{ attachment: { contentType: 'text/plain', data: 'QWxsIHdlbGwu' } }],
  context: { related: [{ reference: request }] },
  ...more,
});
export const contact = (
  request: string,
  more: { outcome?: string; interactive?: boolean } = {},
): Communication => ({
  resourceType: 'Communication',
  status: 'completed',
  extension: [
    { url: extension('direction'), valueCode: 'outbound' },
    { url: extension('channel'), valueCode: 'phone' },
    { url: extension('contact-outcome'), valueCode: more.outcome ?? 'reached' },
    { url: extension('interactive'), valueBoolean: more.interactive ?? true },
  ],
  category: [concept(system('cn-category'), 'contact')],
  subject: ANA,
  about: [{ reference: request }],
  sent: new Date().toISOString(),
  recipient: [ANA],
  sender: { reference: 'PractitionerRole/nurse' },
});

export const output = (code: string, value: object) => ({
  type: concept(system('cn-task-parameter'), code),
  ...value,
});
export const done = (): Partial<Task> => ({
  status: 'completed',
  executionPeriod: { start: new Date(Date.now() - 1000).toISOString(), end: new Date().toISOString() },
  output: [output('outcome', { valueString: 'Done' })],
});

export type Stored<T> = T & { id: string };

/** A server with the demo, and what its users do on it. */
export async function startReferrals(t: Test) {
  const server = await startServer(t, { open: false, demo: true });
  const as = async (name: string): Promise<Ask> => {
    const payload = name === 'ehr' ? { client: name } : { user: name };
    const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
    const { access_token } = answer.json() as { access_token: string };
    return asking(server, { authorization: `Bearer ${access_token}` });
  };
  const [physician, nurse, navigator, ehr] = [
    await as('physician'),
    await as('nurse'),
    await as('navigator'),
    await as('ehr'),
  ];

  const stored = async <T extends Resource>(ask: Ask, method: string, resource: T): Promise<Stored<T>> => {
    const path = `/${resource.resourceType}${method === 'PUT' ? `/${resource.id}` : ''}`;
    const answer = await ask(method, path, resource);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as Stored<T>;
  };
  const search = async <T extends Resource>(query: string): Promise<T[]> => {
    const { status, body } = await nurse('GET', `/${query}`);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return ((body as Bundle).entry ?? []).map(({ resource }) => resource as T);
  };
  /** The tasks about an order that have a code of cn-task-code. */
  const tasksOf = async (request: string, code?: string): Promise<Stored<Task>[]> => {
    const of = code ? `&code=${system('cn-task-code')}|${code}` : '';
    return search<Stored<Task>>(`Task?based-on=${request}${of}`);
  };
  /** The only one. */
  const theTask = async (request: string, code: string): Promise<Stored<Task>> => {
    const found = await tasksOf(request, code);
    if (found.length !== 1) throw new Error(`${found.length} tasks with ${code}`);
    return found[0]!;
  };
  const present = async <T extends Resource>(reference: string): Promise<Stored<T>> =>
    (await nurse('GET', `/${reference}`)).body as Stored<T>;
  const move = async (ask: Ask, { id }: Task, more: Partial<Task>): Promise<Answer> =>
    ask('PUT', `/Task/${id}`, { ...(await present<Task>(`Task/${id}`)), ...more });
  const moveAlong = async (task: Task, statuses: readonly Task['status'][]): Promise<void> => {
    for (const status of statuses) {
      const answer = await move(nurse, task, { status });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    }
  };
  /** An order of the physician, with the task that follows it. */
  const ordered = async (category = 'referral', code = 'coord-referral'): Promise<[string, Stored<Task>]> => {
    const { id } = await stored(physician, 'POST', order(category));
    const request = `ServiceRequest/${id}`;
    return [request, await theTask(request, code)];
  };
  /** One that its recipient has accepted. */
  const accepted = async (category?: string, code?: string): Promise<[string, Stored<Task>]> => {
    const [request, follow] = await ordered(category, code);
    await moveAlong(follow, ['requested', 'received', 'accepted']);
    return [request, follow];
  };
  /** The physician takes the review on and completes it. */
  const reviewed = async (review: Task): Promise<Answer> => {
    await move(physician, review, { status: 'accepted' });
    const { output: _none, ...rest } = done();
    return move(physician, review, rest);
  };
  const lay = laying(server);
  return {
    ...{ physician, nurse, navigator, ehr, lay, server },
    ...{ stored, search, tasksOf, theTask, present, move, moveAlong, ordered, accepted, reviewed },
  };
}
