// Forms by HTTP: who gives them, what is refused, and what follows from the answers: findings, barriers, nothing twice.
// https://hl7.org/fhir/uv/sdc/extraction.html
import type { Bundle, Condition, Observation, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { answered, form, howOften, PHQ9 } from '../care/questionnaire/forms.ts';
import { type Answer, type Ask, asking, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true });
await server.storeDefinitions();

async function signIn(username: string): Promise<Ask> {
  const answer = await server.server.inject({
    method: 'POST',
    url: '/auth/demo-token',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ user: username }),
  });
  const { access_token } = JSON.parse(answer.body) as { access_token: string };
  return asking(server, { authorization: `Bearer ${access_token}` });
}
const [navigator, nurse, scheduler, supervisor, admin] = (await Promise.all(
  ['navigator', 'nurse', 'scheduler', 'supervisor', 'admin'].map(signIn),
)) as [Ask, Ask, Ask, Ask, Ask];

const ANA = { reference: 'Patient/ana-reyes' };
const NAVIGATOR = { reference: 'PractitionerRole/navigator' };
const PHQ = form('cn-q-phq9');
const phq9 = (weights: string, others: Partial<QuestionnaireResponse> = {}) =>
  answered(PHQ, howOften(PHQ9, [...weights].map(Number)), {
    subject: ANA,
    author: NAVIGATOR,
    source: ANA,
    ...others,
  });
const give = (ask: Ask, response: Resource) => ask('POST', '/QuestionnaireResponse', response);
const ruleOf = ({ body }: Answer): unknown => body.issue?.[0]?.details?.coding?.[0]?.code;

async function found<T extends Resource>(path: string, ask = nurse): Promise<T[]> {
  const { body } = await ask('GET', path);
  return ((body as Bundle).entry ?? []).map(({ resource }) => resource as T);
}
const findingsOf = (id: string) =>
  found<Observation>(`/Observation?derived-from=QuestionnaireResponse/${id}&_count=100`);
const findingOf = (list: readonly Observation[], code: string) =>
  list.find((one) => one.code.coding!.some((coding) => coding.code === code));

t.test(
  'a navigator gives the PHQ-9 as a form: its answers, its panel and its total are findings',
  async (t) => {
    const answer = await give(navigator, phq9('210100020'));
    t.equal(answer.status, 201);
    const list = await findingsOf(answer.body.id);
    t.equal(list.length, 11, 'nine answers, the total and the panel');
    const total = findingOf(list, '44261-6')!;
    t.equal(total.valueInteger, 6);
    t.equal(total.status, 'final');
    t.equal(total.interpretation, undefined, 'what it means is for a clinician to say');
    t.same(total.subject, ANA);
    t.same(total.performer, [NAVIGATOR]);
    t.equal(total.category![0]!.coding![0]!.code, 'survey');
    t.equal(total.effectiveDateTime, '2026-03-04T09:00:00Z');
    const panel = findingOf(list, '44249-1')!;
    t.equal(panel.hasMember!.length, 10);
    const ids = new Set(list.map(({ id }) => `Observation/${id}`));
    t.ok(panel.hasMember!.every(({ reference }) => ids.has(reference!)));
    t.equal(findingOf(list, '44250-9')!.valueCodeableConcept!.coding![0]!.code, 'LA6570-1');
  },
);

t.test('a total that is not the sum is refused, and nothing is stored', async (t) => {
  const before = (await found('/QuestionnaireResponse?subject=Patient/ana-reyes&_count=200')).length;
  const response = phq9('111111110');
  response.item![0]!.item!.push({ linkId: '44261-6', answer: [{ valueInteger: 7 }] });
  const answer = await give(navigator, response);
  t.equal(answer.status, 422);
  t.equal(ruleOf(answer), 'questionnaire-response');
  t.strictSame(answer.body.issue[0].expression, ['QuestionnaireResponse.item[0].item[9].answer[0]']);
  t.equal((await found('/QuestionnaireResponse?subject=Patient/ana-reyes&_count=200')).length, before);
});

t.test(
  'an answer that is missing is refused when the form is complete, and waited for while it is not',
  async (t) => {
    const response = phq9('111111110');
    response.item![0]!.item!.pop();
    const whole = await give(navigator, response);
    t.equal(whole.status, 422);
    t.equal(whole.body.issue[0].code, 'required');
    const draft = await give(navigator, { ...response, status: 'in-progress' } as QuestionnaireResponse);
    t.equal(draft.status, 201);
    t.strictSame(await findingsOf(draft.body.id), [], 'nothing is said yet');
  },
);

