// A provider is found in the network and picked: the decision, its estimate, and apart from it what the claim comes to.
// https://build.fhir.org/ig/HL7/davinci-pdex-plan-net/
import type { Extension, Money, Observation, ServiceRequest } from '@medplum/fhirtypes';
import t from 'tap';
import { type Ask, asking, laying, startServer } from '../helpers/server.ts';
import { ANA, CB, concept, order, ruleOf, system } from './referral-world.ts';

const server = await startServer(t, { open: false, demo: true });
const put = laying(server);
const as = async (payload: { user?: string; client?: string }): Promise<Ask> => {
  const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
  return asking(server, {
    authorization: `Bearer ${(answer.json() as { access_token: string }).access_token}`,
  });
};
const [nurse, physician, navigator, payer] = [
  await as({ user: 'nurse' }),
  await as({ user: 'physician' }),
  await as({ user: 'navigator' }),
  await as({ client: 'payer' }),
];

const CPT = 'http://www.ama-assn.org/go/cpt';
const MRI = `${CPT}|70551`;
const IMAGING = `${system('cn-category')}|imaging`;
const COVERAGE = 'Coverage/ana-reyes-plan-a';
const LANGUAGE = 'HealthcareService/quarry-road-mri';
const OPTION = `${CB}/StructureDefinition/network-option`;
const DECISION = `${CB}/StructureDefinition/network-decision`;
const usd = (value: number): Money => ({ value, currency: 'USD' as never });
const part = (extension: Extension | undefined, name: string): Extension | undefined =>
  extension?.extension?.find(({ url }) => url === name);
const decisionOn = ({ extension }: ServiceRequest) => extension?.find(({ url }) => url === DECISION);

const query = (more: Record<string, string> = {}) => {
  const asked = new URLSearchParams([
    ['service', MRI],
    ['service', IMAGING],
    ...Object.entries({ coverage: COVERAGE, ...more }),
  ]);
  return `/HealthcareService/$find-in-network?${asked}`;
};
interface Entry {
  resource: { resourceType: string; id: string };
  search: { mode: string; score?: number; extension?: Extension[] };
}
const matches = (body: { entry?: Entry[] }) =>
  (body.entry ?? []).filter(({ search }) => search.mode === 'match');
const ids = (body: { entry?: Entry[] }) => matches(body).map(({ resource }) => resource.id);
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });
const choose = (reference: string, ...more: object[]) =>
  parameters({ name: 'choice', valueReference: { reference } }, ...more);
const reason = (code: string) => ({
  name: 'reason',
  valueCodeableConcept: concept(system('cn-off-network-reason'), code),
});
const observations = async (path: string, code = 'network-decision'): Promise<Observation[]> => {
  const { body } = await nurse('GET', `/Observation?${path}&code=${system('cn-observation')}|${code}`);
  return (body.entry ?? []).map(({ resource }: { resource: Observation }) => resource);
};
const amount = (observation: Observation | undefined, code: string): number | undefined =>
  observation?.component?.find((one) => one.code.coding?.[0]?.code === code)?.valueQuantity?.value;
let count = 0;
/** A new order of an MRI, which nobody has decided about. */
const newOrder = async (more: Partial<ServiceRequest> = {}): Promise<string> => {
  const id = `mri-${++count}`;
  await put('PUT', `/ServiceRequest/${id}`, {
    ...order('imaging'),
    category: [concept('http://snomed.info/sct', '363679005'), concept(system('cn-category'), 'imaging')],
    code: concept(CPT, '70551'),
    insurance: [{ reference: COVERAGE }],
    ...more,
    id,
  } as ServiceRequest);
  return `ServiceRequest/${id}`;
};

