// What every answer to hostile input has to keep: no failure of the server, in time, an outcome that says what to do and tells
// nothing, and nothing written by what was refused.
import type { Test } from 'tap';
import { openPool } from '../../db/pool.ts';
import { xmlToJson } from '../../fhir/xml-read.ts';
import { inconsistencies } from '../consistency.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

/** Milliseconds in which everything is answered. */
const LIMIT = 2_000;
/** Stands in stored resources, and in nothing that is sent afterwards: an outcome that has it tells of others. */
const SECRET = 'Quonzelwax';
/** What only a stack, a statement or the database's own messages contain. */
const INTERNAL =
  /\bat (?:async )?\S+ \((?:file|node|\/)|\.ts:\d+|node_modules|\bselect \w+\.|index_(?:token|string|date)|\bpg_[a-z]|syntax error/;
const SEVERITIES = new Set(['fatal', 'error', 'warning', 'information']);

/** A request as `inject` takes it. */
export interface Sent {
  method: string;
  url: string;
  headers?: Record<string, string | string[]> | undefined;
  payload?: string | Buffer | undefined;
}
export interface Answered {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  /** Milliseconds. */
  took: number;
}

export interface Hostile extends TestServer {
  /** Sends a request and checks what every answer has to keep. @throws Error that shows the request */
  send: (request: Sent) => Promise<Answered>;
  /** Sends GET. @param path below the FHIR base */
  get: (path: string) => Promise<Answered>;
  /** Versions that were ever written. */
  changes: () => Promise<number>;
  /** Asserts that the server still answers and that the database agrees with itself. */
  settle: (t: Test) => Promise<void>;
}

const shown = ({ method, url, headers, payload }: Sent): string =>
  `${method} ${url.slice(0, 600)} ${JSON.stringify(headers ?? {}).slice(0, 300)} ${String(payload ?? '').slice(0, 600)}`;

/** What is wrong with an answer of 400 or more. */
function wrongOutcome({ headers, body }: Answered): string | undefined {
  const type = String(headers['content-type']);
  if (!/^(?:application\/(?:fhir\+)?|text\/)(?:json|xml)/.test(type)) return `media type ${type}`;
  const outcome = JSON.parse(type.includes('xml') ? xmlToJson(body) : body);
  if (outcome.resourceType !== 'OperationOutcome' || !outcome.issue?.length) return 'no outcome';
  for (const { severity, code, diagnostics } of outcome.issue) {
    if (!SEVERITIES.has(severity) || !code || !diagnostics)
      return 'an issue without severity, code or diagnostics';
    if (diagnostics.length > 4_200) return `diagnostics of ${diagnostics.length} characters`;
  }
  if (body.includes(SECRET)) return 'it tells what is stored';
  if (INTERNAL.test(body)) return `it tells of the inside: ${INTERNAL.exec(body)![0]}`;
  return undefined;
}

function wrong(request: Sent, answer: Answered): string | undefined {
  const { status, headers, took } = answer;
  if (took > LIMIT) return `took ${Math.round(took)} ms`;
  if (status >= 500 && !(status === 503 && headers['retry-after'])) return `status ${status}`;
  return status >= 400 && request.method !== 'HEAD' ? wrongOutcome(answer) : undefined;
}

const resources = ['a', 'b', 'c'].flatMap((id) => [
  {
    resourceType: 'Patient',
    id,
    active: true,
    birthDate: '1970-01-01',
    identifier: [{ system: 'http://hospital.example/mrn', value: id }],
    name: [{ family: SECRET, given: ['A'] }],
    generalPractitioner: [{ reference: 'Practitioner/p' }],
  },
  {
    resourceType: 'Task',
    id,
    status: 'requested',
    intent: 'order',
    description: SECRET,
    for: { reference: `Patient/${id}` },
    owner: { reference: 'Practitioner/p' },
  },
  {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${id}` },
    effectiveDateTime: '2026-03-14T09:30:00Z',
    valueQuantity: { value: 72.5, system: 'http://unitsofmeasure.org', code: '/min' },
  },
]);
const others = [
  { resourceType: 'Practitioner', id: 'p', name: [{ family: SECRET }] },
  {
    resourceType: 'Location',
    id: 'l',
    status: 'active',
    name: SECRET,
    position: { longitude: 8.5, latitude: 47.4 },
  },
  {
    resourceType: 'List',
    id: 'l',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: 'Patient/a' } }],
  },
];

/** Starts an open server with a few resources that refer to each other. */
export async function startHostile(t: Test, env: Record<string, string> = {}): Promise<Hostile> {
  const server = await startServer(t, { env });
  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());
  let slowest = { took: 0, request: '' };
  const ask = async (request: Sent): Promise<Answered> => {
    const started = performance.now();
    const { statusCode, headers, body } = await server.server.inject(
      request as { method: 'GET'; url: string },
    );
    return { status: statusCode, headers, body, took: performance.now() - started };
  };
  const send = async (request: Sent): Promise<Answered> => {
    let answer = await ask(request);
    // What is slow by itself is slow again; what waited for another program is not.
    if (answer.took > LIMIT) answer = await ask(request);
    if (answer.took > slowest.took) slowest = { took: answer.took, request: shown(request).slice(0, 200) };
    const problem = wrong(request, answer);
    if (problem)
      throw new Error(`${problem}: ${shown(request)}\n${answer.status} ${answer.body.slice(0, 600)}`);
    return answer;
  };
  const entry = [...others, ...resources].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  const payload = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  const headers = { 'content-type': 'application/fhir+json' };
  const { status, body } = await send({ method: 'POST', url: '/fhir', headers, payload });
  if (status !== 200) throw new Error(`The resources were not stored: ${body.slice(0, 500)}`);
  const changes = async () => (await sql`select count(*)::int as n from change`)[0]!.n as number;
  return {
    ...server,
    send,
    get: (path) => send({ method: 'GET', url: `/fhir/${path}` }),
    changes,
    settle: async (t) => {
      t.equal(
        (await send({ method: 'GET', url: '/fhir/Location/l' })).status,
        200,
        'the server still answers',
      );
      t.same(await inconsistencies(server.databaseUrl, server.url), [], 'the database agrees with itself');
      t.comment(`slowest: ${Math.round(slowest.took)} ms, ${slowest.request}`);
    },
  };
}
