// Contact safety over HTTP: a flag, or an order that says so, blocks every way out; what a person begins is recorded as ever.
// https://hl7.org/fhir/R4/flag.html
import type { Communication, OperationOutcome, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { CB, concept } from '../../care/code.ts';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true });
const put = laying(server);
const as = async (user: string): Promise<Ask> => {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: { user } });
  const { access_token } = answer.json() as { access_token: string };
  return asking(server, { authorization: `Bearer ${access_token}` });
};
const [navigator, nurse, admin] = [await as('navigator'), await as('nurse'), await as('admin')];

const GRAVITY = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';
const SAFETY = `${CB}/CodeSystem/cn-contact-safety`;
const PROHIBITED = concept(GRAVITY, 'contacting-subject-prohibited');
const EXTENSION = `${CB}/StructureDefinition`;
const flag = (id: string, patient: string, code: object, more: object = {}): Promise<void> =>
  put('PUT', `/Flag/${id}`, {
    resourceType: 'Flag',
    id,
    status: 'active',
    category: [concept('http://terminology.hl7.org/CodeSystem/flag-category', 'safety')],
    code,
    subject: { reference: patient },
    ...more,
  });
await put('PUT', '/Patient/stranger', {
  resourceType: 'Patient',
  id: 'stranger',
  name: [{ family: 'Stranger' }],
});
const STRANGER = 'Patient/stranger';
const ANA = 'Patient/ana-reyes';

interface Said {
  patient?: string;
  recipient?: string;
  channel?: string;
  outcome?: string;
  direction?: string;
  topic?: string;
  more?: Partial<Communication>;
}
const contact = ({
  patient = STRANGER,
  recipient,
  channel = 'phone',
  outcome,
  direction = 'outbound',
  topic,
  more,
}: Said): Communication =>
  ({
    resourceType: 'Communication',
    extension: [
      { url: `${EXTENSION}/direction`, valueCode: direction },
      { url: `${EXTENSION}/channel`, valueCode: channel },
      ...(outcome ? [{ url: `${EXTENSION}/contact-outcome`, valueCode: outcome }] : []),
    ],
    status: 'completed',
    category: [concept(`${CB}/CodeSystem/cn-category`, 'contact')],
    ...(topic && { topic: concept(`${CB}/CodeSystem/cn-query-topic`, topic) }),
    subject: { reference: patient },
    sent: new Date().toISOString(),
    recipient: [{ reference: recipient ?? patient }],
    ...more,
  }) as Communication;
const say = (said: Said, ask: Ask = navigator): Promise<Answer> =>
  ask('POST', '/Communication', contact(said));
const ruleOf = ({ body }: Answer): string | undefined =>
  (body as OperationOutcome).issue?.[0]?.details?.coding?.[0]?.code;
const countOf = async (query: string): Promise<number> =>
  ((await nurse('GET', `/${query}&_summary=count`)).body as { total: number }).total;

const task = (code: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  groupIdentifier: { system: `${CB}/identifier/episode`, value: 'a' },
  code: concept(`${CB}/CodeSystem/cn-task-code`, code),
  for: { reference: STRANGER },
  ...more,
});

t.test('before there is a flag everything goes out', async (t) => {
  const answer = await say({});
  t.equal(answer.status, 201, JSON.stringify(answer.body));
  t.equal((await navigator('POST', '/Task', task('nav-reminder'))).status, 201);
});