t.test('the services for an MRI come best tier first, with what they cost and whom they take', async (t) => {
  const { status, body } = await nurse('GET', query({ near: '40.03|-82.92' }));
  t.equal(status, 200, JSON.stringify(body));
  t.equal(body.type, 'searchset');
  t.equal(body.total, 4);
  t.same(ids(body), ['imaging', 'northgate-mri', 'quarry-road-mri', 'summit-mri']);
  t.same(
    matches(body).map(({ search }) => search.score),
    [1, 0.75, 0.5, 0.25],
  );
  const options = matches(body).map(({ search }) => search.extension?.find(({ url }) => url === OPTION));
  t.same(
    options.map((one) => part(one, 'tier')?.valueCode),
    ['direct-contract', 'preferred', 'in-network', 'out-of-network'],
  );
  t.same(
    options.map((one) => part(one, 'amount')?.valueMoney?.value),
    [1003, 1098, 1140, undefined],
  );
  t.equal(part(options[0], 'basis')?.valueCode, 'rate-table');
  t.equal(part(options[0], 'accepting')?.valueCode, 'newpt');
  t.match(part(options[0], 'network')?.valueReference, { reference: 'Organization/direct-contract-network' });
  const far = options.map((one) => part(one, 'distance')?.valueQuantity?.value ?? Number.NaN);
  t.ok(far[0]! < 1 && far[2]! > 10, far.join());
  const included = (body.entry as Entry[]).filter(({ search }) => search.mode === 'include');
  t.ok(included.some(({ resource }) => resource.resourceType === 'Location'));
  t.ok(included.some(({ resource }) => resource.resourceType === 'Organization'));
});

t.test('what is asked for narrows the options, and a body asks the same as an address', async (t) => {
  const rows: [string, Record<string, string>, string[]][] = [
    ['a language', { language: 'es' }, ['imaging', 'quarry-road-mri']],
    ['new patients', { accepting: 'true' }, ['imaging', 'northgate-mri', 'quarry-road-mri']],
    ['a distance', { near: '40.03|-82.92|10|km' }, ['imaging', 'northgate-mri', 'summit-mri']],
    ['a distance in miles', { near: '40.03|-82.92|1|mi' }, ['imaging']],
    ['an access need', { 'access-need': 'pubtrans' }, ['imaging', 'quarry-road-mri']],
    ['a tier', { tier: 'preferred' }, ['northgate-mri']],
    ['a number', { _count: '2' }, ['imaging', 'northgate-mri']],
    ['nothing like it', { language: 'vi' }, []],
  ];
  for (const [name, more, expected] of rows) {
    const { status, body } = await navigator('GET', query(more));
    t.equal(status, 200, name);
    t.same(ids(body), expected, name);
  }
  const posted = await nurse(
    'POST',
    '/HealthcareService/$find-in-network',
    parameters(
      { name: 'service', valueCoding: { system: system('cn-category'), code: 'imaging' } },
      { name: 'coverage', valueReference: { reference: COVERAGE } },
      { name: 'accepting', valueBoolean: true },
      { name: 'language', valueCode: 'es' },
    ),
  );
  t.same(ids(posted.body), ['imaging', 'quarry-road-mri']);
});

t.test('what cannot be read is refused, and a coverage that is not there is not found', async (t) => {
  const rows: [string, string, number][] = [
    ['no service', '/HealthcareService/$find-in-network', 400],
    ['no place', query({ near: 'here' }), 400],
    ['no unit', query({ near: '40|-82|3|parsecs' }), 400],
    ['no tier', query({ tier: 'best' }), 400],
    ['neither true nor false', query({ accepting: 'perhaps' }), 400],
    ['another parameter', query({ colour: 'blue' }), 400],
    ['no coverage', query({ coverage: 'Patient/ana-reyes' }), 400],
    ['nobody has it', query({ coverage: 'Coverage/nobody' }), 404],
  ];
  for (const [name, path, status] of rows) t.equal((await nurse('GET', path)).status, status, name);
});

t.test(
  'the nurse picks the centre of the direct contract: the order and an observation say what it saves',
  async (t) => {
    const request = await newOrder();
    const answer = await nurse('POST', `/${request}/$decide-network`, choose('HealthcareService/imaging'));
    t.equal(answer.status, 200, JSON.stringify(answer.body));
    const decision = decisionOn(answer.body);
    t.equal(part(decision, 'tier')?.valueCodeableConcept?.coding?.[0]?.code, 'direct-contract');
    t.equal(part(decision, 'optionsConsidered')?.valueInteger, 4);
    t.same(
      decision?.extension?.filter(({ url }) => url === 'option').map((one) => one.valueReference?.reference),
      ['imaging', 'northgate-mri', 'quarry-road-mri', 'summit-mri'].map((id) => `HealthcareService/${id}`),
    );
    t.same(part(decision, 'allowedAmountChosen')?.valueMoney, usd(1003));
    t.same(part(decision, 'allowedAmountReference')?.valueMoney, usd(1180));
    t.same(part(decision, 'estimatedSaving')?.valueMoney, usd(177), '15 %');
    t.equal(part(decision, 'basis')?.valueCode, 'rate-table');
    t.equal(part(decision, 'decidedBy')?.valueReference?.reference, 'PractitionerRole/nurse');
    t.match(answer.body, {
      status: 'active',
      performer: [{ reference: 'HealthcareService/imaging' }],
      locationReference: [{ reference: 'Location/harbour-lane-centre' }],
    });
    const [observation, ...others] = await observations(`based-on=${request}`);
    t.same(others, []);
    t.match(observation, {
      status: 'final',
      subject: ANA,
      performer: [{ reference: 'PractitionerRole/nurse' }],
      valueCodeableConcept: { coding: [{ code: 'direct-contract' }] },
    });
    t.equal(amount(observation, 'estimated-saving'), 177);
    t.equal(amount(observation, 'lowest-allowed-amount'), 1003);

    const read = await payer('GET', `/${request}`);
    t.equal(read.status, 200, 'the plan reads the decision');
    t.same(decisionOn(read.body), decision);
  },
);