t.test(
  'an amended response changes what has changed, and nothing else; taken back, so are its findings',
  async (t) => {
    const { body } = await give(navigator, phq9('000000000'));
    const path = `/QuestionnaireResponse/${body.id}`;
    const amended = { ...phq9('300000000', { status: 'amended' }), id: body.id };
    t.equal((await navigator('PUT', path, amended)).status, 200);
    const list = await findingsOf(body.id);
    t.equal(list.length, 11, 'none twice');
    t.equal(findingOf(list, '44261-6')!.valueInteger, 3);
    t.equal(findingOf(list, '44261-6')!.status, 'amended');
    t.equal(findingOf(list, '44255-8')!.meta!.versionId, '1', 'the same answer is the same finding');
    t.equal((await navigator('PUT', path, amended)).status, 200);
    const again = await findingsOf(body.id);
    t.equal(findingOf(again, '44261-6')!.meta!.versionId, '2', 'the same again changes nothing');
    t.equal((await navigator('PUT', path, { ...amended, status: 'entered-in-error' })).status, 200);
    for (const one of await findingsOf(body.id)) t.equal(one.status, 'entered-in-error');
  },
);

t.test('a number above 0 for the ninth question calls a clinician once', async (t) => {
  const tasks = () => found('/Task?patient=Patient/ana-reyes&code=coord-risk-triage&_count=100');
  const before = (await tasks()).length;
  t.equal((await give(navigator, phq9('000000001'))).status, 201);
  t.equal((await tasks()).length - before, 1);
});

t.test('each yes of the barrier form becomes a barrier, unless it stands there already', async (t) => {
  const marcus = { reference: 'Patient/marcus-hale' };
  const [patient] = await found('/Patient?_id=marcus-hale');
  const subject = patient ? marcus : ANA;
  const barriers = async () =>
    (
      await found<Condition>(
        `/Condition?patient=${subject.reference}&category=cn-barrier&clinical-status=active&_count=100`,
      )
    ).map((one) => one.code!.coding!.find(({ system }) => system!.endsWith('cn-barrier-type'))!.code!);
  const questionnaire = form('cn-q-navigator-barriers');
  const before = await barriers();
  const fill = (answers: Parameters<typeof answered>[1], others = {}) =>
    answered(questionnaire, answers, { subject, author: NAVIGATOR, ...others });
  const first = await give(
    navigator,
    fill({ literacy: 'Y', 'literacy-help': true, legal: 'Y', food: 'N', housing: 'UNK' }),
  );
  t.equal(first.status, 201);
  t.strictSame((await barriers()).sort(), [...before, 'legal', 'literacy'].sort());
  const [literacy] = await found<Condition>(
    `/Condition?patient=${subject.reference}&code=literacy&clinical-status=active`,
  );
  t.same(literacy!.evidence, [{ detail: [{ reference: `QuestionnaireResponse/${first.body.id}` }] }]);
  t.ok(literacy!.extension!.some(({ url, valueBoolean }) => url.endsWith('wants-help') && valueBoolean));
  t.equal((await give(navigator, fill({ literacy: 'Y', legal: 'Y', 'legal-help': true }))).status, 201);
  t.equal((await barriers()).length, before.length + 2, 'none twice');
  const [legal] = await found<Condition>(
    `/Condition?patient=${subject.reference}&code=legal&clinical-status=active`,
  );
  t.ok(
    legal!.extension!.some(({ url }) => url.endsWith('wants-help')),
    'help is wanted with it now',
  );
  const path = `/QuestionnaireResponse/${first.body.id}`;
  const amended = { ...fill({ literacy: 'N' }, { status: 'amended' }), id: first.body.id };
  t.equal((await navigator('PUT', path, amended)).status, 200);
  t.notOk((await barriers()).includes('literacy'), 'what was taken back is no barrier');
  const help = await give(navigator, fill({ food: 'N', 'food-help': true }));
  t.equal(help.status, 422, 'help is asked for only where there may be a barrier');
});

