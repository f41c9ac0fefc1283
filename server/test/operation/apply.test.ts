// $apply over HTTP: parameters, access, what is refused, and every plan of the house; nothing is stored.
// https://hl7.org/fhir/R4/operation-plandefinition-apply.html · https://hl7.org/fhir/R4/operation-activitydefinition-apply.html
import { readdirSync } from 'node:fs';
import type { CarePlan, Parameters, PlanDefinition, Resource, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { startPlans } from '../journey/plan-world.ts';

const { as, lay, somebody } = await startPlans(t);
const nurse = await as({ user: 'nurse' });
const navigator = await as({ user: 'navigator' });
const payer = await as({ client: 'payer' });
const patient = await somebody('applied', 'pin');
const PLANS = readdirSync(new URL('../../../profiles/definitions/PlanDefinition/', import.meta.url)).map(
  (name) => name.replace('.json', ''),
);
const parameters = (...parameter: object[]): Parameters =>
  ({ resourceType: 'Parameters', parameter }) as Parameters;
const subject = { name: 'subject', valueString: patient };
const inside = (carePlan: CarePlan, type: string): Resource[] =>
  carePlan.contained!.filter(({ resourceType }) => resourceType === type);

t.test(
  'every plan of the house is applied; as an order each of its options would be valid here',
  async (t) => {
    t.equal(PLANS.length, 13);
    for (const id of PLANS) {
      const { status, body } = await nurse('GET', `/PlanDefinition/${id}/$apply?subject=${patient}`);
      t.equal(status, 200, id);
      t.match(body, { resourceType: 'CarePlan', status: 'draft', subject: { reference: patient } });
      const asOrder = (one: Resource) => (one.resourceType === 'Task' ? { ...one, intent: 'order' } : one);
      const contained = (body as CarePlan).contained!.map(asOrder);
      t.ok(
        inside(body, 'Task').every((task) => (task as Task).intent === 'option'),
        id,
      );
      const checked = await nurse('POST', '/CarePlan/$validate', { ...body, contained });
      t.notOk(
        checked.body.issue.some(({ severity }: { severity: string }) => severity === 'error'),
        `${id}: ${JSON.stringify(checked.body.issue)}`,
      );
    }
  },
);

t.test('nothing is stored', async (t) => {
  for (const type of ['CarePlan', 'RequestGroup', 'Task', 'Goal'])
    t.equal((await nurse('GET', `/${type}?patient=${patient}&_summary=count`)).body.total, 0, type);
});

t.test('by GET and by POST it gives the same', async (t) => {
  const path = '/PlanDefinition/cn-pd-new-member-navigation/$apply';
  const got = await nurse('GET', `${path}?subject=${patient}`);
  const posted = await nurse('POST', path, parameters(subject));
  t.strictSame(posted.body, got.body);
  const group = inside(got.body, 'RequestGroup')[0] as { action?: { action?: { title?: string }[] }[] };
  const titles = group.action![0]!.action!.map(({ title }) => title);
  t.ok(titles.includes('Remind, and check interpreter and ride'), 'what is optional is offered');
});

t.test(
  'the encounter, the practitioner and the organisation stand in the result, and in conditions',
  async (t) => {
    await lay('PUT', '/Encounter/applied', {
      resourceType: 'Encounter',
      id: 'applied',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: patient },
    });
    const path = `/PlanDefinition/cn-pd-post-visit-handoff/$apply?subject=${patient}`;
    const alone = await nurse('GET', path);
    const codes = (inside(alone.body, 'Task') as Task[]).map(({ code }) => code!.coding![0]!.code);
    t.strictSame(
      codes,
      ['nav-handoff-prepare', 'coord-result-review'],
      'without an encounter no checks and no call',
    );
    const context =
      '&encounter=Encounter/applied&practitioner=PractitionerRole/nurse&organization=Organization/larkfield-care';
    const { body } = await nurse('GET', `${path}${context}`);
    t.match(body, {
      encounter: { reference: 'Encounter/applied' },
      author: { reference: 'PractitionerRole/nurse' },
    });
    t.notOk(
      (inside(body, 'RequestGroup')[0] as { action?: object[] }).action,
      'a visit without orders leads to nothing',
    );
  },
);

t.test('due dates count the business days of the organisation', async (t) => {
  const path = `/PlanDefinition/cn-pd-discharge-transition/$apply?subject=${patient}&organization=Organization/larkfield-care`;
  const tasks = inside((await nurse('GET', path)).body, 'Task') as Task[];
  t.equal(tasks[0]!.restriction!.period!.end, '2026-11-27T22:00:00.000Z');
});

t.test('a definition may be sent, and must be right', async (t) => {
  const plan: PlanDefinition = {
    resourceType: 'PlanDefinition',
    status: 'draft',
    title: 'Sent',
    action: [{ title: 'Talk' }],
  };
  const sent = (resource: object | undefined) =>
    parameters({ name: 'planDefinition', ...(resource && { resource }) }, subject);
  const { status, body } = await nurse('POST', '/PlanDefinition/$apply', sent(plan));
  t.equal(status, 200);
  t.equal(body.title, 'Sent');
  t.equal((await nurse('POST', '/PlanDefinition/$apply', parameters(subject))).status, 400);
  t.equal((await nurse('POST', '/PlanDefinition/$apply', sent({ resourceType: 'Patient' }))).status, 400);
  t.equal((await nurse('POST', '/PlanDefinition/$apply', sent({ ...plan, status: 'nonsense' }))).status, 422);
  const both = await nurse('POST', '/PlanDefinition/cn-pd-barrier/$apply', sent(plan));
  t.equal(both.status, 400, 'the address names one already');
  const activity = { resourceType: 'ActivityDefinition', status: 'draft', kind: 'Task', title: 'Sent' };
  const made = await nurse(
    'POST',
    '/ActivityDefinition/$apply',
    parameters({ name: 'activityDefinition', resource: activity }, subject),
  );
  t.match(made, {
    status: 200,
    body: { resourceType: 'Task', status: 'draft', for: { reference: patient } },
  });
});