t.test(
  'a lower tier than there is, and a choice outside, need a reason; a new decision amends the old one',
  async (t) => {
    const request = await newOrder();
    const path = `/${request}/$decide-network`;
    for (const choice of [
      'HealthcareService/summit-mri',
      'HealthcareService/quarry-road-mri',
      'Organization/bluebird-supply',
    ]) {
      const refused = await nurse('POST', path, choose(choice));
      t.equal(refused.status, 422, choice);
      t.equal(ruleOf(refused), 'network-reason');
      const other = await nurse(
        'POST',
        path,
        choose(choice, { name: 'reason', valueCodeableConcept: { text: 'So' } }),
      );
      t.equal(other.status, 422, 'words alone are no reason');
    }
    t.notOk(decisionOn((await nurse('GET', `/${request}`)).body), 'nothing was stored');
    t.same(await observations(`based-on=${request}`), []);

    const language = await nurse('POST', path, choose(LANGUAGE, reason('language')));
    t.equal(language.status, 200, JSON.stringify(language.body));
    t.same(part(decisionOn(language.body), 'estimatedSaving')?.valueMoney, usd(40));
    const outside = await nurse(
      'POST',
      path,
      choose('HealthcareService/summit-mri', reason('patient-choice')),
    );
    t.equal(outside.status, 200);
    const decision = decisionOn(outside.body);
    t.equal(part(decision, 'tier')?.valueCodeableConcept?.coding?.[0]?.code, 'out-of-network');
    t.notOk(part(decision, 'allowedAmountChosen'), 'nobody knows what it costs');
    t.same(part(decision, 'allowedAmountReference')?.valueMoney, usd(1180));
    t.notOk(part(decision, 'estimatedSaving'), 'so no saving is told');
    t.equal(outside.body.extension.filter(({ url }: Extension) => url === DECISION).length, 1);
    const found = await observations(`based-on=${request}`);
    t.equal(found.length, 1);
    t.match(found[0], { status: 'amended', valueCodeableConcept: { coding: [{ code: 'out-of-network' }] } });
    t.equal(amount(found[0], 'estimated-saving'), undefined);
  },
);

t.test('where the wishes leave nothing better, no reason is asked for', async (t) => {
  const request = await newOrder();
  const wish = [
    { name: 'near', valueString: '40.163|-83.02|5|km' },
    { name: 'language', valueCode: 'es' },
  ];
  const answer = await nurse('POST', `/${request}/$decide-network`, choose(LANGUAGE, ...wish));
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  t.equal(part(decisionOn(answer.body), 'optionsConsidered')?.valueInteger, 1);
});

t.test('an organisation can be picked, by the best of its services', async (t) => {
  const request = await newOrder();
  const answer = await nurse(
    'POST',
    `/${request}/$decide-network`,
    choose('Organization/harbour-lane-imaging'),
  );
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  t.match(answer.body.performer, [{ reference: 'Organization/harbour-lane-imaging' }]);
  t.same(part(decisionOn(answer.body), 'estimatedSaving')?.valueMoney, usd(177));
});

t.test('equipment has decisions too', async (t) => {
  const answer = await nurse(
    'POST',
    '/DeviceRequest/ana-glucose-meter/$decide-network',
    choose('Organization/bluebird-supply', reason('not-available')),
  );
  t.equal(answer.status, 200, JSON.stringify(answer.body));
  t.equal(answer.body.performer.reference, 'Organization/bluebird-supply');
  t.equal((await observations('based-on=DeviceRequest/ana-glucose-meter')).length, 1);
});

