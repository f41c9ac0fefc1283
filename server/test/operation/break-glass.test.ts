// $break-glass: who may open a chart in an emergency, for how long, and what is kept of it.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG)
import t from 'tap';
import { type Access, emptyPolicy, systemAccess } from '../../fhir/access.ts';
import type { FhirRequest } from '../../interaction/context.ts';
import { breakGlass } from '../../operation/break-glass.ts';
import { advertised, type OperationContext, routeOperation } from '../../operation/index.ts';
import { createBreakGlass } from '../../store/break-glass.ts';
import { asking, startServer } from '../helpers/server.ts';
import { openStorage, scope } from '../search/storage.ts';

const s = await openStorage(t);
const context = { ...s, breakGlass: createBreakGlass(s.sql, s.ridOf) } as unknown as OperationContext;
await s.save([
  { resourceType: 'Patient', id: 'ana' },
  { resourceType: 'Patient', id: 'gone' },
]);
await s.remove('Patient', 'gone');

const REASON = 'Unconscious at the front desk';
const nurse: Access = {
  subject: 'nick',
  client: 'app',
  fhirUser: 'PractitionerRole/nurse',
  role: 'rn',
  scopes: [scope('user', 'Patient', 'rs')],
  policy: { ...emptyPolicy('rn'), breakGlassMinutes: 30 },
};
const reason = (valueString: unknown = REASON) => ({ name: 'reason', valueString });
const minutes = (valuePositiveInt: unknown) => ({ name: 'minutes', valuePositiveInt });
const request = (access: Access, parameter: unknown, id = 'ana', query = ''): FhirRequest => ({
  method: 'POST',
  path: ['Patient', id, '$break-glass'],
  query: new URLSearchParams(query),
  headers: {},
  body: { resourceType: 'Parameters', parameter },
  access,
});

interface Failure {
  status: number;
  issues: { severity: string; code: string; diagnostics: string; expression?: string[]; details?: object }[];
}
const failureOf = async (asked: FhirRequest): Promise<Failure> => {
  try {
    const result = await breakGlass(context, asked);
    throw new Error(`answered ${JSON.stringify(result)}`);
  } catch (error) {
    return error as Failure;
  }
};
const rows = async () =>
  (await s.sql`select subject, patient, until, reason, at from break_glass order by subject, at`).map(
    (row) => ({
      ...row,
    }),
  );

t.afterEach(async () => {
  await s.sql`delete from break_glass`;
});

t.test('A user whose role may open charts gets the instant until which it is open', async (t) => {
  const before = Date.now();
  const result = await routeOperation(context, request(nurse, [reason(), minutes(12)]));
  t.equal(result.status, 200);
  const { resourceType, parameter } = (result as { json: object }).json as {
    resourceType: string;
    parameter: { name: string; valueInstant: string }[];
  };
  t.equal(resourceType, 'Parameters');
  t.equal(parameter.length, 1);
  t.equal(parameter[0]!.name, 'until');
  const until = Date.parse(parameter[0]!.valueInstant);
  t.ok(Math.abs(until - before - 12 * 60_000) < 10_000, parameter[0]!.valueInstant);
  const [row] = await rows();
  t.match(row, { subject: 'nick', patient: s.ridOf('Patient/ana'), reason: REASON });
  t.equal((row!.until as Date).getTime() - (row!.at as Date).getTime(), 12 * 60_000);
});

t.test(
  'Without minutes it is open as long as the role allows; what is opened again has a new end, and each opening is kept',
  async (t) => {
    await breakGlass(context, request(nurse, [reason(), minutes(5)]));
    await breakGlass(context, request(nurse, [reason('Needed by the ambulance crew')]));
    const [first, row, ...more] = await rows();
    t.same(more, []);
    t.equal(first!.reason, REASON);
    t.same(first!.until, row!.at, 'the opening before ended');
    t.equal((row!.until as Date).getTime() - (row!.at as Date).getTime(), 30 * 60_000);
    t.equal(row!.reason, 'Needed by the ambulance crew');
  },
);

t.test('Who may not is refused with 403 and the rule', async (t) => {
  const { fhirUser: _, role: __, ...client } = nurse;
  const cases: [string, Access, string, RegExp][] = [
    [
      'a role that may not',
      { ...nurse, policy: emptyPolicy('rn') },
      'break-glass',
      /policy of the role rn does not/,
    ],
    ['a client without a user', client, 'break-glass', /Only a user who has signed in/],
    [
      'no scope for patients',
      { ...nurse, scopes: [scope('user', 'Task', 'rs')] },
      'scope',
      /user\/Patient\.r/,
    ],
    [
      'a launch on another chart',
      { ...nurse, patient: 'ben', scopes: [scope('patient', '*', 'rs')] },
      'scope',
      /does not reach this chart/,
    ],
  ];
  for (const [name, access, rule, sentence] of cases) {
    const failure = await failureOf(request(access, [reason()]));
    t.equal(failure.status, 403, name);
    t.match(failure.issues, [{ severity: 'error', code: 'forbidden', diagnostics: sentence }], name);
    t.match(failure.issues[0]!.details, { coding: [{ code: rule }] }, name);
  }
  t.same(await rows(), []);
});

