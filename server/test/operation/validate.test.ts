// $validate on type and instance, with profile and mode. https://hl7.org/fhir/R4/resource-operation-validate.html
import t, { type Test } from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { outcome, patient, task } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const CB = 'https://throughline.example/fhir';
const NAVIGATION = `${CB}/StructureDefinition/cn-navigation-task`;
await ask('PUT', '/Patient/a', { ...patient('a'), id: 'a' });
await ask('PUT', '/Task/t', { ...task('a'), id: 't' });

const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });
const count = async (type: string) => (await ask('GET', `/${type}?_summary=count`)).body.total as number;

/** Severity, code and expression of each issue of a 200. */
function issues(t: Test, answer: Answer): [string, string, string | undefined][] {
  t.equal(answer.status, 200);
  t.equal(answer.body.resourceType, 'OperationOutcome');
  t.ok(answer.body.issue.length, 'an outcome has an issue');
  return answer.body.issue.map(
    (issue: { severity: string; code: string; diagnostics: string; expression?: string[] }) => {
      t.ok(issue.diagnostics, 'each issue says a sentence');
      return [issue.severity, issue.code, issue.expression?.[0]];
    },
  );
}

t.test('a right resource is answered with an outcome without errors, and nothing is stored', async (t) => {
  const before = await count('Patient');
  t.same(issues(t, await ask('POST', '/Patient/$validate', patient('b'))), [
    ['information', 'informational', undefined],
  ]);
  t.same(
    issues(
      t,
      await ask('POST', '/Patient/$validate', parameters({ name: 'resource', resource: patient('b') })),
    ),
    [['information', 'informational', undefined]],
  );
  t.equal(await count('Patient'), before);
});

t.test('a wrong resource is a 200 whose outcome has the errors with their places', async (t) => {
  const wrong = { resourceType: 'Patient', gender: 'F', birthDate: '1.2.1990' };
  t.same(issues(t, await ask('POST', '/Patient/$validate', wrong)), [
    ['error', 'code-invalid', 'Patient.gender'],
    ['error', 'value', 'Patient.birthDate'],
  ]);
});

t.test('the parameter profile holds a resource against a profile that it does not claim', async (t) => {
  t.same(issues(t, await ask('POST', '/Task/$validate', task('a'))), [
    ['information', 'informational', undefined],
  ]);
  const byQuery = await ask('POST', `/Task/$validate?profile=${encodeURIComponent(NAVIGATION)}`, task('a'));
  const found = issues(t, byQuery).filter(([severity]) => severity === 'error');
  t.ok(found.length, 'it has none of our codes');
  const byBody = await ask(
    'POST',
    '/Task/$validate',
    parameters({ name: 'resource', resource: task('a') }, { name: 'profile', valueUri: NAVIGATION }),
  );
  t.same(byBody.body, byQuery.body, 'in the address or in the body');
});

t.test('an unknown profile is an error of the outcome that names it', async (t) => {
  const answer = await ask('POST', '/Patient/$validate?profile=https://example.org/none', patient('b'));
  const [first] = answer.body.issue;
  t.same([first.severity, first.code], ['error', 'not-found']);
  t.match(first.diagnostics, /https:\/\/example\.org\/none/);
});

t.test('on an instance without a body the stored resource is looked at', async (t) => {
  t.same(issues(t, await ask('GET', '/Task/t/$validate')), [['information', 'informational', undefined]]);
  const against = await ask(
    'GET',
    `/Task/t/$validate?mode=profile&profile=${encodeURIComponent(NAVIGATION)}`,
  );
  t.ok(issues(t, against).some(([severity]) => severity === 'error'));
  outcome(t, await ask('GET', '/Task/none/$validate'), {
    status: 404,
    code: 'not-found',
    says: /no Task\/none/,
  });
});

t.test('mode create says what a create would be refused for', async (t) => {
  t.same(issues(t, await ask('POST', '/Task/$validate?mode=create', task('a'))), [
    ['information', 'informational', undefined],
  ]);
  t.same(issues(t, await ask('POST', '/Task/$validate?mode=create', task('nobody'))), [
    ['error', 'not-found', 'Task.for'],
  ]);
});

t.test('mode update compares with the version that is there', async (t) => {
  const next = { ...task('a'), id: 't', status: 'accepted', owner: { reference: 'Patient/a' } };
  t.same(issues(t, await ask('POST', '/Task/t/$validate?mode=update', next)), [
    ['information', 'informational', undefined],
  ]);
  outcome(t, await ask('POST', '/Task/t/$validate?mode=update', { ...next, id: 'u' }), {
    status: 400,
    code: 'invalid',
    says: /the address says "t"/,
    expression: ['Task.id'],
  });
  outcome(t, await ask('POST', '/Task/$validate?mode=update', task('a')), {
    status: 400,
    code: 'invalid',
    says: /needs an id/,
  });
});

t.test('mode delete says whether there is something to delete', async (t) => {
  t.same(issues(t, await ask('GET', '/Task/t/$validate?mode=delete')), [
    ['information', 'informational', undefined],
  ]);
  t.same(
    issues(t, await ask('POST', '/Task/none/$validate', parameters({ name: 'mode', valueCode: 'delete' }))),
    [['error', 'not-found', undefined]],
  );
  t.equal((await ask('GET', '/Task/t')).status, 200, 'nothing was deleted');
});

t.test('a Parameters resource can be validated too', async (t) => {
  const resource = parameters({ name: 'anything', valueString: 'x' });
  t.same(issues(t, await ask('POST', '/Parameters/$validate', resource)), [
    ['information', 'informational', undefined],
  ]);
  const wrapped = parameters({ name: 'resource', resource: parameters({ valueString: 'x' }) });
  t.same(issues(t, await ask('POST', '/Parameters/$validate', wrapped)), [
    ['error', 'required', 'Parameters.parameter[0].name'],
  ]);
});

t.test('a request that cannot be understood is refused with what to send', async (t) => {
  const bad: [string, string, unknown, RegExp, string[]?][] = [
    ['POST', '/Patient/$validate', undefined, /Send the Patient as the body/],
    [
      'POST',
      '/Patient/$validate',
      task('a'),
      /The body is a Task, but the address is for Patient/,
      ['resourceType'],
    ],
    [
      'POST',
      '/Patient/$validate?mode=check',
      patient('b'),
      /"check" is no mode .* create, update, delete, profile/,
    ],
    ['POST', '/Patient/$validate?strict=true', patient('b'), /no parameter "strict"/],
    [
      'POST',
      '/Patient/$validate',
      parameters({ name: 'resource', resource: patient('b') }, { name: 'resource', resource: patient('c') }),
      /takes one resource/,
      ['Parameters.parameter'],
    ],
    [
      'POST',
      '/Patient/$validate',
      parameters({ name: 'resource', valueString: 'x' }),
      /Send the Patient|as a JSON object/,
    ],
  ];
  for (const [method, path, body, says, expression] of bad)
    outcome(t, await ask(method, path, body), { status: 400, code: 'invalid', says, expression });
});