t.test(
  'who may not record a decision may not decide; an order that has ended is not sent anywhere',
  async (t) => {
    const request = await newOrder();
    const body = choose('HealthcareService/imaging');
    const rows: [string, Ask, string, object, number][] = [
      ['a navigator', navigator, request, body, 403],
      ['the plan', payer, request, body, 403],
      ['nobody knows the order', nurse, 'ServiceRequest/nothing', body, 404],
      ['nobody knows the choice', nurse, request, choose('HealthcareService/nothing'), 404],
      ['no choice', nurse, request, parameters(), 400],
      [
        'the coverage of somebody else',
        nurse,
        request,
        choose('HealthcareService/imaging', {
          name: 'coverage',
          valueReference: { reference: 'Coverage/marcus-bell-plan-a' },
        }),
        400,
      ],
      ['a choice of another kind', nurse, request, choose('Patient/ana-reyes'), 400],
      ['an order that is over', nurse, await newOrder({ status: 'completed' }), body, 409],
    ];
    for (const [name, ask, path, sent, status] of rows) {
      const answer = await ask('POST', `/${path}/$decide-network`, sent);
      t.equal(answer.status, status, `${name}: ${JSON.stringify(answer.body)}`);
      if (status === 409) t.equal(ruleOf(answer), 'network-order-open');
    }
    t.notOk(decisionOn((await nurse('GET', `/${request}`)).body), 'nothing was stored');
    const stale = await nurse('POST', `/${request}/$decide-network`, body, { 'if-match': 'W/"7"' });
    t.equal(stale.status, 412);
  },
);

t.test('a decision that is written by hand is held to its arithmetic, and recorded', async (t) => {
  const request = await newOrder();
  const { body } = await physician('GET', `/${request}`);
  const write = (saving: number | undefined, chosen: number | undefined) =>
    physician('PUT', `/${request}`, {
      ...body,
      extension: [
        {
          url: DECISION,
          extension: [
            { url: 'tier', valueCodeableConcept: concept(system('cn-network-tier'), 'preferred') },
            ...(chosen === undefined ? [] : [{ url: 'allowedAmountChosen', valueMoney: usd(chosen) }]),
            { url: 'allowedAmountReference', valueMoney: usd(1180) },
            ...(saving === undefined ? [] : [{ url: 'estimatedSaving', valueMoney: usd(saving) }]),
          ],
        },
      ],
    });
  for (const [saving, chosen] of [
    [178, 1003],
    [177, undefined],
  ] as const) {
    const refused = await write(saving, chosen);
    t.equal(refused.status, 409, JSON.stringify(refused.body));
    t.equal(ruleOf(refused), 'network-saving');
  }
  t.same(await observations(`based-on=${request}`), []);
  t.equal((await write(-20, 1200)).status, 200, 'what costs more is told');
  const [observation] = await observations(`based-on=${request}`);
  t.match(observation, { status: 'final', performer: [{ reference: 'PractitionerRole/physician' }] });
  t.equal(amount(observation, 'estimated-saving'), -20);
  t.equal((await write(undefined, undefined)).status, 200);
  t.match((await observations(`based-on=${request}`))[0], { status: 'amended' });
});

t.test(
  'a decision that names its tier alone is recorded, outside the network only with its reason',
  async (t) => {
    const write = (tier: string, more: Partial<ServiceRequest> = {}) =>
      physician('POST', '/ServiceRequest', {
        ...order('imaging', { insurance: [{ reference: COVERAGE }] }),
        ...more,
        extension: [
          {
            url: DECISION,
            extension: [{ url: 'tier', valueCodeableConcept: concept(system('cn-network-tier'), tier) }],
          },
        ],
      });
    const category = [concept('http://snomed.info/sct', '363679005'), ...order('imaging').category!];
    const inside = await write('unknown', { category });
    t.equal(inside.status, 201, JSON.stringify(inside.body));
    const [observation] = await observations(`based-on=ServiceRequest/${inside.body.id}`);
    t.equal(observation?.valueCodeableConcept?.coding?.[0]?.code, 'unknown');
    t.notOk(observation?.component);
    const outside = await write('out-of-network', { category });
    t.equal(outside.status, 422);
    t.equal(ruleOf(outside), 'cn-sr-3');
    const foreign = await write('out-of-network', { category: [{ text: 'Imaging' }] });
    t.equal(foreign.status, 201, 'an order that is none of ours is not held to it');
    t.same(await observations(`based-on=ServiceRequest/${foreign.body.id}`), []);
  },
);