t.test('an activity definition gives its request', async (t) => {
  const { status, body } = await nurse(
    'GET',
    `/ActivityDefinition/cn-ad-coord-education/$apply?subject=${patient}`,
  );
  t.equal(status, 200);
  t.match(body, { resourceType: 'Task', status: 'draft', intent: 'order', for: { reference: patient } });
  const posted = await nurse('POST', '/ActivityDefinition/cn-ad-coord-education/$apply', parameters(subject));
  t.strictSame(posted.body, body);
});

t.test('wrong parameters are refused with what to do', async (t) => {
  const path = '/PlanDefinition/cn-pd-barrier/$apply';
  const wrong: [query: string, status: number][] = [
    ['', 400],
    ['?subject=', 400],
    ['?subject=Patient', 400],
    ['?subject=Task/1', 400],
    ['?subject=Patient/nobody', 422],
    [`?subject=${patient}&subject=${patient}`, 400],
    [`?subject=${patient}&encounter=Patient/1`, 400],
    [`?subject=${patient}&encounter=Encounter/none`, 422],
    [`?subject=${patient}&colour=red`, 400],
    [`?subject=${patient}&setting=a&setting=b`, 400],
    ['?subject=Organization/larkfield-care', 422],
  ];
  for (const [query, status] of wrong) {
    const answer = await nurse('GET', `${path}${query}`);
    t.equal(answer.status, status, query);
    t.ok(answer.body.issue[0].diagnostics, query);
  }
  t.equal((await nurse('GET', `/PlanDefinition/absent/$apply?subject=${patient}`)).status, 404);
  t.equal((await nurse('POST', path, parameters({ name: 'subject' }))).status, 400);
  t.equal((await nurse('POST', path, parameters(subject, { name: 'setting', valueInteger: 3 }))).status, 400);
});

t.test('concepts are given as such, or in an address as system|code', async (t) => {
  const plan = {
    resourceType: 'PlanDefinition',
    status: 'draft',
    action: [
      {
        title: 'In Spanish',
        condition: [
          {
            kind: 'applicability',
            expression: { language: 'text/fhirpath', expression: "%userLanguage.coding.code = 'es'" },
          },
        ],
      },
    ],
  };
  await lay('PUT', '/PlanDefinition/spoken', { ...plan, id: 'spoken' });
  const actions = ({ body }: { body: CarePlan }) =>
    (inside(body, 'RequestGroup')[0] as { action?: object[] }).action?.length ?? 0;
  const path = `/PlanDefinition/spoken/$apply?subject=${patient}`;
  t.equal(actions(await nurse('GET', `${path}&userLanguage=es`)), 1);
  t.equal(actions(await nurse('GET', `${path}&userLanguage=urn:ietf:bcp:47|en`)), 0);
  const concept = { name: 'userLanguage', valueCodeableConcept: { coding: [{ code: 'es' }] } };
  t.equal(actions(await nurse('POST', '/PlanDefinition/spoken/$apply', parameters(subject, concept))), 1);
});

t.test('conditions see what the caller may see, and no more', async (t) => {
  await lay('PUT', '/Observation/hidden', {
    resourceType: 'Observation',
    id: 'hidden',
    status: 'final',
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
    subject: { reference: patient },
  });
  await lay('PUT', '/PlanDefinition/seeing', {
    resourceType: 'PlanDefinition',
    id: 'seeing',
    status: 'draft',
    action: [
      {
        title: 'Seen',
        input: [
          {
            id: 'labs',
            type: 'Observation',
            codeFilter: [{ path: 'code', code: [{ system: 'http://loinc.org', code: '4548-4' }] }],
          },
        ],
        condition: [
          { kind: 'applicability', expression: { language: 'text/fhirpath', expression: '%labs.exists()' } },
        ],
      },
    ],
  });
  const path = `/PlanDefinition/seeing/$apply?subject=${patient}`;
  t.equal(inside((await nurse('GET', path)).body, 'Task').length, 1);
  t.equal(
    inside((await navigator('GET', path)).body, 'Task').length,
    0,
    'laboratory results are not for navigators',
  );
});

t.test('a caller without a scope for definitions is refused', async (t) => {
  t.equal((await payer('GET', `/PlanDefinition/cn-pd-barrier/$apply?subject=${patient}`)).status, 403);
});

t.test('an expression that would take for ever is ended', async (t) => {
  const plan = {
    resourceType: 'PlanDefinition',
    status: 'draft',
    action: [
      {
        title: 'Slow',
        condition: [
          {
            kind: 'applicability',
            expression: { language: 'text/fhirpath', expression: `'${'a'.repeat(40)}!'.matches('^(a+)+$')` },
          },
        ],
      },
    ],
  };
  const { status } = await nurse(
    'POST',
    '/PlanDefinition/$apply',
    parameters({ name: 'planDefinition', resource: plan }, subject),
  );
  t.equal(status, 422);
});
