// The fourth story: the system of a health plan finds its member, asks for navigation, follows it, is told how it stands, and
// reads which provider was picked; nobody else's members, and no charts. Through HTTP alone.
// https://hl7.org/fhir/smart-app-launch/STU2.2/backend-services.html
import type {
  CarePlan,
  Communication,
  Coverage,
  Organization,
  Patient,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import {
  CB,
  codesOf,
  extension,
  ours,
  output,
  phaseOf,
  refer,
  refusal,
  role,
  type Stored,
  tellStory,
} from './story.ts';
import { diagnosis, enrolment, HOUSE, PLAN, register, teamOf } from './story-people.ts';

const story = await tellStory(t, '2026-10-06T14:00:00Z');
const { on, today, write, read, change, find, tries, tasks, theTask, does } = story;
const other = await write<Organization>('admin', {
  resourceType: 'Organization',
  active: true,
  name: 'Another health plan',
});
const member = await register(story, 'Dora Quill', 'MV-7004');
const stranger = await register(story, 'Noel Quill', 'AP-1', {}, refer(other));
const heart = await write('ehr', diagnosis(member, 'I50.9', 'Heart failure'));

let request: Stored<ServiceRequest>;
const asked = (person: Patient, more: Partial<ServiceRequest> = {}): ServiceRequest => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  category: [ours('cn-category', 'navigation')],
  code: ours('cn-service', 'navigation-service'),
  subject: refer(person),
  authoredOn: today(),
  requester: PLAN,
  performer: [HOUSE],
  reasonCode: [{ text: 'New member with heart failure' }],
  ...more,
});
const membersBy = (number: string) =>
  find<Patient>('payer', `Patient?identifier=${CB}/identifier/member|${number}`);

t.test('the plan finds its own member by the member number, and nobody else’s', async (t) => {
  t.same(
    (await membersBy('MV-7004')).map(({ id }) => id),
    [member.id],
  );
  t.match(await find<Coverage>('payer', `Coverage?beneficiary=Patient/${member.id}`), [{ payor: [PLAN] }]);
  t.same(await membersBy('AP-1'), []);
  t.equal((await tries('payer', 'GET', `/Patient/${stranger.id}`)).status, 404);
  t.equal((await tries('payer', 'GET', `/Condition/${heart.id}`)).status, 403, 'no diagnoses');
});

t.test('it asks for navigation, and for nothing else', async (t) => {
  t.equal((await tries('payer', 'POST', '/ServiceRequest', asked(stranger))).status, 403);
  const referral = asked(member, { category: [ours('cn-category', 'referral')] });
  t.equal((await tries('payer', 'POST', '/ServiceRequest', referral)).status, 403, 'a plan refers nobody');
  request = await write('payer', asked(member));
  t.same(await find('supervisor', `Task?patient=${member.id}`), [], 'nobody is enrolled by a plan');
});

t.test('a navigator sees the request and enrols her, and the plan of navigation starts', async (t) => {
  on('2026-10-06T18:00:00Z');
  const waiting = await find<ServiceRequest>(
    'navigator',
    `ServiceRequest?status=active&category=navigation&requester=${PLAN.reference}&_count=100`,
  );
  t.ok(waiting.some(({ id }) => id === request.id));
  t.same(
    refusal(await story.triesToChange('navigator', request, { status: 'revoked' })).at(0),
    403,
    'a request is changed by whoever made it',
  );
  const team = await write('navigator', teamOf(member));
  await write('navigator', {
    ...enrolment(story, member, 'employer-navigation', team),
    referralRequest: [refer(request)],
  });
  t.match(await theTask(member, 'nav-new-member-welcome'), { owner: role('navigator') });
});

