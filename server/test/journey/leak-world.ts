// Two patients on a real server, one whose record nobody here may see, and a caller for each way of being let near them.
// https://hl7.org/fhir/R4/security.html
import type { Resource } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { saveClients, saveUsers } from '../../auth/index.ts';
import { openPool } from '../../db/pool.ts';
import { systemAccess } from '../../fhir/access.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { another, type Chart, recordOf } from './leak-record.ts';
import type { Form } from './leak-requests.ts';

/** Texts of the other patient's record, as they are and in base64. */
const OTHERS = /zq\d+|zw\d+|zqzq|zwzw|enF6cXpx|end6d3p3|1931-07|9871234567/;
/** Texts of her own that are labelled, and those beside the category of a restricted scope. */
const LABELLED = /zl\d+/;
const UNCATEGORISED = /zr\d+/;

export interface Caller {
  name: string;
  token: string;
  /** What may stand in no answer to them. */
  hidden: readonly RegExp[];
  /** The only type that their scope names. */
  only?: string;
}

const marker = (prefix: string) => {
  let count = 0;
  return () => `${prefix}${++count}`;
};
const HIS = { patient: 'bo', other: 'una', day: '1931-07-13', amount: 9_871_234_567, payor: 'leak-plan-two' };
const lives = {
  one: { ...HIS, mark: marker('zq') },
  other: { ...HIS, day: '1931-07-19', mark: marker('zw') },
};
export type Life = keyof typeof lives;
const una: Chart = {
  patient: 'una',
  other: 'bo',
  mark: marker('own'),
  day: '1987-05-04',
  amount: 12,
  payor: 'leak-plan',
  status: 'one',
};
/** His record, some of it twice: under ids that her record names, and under ids that nothing does. */
const his = (life: Life): Resource[] => {
  const chart: Chart = { ...lives[life], status: life };
  const record = recordOf(chart);
  return [
    ...record,
    ...record.slice(1).map((resource) => another(chart, resource.resourceType, `zq1-${resource.id}`, {})),
  ];
};
export const record = { one: his('one'), other: his('other') };

const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const concept = (text: string) => ({ coding: [{ system: 'urn:leak', code: text }], text });
/** What her record holds beside: labelled content, findings of another category, and the directory that both know. */
const beside = [
  { resourceType: 'Organization', id: 'leak-clinic', name: 'Clinic' },
  { resourceType: 'Organization', id: 'leak-plan', name: 'Plan' },
  { resourceType: 'Organization', id: 'leak-plan-two', name: 'Another plan' },
  { resourceType: 'Practitioner', id: 'leak-doctor', name: [{ family: 'Doctor' }] },
  {
    resourceType: 'PractitionerRole',
    id: 'leak-worker',
    practitioner: { reference: 'Practitioner/leak-doctor' },
  },
  {
    resourceType: 'CareTeam',
    id: 'una-team',
    status: 'active',
    subject: { reference: 'Patient/una' },
    participant: [{ member: { reference: 'PractitionerRole/leak-worker' } }],
  },
  ...['HIV', '42CFRPart2', 'PSYTHPN'].map((code, n) => ({
    resourceType: 'Condition',
    id: `una-labelled-${n}`,
    meta: { security: [{ system: ACT, code }] },
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' },
        ],
      },
    ],
    code: concept(`zl${n}1`),
    subject: { reference: 'Patient/una' },
  })),
  {
    resourceType: 'Task',
    id: 'una-labelled-task',
    meta: { security: [{ system: ACT, code: 'PSY' }] },
    status: 'requested',
    intent: 'order',
    code: concept('zl41'),
    focus: { reference: 'Condition/una-labelled-0' },
    for: { reference: 'Patient/una' },
  },
  {
    resourceType: 'Observation',
    id: 'una-laboratory',
    status: 'final',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: concept('zr1'),
    note: [{ text: 'zr2' }],
    subject: { reference: 'Patient/una' },
  },
  {
    resourceType: 'Group',
    id: 'leak-panel',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/una' } }],
  },
] as unknown as Resource[];
/** A group of both, and resources that were of the one patient before they were of the other. */
const both = (life: Life): Resource[] =>
  [
    {
      resourceType: 'Group',
      id: 'leak-both',
      name: lives[life].mark(),
      type: 'person',
      actual: true,
      member: ['una', 'bo'].map((id) => ({ entity: { reference: `Patient/${id}` } })),
    },
  ] as Resource[];

