// The care engine against those who would get around it, over HTTP: what was ours stays ours, nobody forges a triage or a
// hand-off, no slot is taken twice, what follows carries the labels, and no request makes the rules look up without end.
// https://hl7.org/fhir/R4/security.html
import { readFileSync } from 'node:fs';
import type {
  Appointment,
  Bundle,
  CarePlan,
  CareTeam,
  Composition,
  Condition,
  Extension,
  Goal,
  Resource,
  Slot,
  Task,
} from '@medplum/fhirtypes';
import t from 'tap';
import { concept, system } from '../../care/code.ts';
import { type Answer, type Ask, asking, startServer } from '../helpers/server.ts';
import { ANA, type Caller, CB, startPractice } from './practice.ts';

const { callers, put } = await startPractice(t);
const caller = (role: string): Caller => callers.find((one) => one.role === role)!;
const [navigator, nurse] = [caller('navigator').ask, caller('rn').ask];
const CATEGORY = system('cn-category');
const NAVIGATOR = { reference: 'PractitionerRole/navigator' };
const VISIT = concept(CATEGORY, 'appointment');
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

function refused(answer: Answer, status: number, rule?: string): void {
  t.equal(answer.status, status, JSON.stringify(answer.body));
  if (rule) t.equal(answer.body.issue[0].details?.coding[0].code, rule);
}
function taken<T = Resource>(answer: Answer): T & { id: string } {
  t.ok(answer.status === 200 || answer.status === 201, JSON.stringify(answer.body));
  return answer.body;
}
const found = async <T extends Resource>(ask: Ask, query: string): Promise<T[]> =>
  (((await ask('GET', `/${query}`)).body as Bundle).entry ?? []).map(({ resource }) => resource as T);

const visitOf = (patient: string, more: Partial<Appointment> = {}): Appointment => ({
  resourceType: 'Appointment',
  status: 'booked',
  serviceCategory: [VISIT],
  start: inHours(24 * 60),
  end: inHours(24 * 60 + 1),
  participant: [{ actor: { reference: patient }, status: 'accepted' }],
  ...more,
});

t.test('a visit of ours stays one: without its category it could go from noshow to booked', async () => {
  const booked = taken<Appointment>(await navigator('POST', '/Appointment', visitOf('Patient/ana-reyes')));
  const path = `/Appointment/${booked.id}`;
  const missed = taken<Appointment>(await navigator('PUT', path, { ...booked, status: 'noshow' }));
  const { serviceCategory: _, ...bare } = missed;
  refused(await navigator('PUT', path, bare), 409, 'appointment-transition');
  refused(
    await navigator('PATCH', path, [{ op: 'remove', path: '/serviceCategory' }], {
      'content-type': 'application/json-patch+json',
    }),
    409,
    'appointment-transition',
  );
  refused(await navigator('PUT', path, { ...bare, status: 'booked' }), 409, 'appointment-transition');
  t.equal((await navigator('GET', path)).body.meta.versionId, '2');
  taken(await navigator('PUT', path, { ...bare, status: 'entered-in-error' }));
});

t.test(
  'no navigator begins a plan in coordination, which is for a hand-off to lead to; a nurse may',
  async () => {
    const { category, intent, status } = (await navigator('GET', '/CarePlan/ana-plan')).body as CarePlan;
    const phase = (code: string) =>
      category!.map((one) =>
        one.coding?.[0]?.system === system('cn-phase') ? concept(system('cn-phase'), code) : one,
      );
    const subject = { reference: 'Patient/walter-lindqvist' };
    const plan = { resourceType: 'CarePlan', status, intent, subject };
    const inCoordination = { ...plan, category: phase('coordination') };
    refused(await navigator('POST', '/CarePlan', inCoordination), 409, 'phase-changes-by-handoff');
    taken(await navigator('POST', '/CarePlan', { ...plan, category: phase('navigation') }));
    taken(await nurse('POST', '/CarePlan', inCoordination));
  },
);

