// Hand-offs by callers without a role: whom the task names takes over, and only from the side that is asked.
// https://hl7.org/fhir/R4/task.html
import type { CarePlan, CareTeam, OperationOutcome, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { codeOf, PHASE } from '../../care/code.ts';
import { type Answer, asking, startServer } from '../helpers/server.ts';

const ask = asking(await startServer(t, { open: true, demo: true }));
const rulesIn = ({ body }: Answer): (string | undefined)[] =>
  (body as OperationOutcome).issue.map(({ details }) => details?.coding?.[0]?.code);
const read = async <T>(path: string): Promise<T> => (await ask('GET', `/${path}`)).body as T;
const phase = async (): Promise<string | undefined> =>
  codeOf((await read<CarePlan>('CarePlan/ana-plan')).category, PHASE);

t.test('a hand-off is accepted by somebody in a role of the side that is asked', async (t) => {
  const task = await read<Task>('Task/ana-handoff');
  const accept = (owner: string) =>
    ask('PUT', '/Task/ana-handoff', { ...task, status: 'accepted', owner: { reference: owner } });
  for (const owner of ['Organization/coordination-pool', 'PractitionerRole/scheduler']) {
    const refused = await accept(owner);
    t.equal(refused.status, 409, owner);
    t.strictSame(rulesIn(refused), ['handoff-accepted-by-the-other-side'], owner);
  }
  t.equal(await phase(), 'handoff', 'nothing has moved');
  const input = task.input!.slice(1);
  const bare = await ask('PUT', '/Task/ana-handoff', { ...task, input, status: 'accepted' });
  t.equal(bare.status, 422, 'without a summary');
  const accepted = await accept('https://elsewhere.example/fhir/PractitionerRole/nurse');
  t.equal(accepted.status, 409, 'somebody of another server');
  t.equal((await accept('PractitionerRole/social-worker')).status, 200);
  t.equal(await phase(), 'coordination');
});

t.test('whoever is not in the team joins it as its lead', async (t) => {
  const { participant = [] } = await read<CareTeam>('CareTeam/ana-care-team');
  const leads = participant.filter(({ extension = [] }) =>
    extension.some(({ url }) => url.endsWith('/lead')),
  );
  t.match(leads, [
    { member: { reference: 'PractitionerRole/social-worker' }, role: [{ coding: [{ code: 'lcsw' }] }] },
  ]);
  t.equal(participant.length, 8);
});

t.test('what happens to hand-offs of people in no programme is none of our business', async (t) => {
  await ask('PUT', '/Patient/stranger', { resourceType: 'Patient', id: 'stranger' });
  const { identifier: _, id: _id, meta: _meta, ...task } = await read<Task>('Task/ana-handoff');
  const made = await ask('POST', '/Task', {
    ...task,
    status: 'requested',
    for: { reference: 'Patient/stranger' },
    restriction: undefined,
  });
  t.equal(made.status, 201, JSON.stringify(made.body));
  t.equal(made.body.restriction, undefined);
  const accepted = await ask('PUT', `/Task/${made.body.id}`, { ...made.body, status: 'accepted' });
  t.equal(accepted.status, 200, JSON.stringify(accepted.body));
  t.equal(await phase(), 'coordination');
  const operation = await ask('POST', '/Patient/stranger/$handoff', {
    resourceType: 'Parameters',
    parameter: [{ name: 'reason', valueString: 'Help' }],
  });
  t.equal(operation.status, 422);
  t.ok(rulesIn(operation).every((rule) => rule === 'handoff-complete'));
  t.ok((operation.body as OperationOutcome).issue.length > 5);
});