t.test('whether an order could be avoided is told when it has ended', async (t) => {
  const request = await newOrder();
  const { body } = await physician('GET', `/${request}`);
  const outcome = (code: string) => ({
    extension: [{ url: `${CB}/StructureDefinition/avoidance-outcome`, valueCode: code }],
  });
  const early = await physician('PUT', `/${request}`, { ...body, ...outcome('avoided-e-consult') });
  t.equal(early.status, 409);
  t.equal(ruleOf(early), 'avoidance-outcome');
  const wrong = await physician('PUT', `/${request}`, { ...body, status: 'revoked', ...outcome('perhaps') });
  t.equal(wrong.status, 422);
  const told = await physician('PUT', `/${request}`, {
    ...body,
    status: 'revoked',
    ...outcome('avoided-e-consult'),
  });
  t.equal(told.status, 200, JSON.stringify(told.body));
});

t.test('what the claim comes to is recorded beside the estimate, and corrected with the claim', async (t) => {
  const open = await startServer(t, { demo: true });
  const ask = asking(open);
  const results = async () => {
    const { body } = await ask('GET', `/Observation?code=${system('cn-observation')}|adjudicated-saving`);
    return (body.entry ?? []).map(({ resource }: { resource: Observation }) => resource) as Observation[];
  };
  const before = (await ask('GET', '/ServiceRequest/ana-mri')).body;
  const estimate = (await ask('GET', '/Observation/ana-mri-network-decision')).body;
  const coding = (code: string) => concept('http://terminology.hl7.org/CodeSystem/adjudication', code);
  const claim = (allowed: number, more: object = {}) => ({
    resourceType: 'ExplanationOfBenefit',
    id: 'mri-paid',
    status: 'active',
    type: concept('http://terminology.hl7.org/CodeSystem/claim-type', 'professional'),
    use: 'claim',
    patient: ANA,
    created: '2026-03-02',
    insurer: { reference: 'Organization/meridian-vale-plan' },
    provider: { reference: 'Organization/harbour-lane-imaging' },
    referral: { reference: 'ServiceRequest/ana-mri' },
    outcome: 'complete',
    insurance: [{ focal: true, coverage: { reference: COVERAGE } }],
    item: [
      {
        sequence: 1,
        productOrService: concept(CPT, '70551'),
        adjudication: [
          { category: coding('submitted'), amount: usd(2000) },
          { category: coding('eligible'), amount: usd(allowed) },
        ],
      },
      {
        sequence: 2,
        productOrService: concept(CPT, '76700'),
        adjudication: [{ category: coding('eligible'), amount: usd(400) }],
      },
    ],
    ...more,
  });
  const send = async (body: object) => {
    const answer = await ask('PUT', '/ExplanationOfBenefit/mri-paid', body);
    t.ok(answer.status < 300, JSON.stringify(answer.body));
  };
  await send(claim(1040, { outcome: 'queued' }));
  t.same(await results(), [], 'not before it is decided');
  await send(claim(1040));
  const [paid, ...others] = await results();
  t.same(others, []);
  t.match(paid, {
    status: 'final',
    basedOn: [{ reference: 'ServiceRequest/ana-mri' }],
    focus: [{ reference: 'ExplanationOfBenefit/mri-paid' }],
    valueQuantity: { value: 140, code: 'USD' },
  });
  t.equal(amount(paid, 'adjudicated-allowed-amount'), 1040);
  await send(claim(1040, { disposition: 'Paid' }));
  t.equal((await results())[0]?.meta?.versionId, paid?.meta?.versionId, 'the same result is not told twice');
  await send(claim(1003));
  t.match(await results(), [{ status: 'amended', valueQuantity: { value: 177 } }]);
  await send(claim(1003, { status: 'cancelled' }));
  t.match(await results(), [{ status: 'entered-in-error' }]);
  await send(claim(1003, { patient: { reference: 'Patient/marcus-bell' } }));
  t.match(
    await results(),
    [{ status: 'entered-in-error' }],
    'a claim of somebody else says nothing of her order',
  );
  t.same((await ask('GET', '/ServiceRequest/ana-mri')).body, before, 'the order keeps its estimate');
  t.same((await ask('GET', '/Observation/ana-mri-network-decision')).body, estimate);
});