t.test(
  'nobody but the server tells a supervisor of late work, so no alarm of theirs hides the real one',
  async () => {
    const example = new URL('../../../fixtures/profile/cn-late-work-task/example.json', import.meta.url);
    const { id: _, ...late } = JSON.parse(readFileSync(example, 'utf8')) as Task;
    for (const ask of [navigator, nurse])
      refused(await ask('POST', '/Task', late), 403, 'only-supervisors-hear-of-late-work');
  },
);

t.test('a task is not part of itself, nor of its own parts', async () => {
  const step = (name: string, partOf?: string) => ({
    resourceType: 'Task',
    status: 'draft',
    intent: 'order',
    identifier: [{ system: `${CB}/identifier/task`, value: name }],
    groupIdentifier: { system: `${CB}/identifier/episode`, value: 'x' },
    code: { coding: [{ system: system('cn-task-code'), code: 'nav-records-request' }] },
    description: 'Records',
    for: ANA,
    ...(partOf && { partOf: [{ reference: partOf }] }),
  });
  const whole = taken<Task>(await navigator('POST', '/Task', step('whole')));
  const part = taken<Task>(await navigator('POST', '/Task', step('part', `Task/${whole.id}`)));
  for (const reference of [`Task/${whole.id}`, `Task/${part.id}`]) {
    const answer = await navigator('PUT', `/Task/${whole.id}`, { ...whole, partOf: [{ reference }] });
    refused(answer, 409, 'part-of-itself');
  }
});

t.test('a plan keeps its phase: without it any other could be given to it by hand', async () => {
  const plan = (await navigator('GET', '/CarePlan/ana-plan')).body as CarePlan;
  const category = plan.category!.filter(({ coding }) => coding?.[0]?.system !== system('cn-phase'));
  refused(await navigator('PUT', '/CarePlan/ana-plan', { ...plan, category }), 409, 'care-plan-transition');
  const { meta: _, ...bare } = plan;
  refused(await navigator('PUT', '/CarePlan/ana-plan', { ...bare, category }), 409, 'care-plan-transition');
});

t.test('a slot that a visit keeps is not freed by hand, nor taken by another visit', async () => {
  const [free] = await found<Slot>(navigator, `Slot?status=free&start=gt${inHours(24)}&_count=1`);
  const { id, start, end } = free!;
  const inSlot = { start: start!, end: end!, slot: [{ reference: `Slot/${id}` }] };
  const first = taken<Appointment>(
    await navigator('POST', '/Appointment', visitOf('Patient/ana-reyes', inSlot)),
  );
  const busy = (await navigator('GET', `/Slot/${id}`)).body as Slot;
  t.equal(busy.status, 'busy');
  refused(await navigator('PUT', `/Slot/${id}`, { ...busy, status: 'free' }), 409, 'slot-taken');
  const { id: _, meta: _meta, ...said } = busy;
  await put({ ...said, id: id!, status: 'free' });
  await put({ resourceType: 'Patient', id: 'in-their-place', name: [{ family: 'Other' }] });
  const other = visitOf('Patient/in-their-place', inSlot);
  refused(await navigator('POST', '/Appointment', other), 409, 'slot-taken');
  t.notMatch((await navigator('POST', '/Appointment', other)).body.issue[0].diagnostics, `Slot/${id} (`);
  const cancelled: Appointment = { ...first, status: 'cancelled', cancelationReason: { text: 'Not needed' } };
  taken(await navigator('PUT', `/Appointment/${first.id}`, cancelled));
  taken(await navigator('POST', '/Appointment', other));
});