export interface World {
  server: TestServer;
  callers: readonly Caller[];
  /** Writes his record in one of its lives, or takes it away. */
  live: (life: Life | 'gone') => Promise<void>;
  ask: (form: Form, token: string) => Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** An access token for a demo user or a client. */
export async function tokenOf({ server }: TestServer, body: object): Promise<string> {
  const answer = await server.inject({ method: 'POST', url: '/auth/demo-token', payload: body });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return (answer.json() as { access_token: string }).access_token;
}

/** A resource's place before and after it changed hands. */
const moved = (to: 'una' | 'bo', life: Life): [before: Resource, after: Resource] => {
  const id = to === 'una' ? 'una-was-his' : 'bo-was-hers';
  const of = (chart: Chart) => another(chart, 'Observation', id, {});
  const [hers, theirs] = [of(una), of({ ...lives[life], status: life })];
  return to === 'una' ? [theirs, hers] : [hers, theirs];
};

/** Starts the server with her record, and signs everybody in. */
export async function startWorld(t: Test): Promise<World> {
  const server = await startServer(t, {
    open: false,
    demo: true,
    env: { RATE_LIMIT: '0', AUTH_RATE_LIMIT: '0', DB_CONNECTIONS: '4' },
  });
  const send = async (method: string, path: string[], body?: object): Promise<void> => {
    const query = new URLSearchParams();
    await server.dispatch({ method, path, query, headers: {}, body, access: systemAccess });
  };
  const putAll = (resources: readonly Resource[]) =>
    send('POST', [], {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map((resource) => ({
        resource,
        request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
      })),
    });
  const changing = [...record.one, ...both('one'), ...moved('bo', 'one').slice(1)];
  const live: World['live'] = async (life) => {
    if (life === 'gone') {
      for (const { resourceType, id } of changing.toReversed()) await send('DELETE', [resourceType, id!]);
      return;
    }
    await putAll([...record[life], ...both(life), moved('bo', life)[1]]);
  };
  const [before, after] = moved('una', 'one');
  await putAll([...beside, ...recordOf(una), ...record.one, moved('bo', 'one')[0], before]);
  await putAll([after]);
  await live('one');
  await putAll([{ ...after, id: 'bo-deleted', subject: { reference: 'Patient/bo' } } as Resource]);
  await send('DELETE', ['Observation', 'bo-deleted']);

  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());
  await saveUsers(sql, [
    { username: 'una', name: 'Una', role: 'patient', fhirUser: 'Patient/una' },
    { username: 'worker', name: 'Worker', role: 'chw', fhirUser: 'PractitionerRole/leak-worker' },
    { username: 'companion', name: 'Companion', role: 'peer', fhirUser: 'PractitionerRole/leak-worker' },
  ]);
  const metadata = {
    redirect_uris: [],
    grant_types: [],
    response_types: [],
    token_endpoint_auth_method: 'none',
  };
  await saveClients(sql, [
    {
      id: 'leak-payer',
      name: 'p',
      role: 'payer-system',
      members: [{ by: 'payor', payor: 'Organization/leak-plan' }],
      scope: 'system/*.cruds',
      metadata,
    },
    {
      id: 'leak-quality',
      name: 'q',
      role: 'quality-system',
      members: [{ by: 'group', group: 'Group/leak-panel' }],
      scope: 'system/*.cruds',
      metadata,
    },
  ]);
  const caller = async (name: string, body: object, ...hidden: RegExp[]): Promise<Caller> => ({
    name,
    token: await tokenOf(server, body),
    hidden: [OTHERS, ...hidden],
  });
  const launched = { patient: 'una', scope: 'patient/*.cruds' };
  const narrow = `patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs`;
  const callers = [
    await caller('a nurse in her chart', { user: 'nurse', ...launched }, LABELLED),
    await caller('a navigator in her chart', { user: 'navigator', ...launched }, LABELLED),
    await caller('a physician in her chart', { user: 'physician', ...launched }, LABELLED),
    await caller('the patient herself', { user: 'una', scope: 'user/*.cruds' }),
    await caller('a community health worker', { user: 'worker', scope: 'user/*.cruds' }, LABELLED),
    await caller('a peer', { user: 'companion', scope: 'user/*.cruds' }, LABELLED),
    await caller('her payer', { client: 'leak-payer' }, LABELLED),
    await caller('a quality system', { client: 'leak-quality' }, LABELLED),
    {
      ...(await caller(
        'one category of her findings',
        { user: 'nurse', patient: 'una', scope: narrow },
        LABELLED,
        UNCATEGORISED,
      )),
      only: 'Observation',
    },
  ];
  const ask: World['ask'] = async (form, token) => {
    const { method, url, body, headers } = form;
    const answer = await server.server.inject({
      method: method as 'GET',
      url: `/fhir${url}`,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        authorization: `Bearer ${token}`,
        ...headers,
      },
      ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    // Audit events of the answers before are still being stored.
    if (answer.statusCode === 503) return ask(form, token);
    return { status: answer.statusCode, headers: answer.headers, body: answer.body };
  };
  return { server, callers, live, ask };
}

/** What is hidden from a caller and stands in an answer although the request did not say it. */
export function leaksIn(form: Form, text: string, hidden: readonly RegExp[]): string[] {
  const asked = `${decodeURIComponent(form.url)} ${JSON.stringify(form.body ?? '')} ${JSON.stringify(form.headers ?? '')}`;
  const decoded = typeof form.body === 'string' ? decodeURIComponent(form.body) : '';
  const cursors = [...text.matchAll(/_cursor=([\w%.-]+)/g)].map(([, cursor]) =>
    Buffer.from(decodeURIComponent(cursor!).replace(/\..*/, ''), 'base64url').toString('latin1'),
  );
  const told = [text.replace(/_cursor=[\w%.-]+/g, ''), ...cursors].join(' ');
  return hidden.flatMap((pattern) =>
    [...told.matchAll(new RegExp(pattern, 'g'))]
      .map(([mark]) => mark)
      .filter((mark) => !asked.includes(mark) && !decoded.includes(mark)),
  );
}

/** An answer without what tells only when it was made, or how it was asked for. */
export const settled = ({ status, headers, body }: Answer): string =>
  `${status} ${headers.etag ?? ''} ${headers.location ?? ''} ${headers['last-modified'] ? 'dated' : ''} ${body}`
    .replace(/_cursor=[\w%.-]+/g, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');