t.test('who must not be contacted is contacted by no way, enrolled or not', async (t) => {
  await put('PUT', '/Task/planned', { ...task('nav-no-show-recovery'), id: 'planned' });
  await flag('prohibited', STRANGER, PROHIBITED);
  const before = await countOf(`Communication?patient=${STRANGER}`);
  for (const channel of ['phone', 'sms', 'letter', 'portal', 'in-person', 'video']) {
    const refused = await say({ channel });
    t.equal(refused.status, 409, channel);
    t.equal(ruleOf(refused), 'contact-prohibited', channel);
  }
  const plain = {
    resourceType: 'Communication',
    status: 'in-progress',
    subject: { reference: STRANGER },
    recipient: [{ reference: STRANGER }],
  };
  t.equal(
    ruleOf(await nurse('POST', '/Communication', plain)),
    'contact-prohibited',
    'one that is none of ours too',
  );
  t.equal(await countOf(`Communication?patient=${STRANGER}`), before, 'nothing was stored');
  const request = {
    resourceType: 'CommunicationRequest',
    status: 'active',
    subject: { reference: STRANGER },
  };
  t.equal(ruleOf(await nurse('POST', '/CommunicationRequest', request)), 'contact-prohibited');
  t.equal((await nurse('POST', '/CommunicationRequest', { ...request, doNotPerform: true })).status, 201);
  for (const code of ['nav-reminder', 'nav-no-show-recovery', 'nav-new-member-welcome', 'outreach-attempt'])
    t.equal(ruleOf(await navigator('POST', '/Task', task(code))), 'contact-prohibited', code);
  t.equal(
    (await navigator('POST', '/Task', task('nav-find-provider'))).status,
    201,
    'work that contacts nobody goes on',
  );
});

t.test('a task that was planned before can be called off, and not begun', async (t) => {
  const { body } = await navigator('GET', '/Task/planned');
  const owner = { reference: 'PractitionerRole/navigator' };
  const begun = await navigator('PUT', '/Task/planned', { ...body, status: 'accepted', owner });
  t.equal(begun.status, 409);
  t.equal(ruleOf(begun), 'contact-prohibited');
  const statusReason = { text: 'Contact is not safe.' };
  t.equal(
    (await navigator('PUT', '/Task/planned', { ...body, status: 'cancelled', statusReason })).status,
    200,
  );
});

t.test('a transaction that contacts is refused as a whole', async (t) => {
  const entry = (resource: object, url: string) => ({ resource, request: { method: 'POST', url } });
  const before = await countOf(`Task?patient=${STRANGER}`);
  const answer = await navigator('POST', '', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [entry(task('nav-find-provider'), 'Task'), entry(contact({}), 'Communication')],
  });
  t.equal(answer.status, 409);
  t.equal(await countOf(`Task?patient=${STRANGER}`), before);
});

t.test('what the person begins is recorded, and so is a contact that did not take place', async (t) => {
  const inbound: Said = { direction: 'inbound', more: { sender: { reference: STRANGER } } };
  t.equal((await say(inbound)).status, 201);
  t.equal((await say({ more: { status: 'not-done' } })).status, 201);
});

t.test('once the flag is over the person is contacted again', async (t) => {
  await flag('prohibited', STRANGER, PROHIBITED, { status: 'inactive' });
  t.equal((await say({})).status, 201);
});

t.test('finer limits forbid one way, and leave the others', async (t) => {
  const left = await say({ patient: ANA, outcome: 'left-message' });
  t.equal(ruleOf(left), 'no-voice-message', 'the flag of the story');
  t.equal((await say({ patient: ANA, outcome: 'reached' })).status, 201);
  await flag('no-text', ANA, concept(SAFETY, 'no-text-message'));
  await flag('no-mail', ANA, concept(SAFETY, 'no-mail'));
  t.equal(ruleOf(await say({ patient: ANA, channel: 'sms' })), 'no-text-message');
  t.equal(ruleOf(await say({ patient: ANA, channel: 'letter' })), 'no-mail');
  t.equal((await say({ patient: ANA, channel: 'portal' })).status, 201);
  const hour = new Date(Date.now() + 6 * 3_600_000).toISOString().slice(11, 13);
  const times = { repeat: { timeOfDay: [`${hour}:00:00`], duration: 1, durationUnit: 'h' } };
  await flag('safe-times', ANA, concept(SAFETY, 'safe-times-only'), {
    extension: [{ url: `${EXTENSION}/safe-times`, valueTiming: times }],
  });
  t.equal(ruleOf(await say({ patient: ANA, channel: 'portal' })), 'safe-times-only');
  await flag('safe-times', ANA, concept(SAFETY, 'safe-times-only'), { status: 'inactive' });
});