/** A navigation task of Ana, made by the navigator. */
const navigation = (value: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  identifier: [{ system: `${CB}/identifier/task`, value }],
  groupIdentifier: { system: `${CB}/identifier/episode`, value: 'engine-safety' },
  status: 'requested',
  intent: 'order',
  priority: 'routine',
  code: concept(system('cn-task-code'), 'nav-find-provider', 'Find a practice'),
  description: 'Find a practice.',
  for: ANA,
  authoredOn: new Date().toISOString(),
  lastModified: new Date().toISOString(),
  requester: { reference: 'PractitionerRole/nurse' },
  owner: NAVIGATOR,
  ...more,
});
const moved = (id: string, status: string) =>
  navigator('POST', `/Task/${id}/$transition`, {
    resourceType: 'Parameters',
    parameter: [
      { name: 'status', valueCode: status },
      ...(status === 'completed' ? [{ name: 'output', valueString: 'Done.' }] : []),
    ],
  });

t.test(
  'a task that bears the identifier of a triage is none: a symptom is triaged all the same',
  async () => {
    const ESCALATION = `${CB}/identifier/escalation`;
    const forged = navigation('forged');
    const identifier = [...forged.identifier!, { system: ESCALATION, value: 'symptom:Task/told-symptom' }];
    const { id } = taken<Task>(await navigator('POST', '/Task', { ...forged, identifier }));
    for (const status of ['accepted', 'in-progress', 'completed']) taken(await moved(id, status));
    const question = navigation('told-symptom', {
      id: 'told-symptom',
      code: concept(system('cn-task-code'), 'nav-inbound-query', 'Question'),
      input: [
        {
          type: concept(system('cn-task-parameter'), 'query-topic'),
          valueCodeableConcept: concept(system('cn-query-topic'), 'symptom'),
        },
      ],
    });
    taken(await navigator('PUT', '/Task/told-symptom', question));
    const query = `Task?code=coord-risk-triage&identifier=${ESCALATION}|symptom:Task/told-symptom`;
    t.equal((await found(nurse, query)).length, 1, 'the triage task is there');
    for (const status of ['accepted', 'in-progress']) taken(await moved('told-symptom', status));
    refused(await moved('told-symptom', 'completed'), 403, 'non-clinical-cannot-complete-escalation');
  },
);

t.test('an accepted task is not turned into a hand-off that nobody asked for', async () => {
  const { id } = taken<Task>(await navigator('POST', '/Task', navigation('seized')));
  const accepted = taken<Task>(await moved(id, 'accepted'));
  const summary: Composition = {
    resourceType: 'Composition',
    status: 'final',
    type: { text: 'Summary' },
    subject: ANA,
    date: new Date().toISOString(),
    author: [NAVIGATOR],
    title: 'Summary',
  };
  const written = taken<Composition>(await navigator('POST', '/Composition', summary));
  const handBack: Task = {
    ...accepted,
    code: concept(system('cn-task-code'), 'hand-back', 'Hand-back'),
    focus: { reference: 'CarePlan/ana-plan' },
    input: [
      {
        type: concept(system('cn-task-parameter'), 'handoff-summary'),
        valueReference: { reference: `Composition/${written.id}` },
      },
    ],
  };
  refused(await navigator('PUT', `/Task/${id}`, handBack), 409, 'handoff-complete');
  const { id: _, meta: _meta, ...inTheirName } = { ...handBack, status: 'requested' as const };
  const identifier = [{ system: `${CB}/identifier/task`, value: 'in-their-name' }];
  const asked = await navigator('POST', '/Task', { ...inTheirName, identifier });
  refused(asked, 409, 'handoff-accepted-by-the-other-side');
  t.equal((await navigator('GET', `/Task/${id}`)).body.code.coding[0].code, 'nav-find-provider');
});

t.test('a lead does not come to coordination by a change of role', async () => {
  const team = (await navigator('GET', '/CareTeam/ana-care-team')).body as CareTeam;
  const LEAD: Extension = { url: `${CB}/StructureDefinition/lead`, valueBoolean: true };
  const withLead = (role: string): CareTeam => ({
    ...team,
    participant: [
      ...team.participant!.filter(({ extension }) => !extension?.some(({ url }) => url === LEAD.url)),
      {
        extension: [LEAD],
        role: [concept(system('cn-role'), role)],
        member: { reference: 'PractitionerRole/peer' },
      },
    ],
  });
  taken(await navigator('PUT', '/CareTeam/ana-care-team', withLead('peer')));
  refused(await navigator('PUT', '/CareTeam/ana-care-team', withLead('rn')), 409, 'lead-changes-by-handoff');
});