t.test('$extract says what would follow, and stores nothing', async (t) => {
  const { body } = await give(navigator, phq9('111000000'));
  const before = (await findingsOf(body.id)).length;
  const answer = await navigator('GET', `/QuestionnaireResponse/${body.id}/$extract`);
  t.equal(answer.status, 200);
  const bundle = answer.body as Bundle;
  t.equal(bundle.type, 'transaction');
  t.equal(bundle.entry!.length, 11);
  const urls = new Set(bundle.entry!.map(({ fullUrl }) => fullUrl));
  const panel = bundle
    .entry!.map(({ resource }) => resource as Observation)
    .find(({ hasMember }) => hasMember)!;
  t.ok(panel.hasMember!.every(({ reference }) => urls.has(reference!)));
  const posted = await navigator('POST', `/QuestionnaireResponse/${body.id}/$extract`);
  t.equal(posted.body.entry.length, 11);
  t.equal((await findingsOf(body.id)).length, before);
  const sent = await navigator('POST', '/QuestionnaireResponse/$extract', phq9('111000000'));
  t.equal(sent.status, 200);
  t.equal(sent.body.entry.length, 11);
  const unknown = await navigator('POST', '/QuestionnaireResponse/$extract', {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: 'http://x.example/unknown',
  });
  t.equal(unknown.status, 422);
  t.equal((await navigator('GET', '/QuestionnaireResponse/none/$extract')).status, 404);
  t.equal((await navigator('POST', '/QuestionnaireResponse/$extract')).status, 400);
  t.equal(
    (await navigator('POST', '/QuestionnaireResponse/$extract', { resourceType: 'Patient' })).status,
    400,
  );
});

t.test('$validate says beforehand what the form does not allow', async (t) => {
  const response = phq9('111111110');
  response.item![0]!.item!.pop();
  const answer = await navigator('POST', '/QuestionnaireResponse/$validate', response);
  t.equal(answer.status, 200);
  t.equal(ruleOf(answer), 'questionnaire-response');
  const right = await navigator('POST', '/QuestionnaireResponse/$validate', phq9('111111110'));
  t.notOk(right.body.issue.some(({ severity }: { severity: string }) => severity === 'error'));
});

t.test('a patch, a batch and a transaction are held against the form too', async (t) => {
  const { body } = await give(navigator, phq9('111111110', { status: 'in-progress' }));
  const path = `/QuestionnaireResponse/${body.id}`;
  const patch = (operations: object[]) =>
    navigator('PATCH', path, operations, { 'content-type': 'application/json-patch+json' });
  const status = { op: 'replace', path: '/status', value: 'completed' };
  const refused = await patch([status, { op: 'remove', path: '/item/0/item/8' }]);
  t.equal(refused.status, 422);
  t.equal((await patch([status])).status, 200);
  t.equal((await findingsOf(body.id)).length, 11);
  const wrong = { ...phq9('000000000'), item: [] };
  const entry = [{ resource: wrong, request: { method: 'POST', url: 'QuestionnaireResponse' } }];
  const transaction = await navigator('POST', '/', { resourceType: 'Bundle', type: 'transaction', entry });
  t.equal(transaction.status, 422);
  const batch = await navigator('POST', '/', { resourceType: 'Bundle', type: 'batch', entry });
  t.match(batch.body.entry[0].response.status, /^422/);
});

t.test('a form that is not known here is held against nothing', async (t) => {
  const response = phq9('000000000', { questionnaire: 'http://x.example/unknown' });
  const answer = await give(navigator, response);
  t.equal(answer.status, 201);
  t.strictSame(await findingsOf(answer.body.id), []);
});

t.test('a version of the form can be named', async (t) => {
  const named = await give(navigator, phq9('000000000', { questionnaire: `${PHQ.url}|${PHQ.version}` }));
  t.equal((await findingsOf(named.body.id)).length, 11);
  const other = await give(navigator, phq9('000000000', { questionnaire: `${PHQ.url}|0.1` }));
  t.equal(other.status, 201);
  t.strictSame(await findingsOf(other.body.id), []);
});

t.test('a scheduler gives no forms', async (t) => {
  t.equal((await give(scheduler, phq9('000000000'))).status, 403);
});