t.test('it follows how far navigation has come, and moves nothing', async (t) => {
  const seen = async () =>
    (await find<Task>('payer', `Task?patient=Patient/${member.id}&_count=100`)).map(({ code, status }) => [
      codesOf(code, 'cn-task-code')[0],
      status,
    ]);
  const welcome = await theTask(member, 'nav-new-member-welcome');
  t.ok((await seen()).some(([code, status]) => code === 'nav-new-member-welcome' && status === 'requested'));
  t.equal(
    (await tries('payer', 'PUT', `/Task/${welcome.id}`, { ...welcome, status: 'cancelled' })).status,
    403,
  );
  t.equal((await story.tryToMove('payer', welcome, 'accepted')).status, 403);
  on('2026-10-06T19:00:00Z');
  await does('navigator', welcome, output('outcome', { valueString: 'Spoke with her' }));
  t.ok((await seen()).some(([code, status]) => code === 'nav-new-member-welcome' && status === 'completed'));
  t.equal(
    (await tries('payer', 'GET', `/CarePlan?patient=${member.id}`)).status,
    403,
    'the plan is not its to read',
  );
  const [plan] = await find<CarePlan>('navigator', `CarePlan?patient=${member.id}`);
  t.equal(phaseOf(plan!), 'navigation');
});

t.test('it is told how it stands, in a message of its own', async (t) => {
  const told = await write<Communication>('navigator', {
    resourceType: 'Communication',
    status: 'completed',
    extension: [
      extension('direction', { valueCode: 'outbound' }),
      extension('channel', { valueCode: 'secure-message' }),
    ],
    category: [ours('cn-category', 'contact')],
    subject: refer(member),
    about: [refer(request)],
    sent: today(),
    sender: HOUSE,
    recipient: [PLAN],
    payload: [{ contentString: 'Member reached, navigation started.' }],
  });
  const received = await find<Communication>(
    'payer',
    `Communication?recipient=${PLAN.reference}&patient=Patient/${member.id}`,
  );
  t.same(
    received.map(({ id, about }) => [id, about]),
    [[told.id, [refer(request)]]],
  );
  const since = await find<Communication>(
    'payer',
    `Communication?recipient=${PLAN.reference}&sent=ge${today()}`,
  );
  t.ok(
    since.some(({ id }) => id === told.id),
    'it asks for what is new',
  );
});

t.test('it reads which provider was picked, and what that is estimated to save', async (t) => {
  const [coverage] = await find<Coverage>('physician', `Coverage?beneficiary=Patient/${member.id}`);
  const echo = await write<ServiceRequest>('physician', {
    ...asked(member, { requester: role('physician') }),
    category: [
      ours('cn-category', 'imaging'),
      { coding: [{ system: 'http://snomed.info/sct', code: '363679005' }] },
    ],
    code: { coding: [{ system: 'http://www.ama-assn.org/go/cpt', code: '93306' }] },
    insurance: [refer(coverage!)],
  });
  t.notOk(
    (await read<ServiceRequest>('payer', `ServiceRequest/${echo.id}`)).extension,
    'nobody has decided yet',
  );
  const decided = await story.calls('nurse', `/ServiceRequest/${echo.id}/$decide-network`, {
    name: 'choice',
    valueReference: { reference: 'HealthcareService/imaging' },
  });
  t.equal(decided.status, 200, JSON.stringify(decided.body));
  const seen = await read<ServiceRequest>('payer', `ServiceRequest/${echo.id}`);
  const decision = seen.extension?.find(({ url }) => url.endsWith('/network-decision'))?.extension;
  const part = (name: string) => decision?.find(({ url }) => url === name);
  t.same(codesOf(part('tier')?.valueCodeableConcept, 'cn-network-tier'), ['direct-contract']);
  t.same(part('estimatedSaving')?.valueMoney, { value: 68, currency: 'USD' });
  t.match(part('basis'), { valueCode: 'rate-table' }, 'estimated, not adjudicated');
  t.equal((await story.triesToChange('payer', seen, { priority: 'urgent' })).status, 403);
});

t.test('in the end the plan closes its own request, and the work goes on', async (t) => {
  await change('payer', request, { status: 'completed' });
  t.equal((await read<ServiceRequest>('navigator', `ServiceRequest/${request.id}`)).status, 'completed');
  t.match(await tasks(member, 'nav-find-provider'), [{ status: 'requested' }]);
});