t.test('a contact that names much is looked up within bounds', async () => {
  await put({ resourceType: 'Patient', id: 'named-much', name: [{ family: 'Much' }] });
  await put({
    resourceType: 'RelatedPerson',
    id: 'close-one',
    patient: { reference: 'Patient/named-much' },
  });
  const versions = (reference: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ reference: `${reference}/_history/${n + 1}` }));
  const contact = (count: number) => ({
    resourceType: 'Communication',
    status: 'completed',
    subject: { reference: 'Patient/named-much' },
    sender: NAVIGATOR,
    sent: new Date().toISOString(),
    recipient: versions('RelatedPerson/close-one', count),
    about: versions('ServiceRequest/ana-mri', count),
  });
  taken(await navigator('POST', '/Communication', contact(60)));
  const answer = await navigator('POST', '/Communication', contact(4_000));
  refused(answer, 409);
  t.match(answer.body.issue[0].diagnostics, /names so much/);
});

t.test('more resources than the rules can look through are a conflict and no failure', async () => {
  for (let n = 0; n <= 1_000; n++)
    await put({
      resourceType: 'Flag',
      id: `flag-${n}`,
      status: 'inactive',
      code: { text: 'Note' },
      subject: { reference: 'Patient/named-much' },
    });
  const contact = {
    resourceType: 'Communication',
    status: 'completed',
    subject: { reference: 'Patient/named-much' },
    sender: NAVIGATOR,
    sent: new Date().toISOString(),
    recipient: [{ reference: 'Patient/named-much' }],
  };
  const answer = await navigator('POST', '/Communication', contact);
  refused(answer, 409);
  t.match(answer.body.issue[0].diagnostics, /more than 1000 resources of the type Flag/);
});

t.test('what follows from a labelled barrier or visit carries its labels', async () => {
  const open = await startServer(t, { demo: true });
  const ask = asking(open);
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }];
  const clinical = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
  const barrier: Condition = {
    resourceType: 'Condition',
    meta: { security },
    clinicalStatus: concept(clinical, 'active'),
    category: [
      concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
      concept(CATEGORY, 'cn-barrier'),
    ],
    code: concept(system('cn-barrier-type'), 'safety-at-home'),
    subject: ANA,
  };
  const { id } = taken<Condition>(await ask('POST', '/Condition', barrier));
  const goals = (await found<Goal>(ask, 'Goal?patient=ana-reyes')).filter(
    ({ addresses }) => addresses?.[0]?.reference === `Condition/${id}`,
  );
  const tasks = await found<Task>(ask, `Task?focus=Condition/${id}`);
  t.equal(goals.length, 1);
  t.equal(tasks.length, 1);
  for (const { meta } of [...goals, ...tasks]) t.match(meta?.security, security);
  const needs: Extension = {
    url: `${CB}/StructureDefinition/access-needs`,
    extension: [{ url: 'transport', valueCodeableConcept: { text: 'A ride' } }],
  };
  const visit = visitOf('Patient/ana-reyes', { meta: { security }, extension: [needs] });
  const booked = taken<Appointment>(await ask('POST', '/Appointment', visit));
  const [ride] = await found<Task>(ask, `Task?focus=Appointment/${booked.id}`);
  t.match(ride?.meta?.security, security);
  const reason = concept('http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason', 'oth-fin');
  taken(
    await ask('PUT', `/Appointment/${booked.id}`, {
      ...booked,
      status: 'cancelled',
      cancelationReason: reason,
    }),
  );
  const costs = await found<Condition>(ask, 'Condition?patient=ana-reyes&category=cn-barrier');
  const cost = costs.find(
    ({ evidence }) => evidence?.[0]?.detail?.[0]?.reference === `Appointment/${booked.id}`,
  );
  t.match(cost?.meta?.security, security);
});