t.test(
  'a supervisor and an administrator assess how ready the organisation is, and get a report',
  async (t) => {
    const questionnaire = form('cn-q-org-readiness');
    const answers = Object.fromEntries(
      questionnaire
        .item!.filter(({ type }) => type === 'group')
        .flatMap(({ linkId }) =>
          [1, 2, 3].map((n) => [`${linkId}-${n}`, linkId === 'voice' ? 'not-yet' : 'fully']),
        ),
    );
    const [organization] = await found<Resource>('/Organization?_count=1', supervisor);
    const subject = { reference: `Organization/${organization!.id}` };
    for (const ask of [supervisor, admin]) {
      const answer = await give(ask, answered(questionnaire, answers, { subject }));
      t.equal(answer.status, 201, JSON.stringify(answer.body));
      const report = await ask('GET', `/QuestionnaireResponse/${answer.body.id}/$report?language=es`);
      t.equal(report.status, 200);
      const parameter = report.body.parameter as { name: string; part?: { name: string }[] }[];
      t.match(
        parameter.find(({ name }) => name === 'score'),
        { valueInteger: 92 },
      );
      t.equal(parameter.filter(({ name }) => name === 'domain').length, 12);
      const weakest = parameter.filter(({ name }) => name === 'weakest');
      t.match(weakest, [{ part: [{ valueCode: 'voice' }, { valueString: /^Invite a dos personas/ }] }]);
      t.match(
        parameter.find(({ name }) => name === 'text'),
        { valueMarkdown: /\| Liderazgo \| 100 \|/ },
      );
    }
    const about = await give(supervisor, answered(questionnaire, answers, { subject: ANA as never }));
    t.equal(about.status, 422, 'it is about no person');
    t.equal((await give(supervisor, phq9('000000000'))).status, 403);
  },
);

t.test(
  'a person-centred assessment is five findings in the words of the person, and a picture',
  async (t) => {
    const questionnaire = form('cn-q-person-centred');
    const answers = {
      'medications-words': 'I forget | the evening ones',
      'medications-hard': 3,
      'social-strengths': 'My sister',
      'social-hard': 1,
      'social-next': 'See my nephew',
    };
    const answer = await give(navigator, answered(questionnaire, answers, { subject: ANA, source: ANA }));
    t.equal(answer.status, 201);
    const list = await findingsOf(answer.body.id);
    t.equal(list.length, 2, 'one for each side that was talked of');
    const social = findingOf(list, 'social')!;
    t.match(social.component, [
      { code: { coding: [{ code: 'strengths' }] }, valueString: 'My sister' },
      { code: { coding: [{ code: 'hard' }] }, valueInteger: 1 },
      { code: { coding: [{ code: 'next' }] }, valueString: 'See my nephew' },
    ]);
    const report = await navigator('POST', `/QuestionnaireResponse/${answer.body.id}/$report`, {
      resourceType: 'Parameters',
      parameter: [{ name: 'language', valueCode: 'en' }],
    });
    t.equal(report.status, 200);
    const axes = report.body.parameter.filter(({ name }: { name: string }) => name === 'axis');
    t.equal(axes.length, 5);
    t.match(axes[0].part, [{ valueCode: 'medications' }, {}, { name: 'hard', valueInteger: 3 }]);
    const text = report.body.parameter.at(-1).valueMarkdown as string;
    t.match(text, /I forget \\\| the evening ones/, 'what was said breaks no table');
    const [first] = (await navigator('GET', `/QuestionnaireResponse/${answer.body.id}/$report`)).body
      .parameter;
    t.equal(first.valueCanonical, questionnaire.url);
    const hard = await give(navigator, answered(questionnaire, { 'social-hard': 5 }, { subject: ANA }));
    t.equal(hard.status, 422);
  },
);

t.test('a form without a report says which have one', async (t) => {
  const { body } = await give(navigator, phq9('000000000'));
  const answer = await navigator('GET', `/QuestionnaireResponse/${body.id}/$report`);
  t.equal(answer.status, 422);
  t.match(answer.body.issue[0].diagnostics, /cn-q-org-readiness/);
  const language = await navigator('GET', `/QuestionnaireResponse/${body.id}/$report?language=fr`);
  t.equal(language.status, 400);
  t.equal((await navigator('GET', `/QuestionnaireResponse/${body.id}/$report?x=1`)).status, 400);
});

t.test('labels of a response are those of what is extracted from it', async (t) => {
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }];
  const answer = await give(nurse, phq9('000000000', { meta: { security } }));
  t.equal(answer.status, 201);
  const bundle = (await nurse('GET', `/QuestionnaireResponse/${answer.body.id}/$extract`)).body as Bundle;
  for (const { resource } of bundle.entry ?? []) t.match(resource!.meta!.security, security);
});
