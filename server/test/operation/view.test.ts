// Task/$view: the same task as other guides have it, for whoever may read it. https://hl7.org/fhir/R4/operations.html
import t from 'tap';
import { guides } from '../care/view/guides.ts';
import type { Ask } from '../helpers/server.ts';
import { startPractice } from '../journey/practice.ts';

const { callers } = await startPractice(t);
const as = (role: string): Ask => callers.find((one) => one.role === role)!.ask;
const GUIDES = ['gravity', 'bser', 'cow'] as const;

t.test('each guide gets the task in its own terms, valid by its rules', async (t) => {
  for (const id of ['ana-cardiology', 'ana-imaging', 'walter-pulmonary', 'grace-psychiatry']) {
    for (const guide of GUIDES) {
      const { status, body } = await as('rn')('GET', `/Task/${id}/$view?guide=${guide}`);
      t.equal(status, 200, `${id} ${guide} ${JSON.stringify(body)}`);
      t.equal(body.id, id);
      t.same(guides[guide](body), [], `${id} for ${guide}`);
    }
  }
  const posted = await as('rn')('POST', '/Task/ana-cardiology/$view', {
    resourceType: 'Parameters',
    parameter: [{ name: 'guide', valueCode: 'cow' }],
  });
  t.equal(posted.status, 200);
  t.same(guides.cow(posted.body), []);
});

t.test('a task that a guide cannot tell is 422 and says why', async (t) => {
  const { status, body } = await as('rn')('GET', '/Task/ana-handoff/$view?guide=gravity');
  t.equal(status, 422);
  t.match(body.issue[0], {
    code: 'business-rule',
    details: { coding: [{ code: 'task-view' }] },
    expression: ['Task.code'],
    diagnostics: /Gravity has no way to tell this task/,
  });
});

t.test('a view changes nothing, and needs the right to read', async (t) => {
  const before = (await as('rn')('GET', '/Task/ana-cardiology')).body.meta.versionId;
  await as('rn')('GET', '/Task/ana-cardiology/$view?guide=bser');
  t.equal((await as('rn')('GET', '/Task/ana-cardiology')).body.meta.versionId, before);
  t.equal((await as('scheduler')('GET', '/Task/ana-cardiology/$view?guide=bser')).status, 404);
  t.equal((await as('auditor')('GET', '/Task/ana-cardiology/$view?guide=bser')).status, 403);
  t.equal((await as('rn')('GET', '/Task/nobody/$view?guide=bser')).status, 404);
  for (const query of ['', '?guide=other', '?guide=toString', '?guide=cow&guide=bser', '?guide=cow&more=1'])
    t.equal((await as('rn')('GET', `/Task/ana-cardiology/$view${query}`)).status, 400, query);
});