t.test('A chart that is the launch context may be opened with its scope', async (t) => {
  const access: Access = { ...nurse, patient: 'ana', scopes: [scope('patient', '*', 'rs')] };
  t.equal((await breakGlass(context, request(access, [reason()]))).status, 200);
});

t.test('Whom no policy limits may open charts for an hour', async (t) => {
  t.equal((await breakGlass(context, request(systemAccess, [reason(), minutes(60)]))).status, 200);
  t.equal((await failureOf(request(systemAccess, [reason(), minutes(61)]))).status, 400);
});

t.test('What is not a reason or not minutes is refused with 400', async (t) => {
  const cases: [string, unknown, RegExp][] = [
    ['no reason', [minutes(5)], /reason must be a valueString of 10 to 1000 characters/],
    ['no parameters', undefined, /reason must be/],
    ['too short', [reason('short')], /reason must be/],
    ['only space', [reason(' '.repeat(40))], /reason must be/],
    ['too long', [reason('x'.repeat(1001))], /reason must be/],
    ['no text', [reason(17)], /reason must be/],
    ['two reasons', [reason(), reason()], /reason is given 2 times/],
    ['too many minutes', [reason(), minutes(31)], /minutes must be a valuePositiveInt from 1 to 30/],
    ['no minutes', [reason(), minutes(0)], /minutes must be/],
    ['a part of a minute', [reason(), minutes(1.5)], /minutes must be/],
    ['minutes as text', [reason(), minutes('5')], /minutes must be/],
    ['another parameter', [reason(), { name: 'hours', valueInteger: 1 }], /no parameter "hours"/],
  ];
  for (const [name, parameter, sentence] of cases) {
    const failure = await failureOf(request(nurse, parameter));
    t.equal(failure.status, 400, name);
    t.match(failure.issues[0]?.diagnostics, sentence, name);
    t.equal(failure.issues[0]?.severity, 'error', name);
  }
  const inAddress = await failureOf(request(nurse, [reason()], 'ana', 'minutes=5'));
  t.equal(inAddress.status, 400, 'in the address, which stands in logs');
  t.equal((await failureOf({ ...request(nurse, []), body: { resourceType: 'Task' } })).status, 400);
  t.same(await rows(), []);
});

t.test('A reason of 10 characters and one of 1000 are taken as they are', async (t) => {
  for (const text of ['0123456789', 'é'.repeat(1000)]) {
    await breakGlass(context, request(nurse, [reason(text)]));
    t.equal((await rows()).at(-1)!.reason, text);
  }
});

t.test('There must be such a patient', async (t) => {
  t.equal((await failureOf(request(nurse, [reason()], 'nobody'))).status, 404);
  t.equal((await failureOf(request(nurse, [reason()], 'gone'))).status, 410);
  t.equal((await failureOf(request(nurse, [reason()], 'no id'))).status, 404);
});

t.test(
  'It changes something: GET is not offered, and the CapabilityStatement names its definition',
  async (t) => {
    const asked = { ...request(nurse, []), method: 'GET' };
    const failure = (await Promise.resolve()
      .then(() => routeOperation(context, asked))
      .catch((error: unknown) => error)) as Failure;
    t.equal(failure.status, 405);
    t.ok(
      advertised.some(
        ({ code, definition, type }) =>
          code === 'break-glass' &&
          type === 'Patient' &&
          definition === 'https://throughline.example/fhir/OperationDefinition/Patient-break-glass',
      ),
    );
  },
);

t.test('It is offered by HTTP, alone and as an entry of a batch', async (t) => {
  const ask = asking(await startServer(t));
  await ask('PUT', '/Patient/ana', { resourceType: 'Patient', id: 'ana' });
  const body = { resourceType: 'Parameters', parameter: [reason(), minutes(5)] };
  const answer = await ask('POST', '/Patient/ana/$break-glass', body);
  t.equal(answer.status, 200);
  t.match(answer.body, { resourceType: 'Parameters', parameter: [{ name: 'until', valueInstant: /Z$/ }] });
  const missing = await ask('POST', '/Patient/ana/$break-glass');
  t.equal(missing.status, 400);
  t.match(missing.body.issue, [{ severity: 'error', code: 'invalid', expression: ['Parameters.parameter'] }]);
  const batch = await ask('POST', '/', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'POST', url: 'Patient/ana/$break-glass' }, resource: body }],
  });
  t.match(batch.body.entry, [{ response: { status: '200' }, resource: { resourceType: 'Parameters' } }]);
  t.equal((await ask('GET', '/Patient/ana/$break-glass')).status, 405);
});