t.test('an order that forbids contact blocks what is about it', async (t) => {
  const { body } = await nurse('GET', '/ServiceRequest/ana-cardiology-referral');
  const { identifier: _, ...order } = body;
  await put('PUT', '/ServiceRequest/quiet-order', {
    ...order,
    id: 'quiet-order',
    orderDetail: [PROHIBITED],
  });
  const about = [{ reference: 'ServiceRequest/quiet-order' }];
  t.equal(ruleOf(await say({ patient: ANA, channel: 'portal', more: { about } })), 'contact-prohibited');
  t.equal((await say({ patient: ANA, channel: 'portal' })).status, 201, 'and nothing else');
  const outreach = task('outreach-attempt', { for: { reference: ANA }, focus: about[0]! });
  t.equal(ruleOf(await navigator('POST', '/Task', outreach)), 'contact-prohibited');
  const recipient = [{ reference: 'Organization/cedar-hill-cardiology' }];
  const toPractice = await navigator('POST', '/Task', { ...outreach, restriction: { recipient } });
  t.equal(toPractice.status, 201, 'a call to the practice is no contact with the person');
});

t.test('a natural support is told what their place in the team allows', async (t) => {
  const toSister: Said = { patient: ANA, recipient: 'RelatedPerson/lucia-reyes', channel: 'in-person' };
  t.equal((await say({ ...toSister, topic: 'appointment' })).status, 201);
  const symptom = await say({ ...toSister, topic: 'records' });
  t.equal(symptom.status, 409);
  t.equal(ruleOf(symptom), 'natural-support-may-not-know');
  t.equal(ruleOf(await say(toSister)), 'natural-support-may-not-know', 'without a topic');
  await put('PUT', '/RelatedPerson/cousin', {
    resourceType: 'RelatedPerson',
    id: 'cousin',
    active: true,
    patient: { reference: ANA },
  });
  const cousin = await say({ ...toSister, recipient: 'RelatedPerson/cousin', topic: 'appointment' });
  t.equal(ruleOf(cousin), 'natural-support-may-not-know', 'in no team');
});

t.test('what the rules would reach out with is left out, and seen to be', async (t) => {
  const patient = 'Patient/joseph-kahale';
  await flag('joseph', patient, PROHIBITED);
  await put('PUT', '/Appointment/joseph-visit', {
    resourceType: 'Appointment',
    id: 'joseph-visit',
    status: 'booked',
    serviceCategory: [concept(`${CB}/CodeSystem/cn-category`, 'appointment')],
    start: new Date(Date.now() - 7_200_000).toISOString(),
    end: new Date(Date.now() - 3_600_000).toISOString(),
    participant: [{ actor: { reference: patient }, status: 'accepted' }],
  });
  const { body } = await navigator('GET', '/Appointment/joseph-visit');
  const missed = await navigator('PUT', '/Appointment/joseph-visit', { ...body, status: 'noshow' });
  t.equal(missed.status, 200, JSON.stringify(missed.body));
  const open = 'status=requested,received,accepted,ready,in-progress';
  const code = `${CB}/CodeSystem/cn-task-code|nav-no-show-recovery`;
  t.equal(await countOf(`Task?patient=${patient}&code=${code}&${open}`), 0);
});

t.test('$may-contact says whether, by which rule not, and why', async (t) => {
  const asked = async (query: string) => {
    const { status, body } = await navigator('GET', `/Patient/ana-reyes/$may-contact${query}`);
    t.equal(status, 200, JSON.stringify(body));
    return body.parameter as {
      name: string;
      valueBoolean?: boolean;
      valueCode?: string;
      valueString?: string;
    }[];
  };
  t.match(await asked(''), [{ name: 'may', valueBoolean: true }]);
  t.match(await asked('?channel=sms&at=2030-01-01T15:00:00Z'), [
    { name: 'may', valueBoolean: false },
    { name: 'rule', valueCode: 'no-text-message' },
    { name: 'reason', valueString: /Choose another channel/ },
  ]);
  t.match(await asked('?recipient=RelatedPerson/lucia-reyes&topic=transport'), [{ valueBoolean: true }]);
  for (const query of ['?channel=pigeon', '?at=tomorrow', '?recipient=Patient/ana-reyes', '?who=me'])
    t.equal((await navigator('GET', `/Patient/ana-reyes/$may-contact${query}`)).status, 400, query);
  t.equal((await navigator('GET', '/Patient/nobody/$may-contact')).status, 404);
  t.equal((await admin('GET', '/Patient/ana-reyes/$may-contact')).status, 403);
});
