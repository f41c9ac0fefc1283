// What patients permit and deny, as rows: against a slow reading of the provisions themselves, and one by one.
// https://hl7.org/fhir/R4/consent.html
import type { Consent, ConsentProvision } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { sensitivities } from '../../../fhir/sensitivity.ts';
import { directive, directiveParam } from '../../../search/param/directive.ts';
import { openIndex } from './index-tables.ts';

const BASE = 'http://127.0.0.1:3000/fhir';
const PARAM = directiveParam(7);
const CONTEXT = { ridOf: (key: string) => `rid of ${key}`, base: BASE };
const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const PRIVACY = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
};

const consent = (provision: object | undefined, more: object = {}): Consent =>
  ({
    resourceType: 'Consent',
    id: 'c',
    status: 'active',
    scope: PRIVACY,
    category: [],
    patient: { reference: 'Patient/ana' },
    ...(provision && { provision }),
    ...more,
  }) as Consent;

/** A row by the names of its columns. */
type Row = Record<string, string | null>;
const rowsOf = (resource: Consent): Row[] =>
  directive
    .rows(PARAM.extract(resource), CONTEXT, PARAM, resource)
    .map((row) => Object.fromEntries(directive.columns.map(([name], n) => [name, row[n]!])));

interface Asked {
  label: string;
  /** Who asks: `Type/id` of the user, their organization and teams. */
  actors: readonly string[];
  purpose: string;
  at: string;
}

const fits = (row: Row, { label, actors, purpose, at }: Asked): boolean =>
  (row.label === label || (row.label === '' && label !== 'PSYTHPN')) &&
  (row.actor === null || actors.some((actor) => `rid of ${actor}` === row.actor)) &&
  (row.purpose === null || row.purpose === purpose) &&
  (row.low === '-infinity' || row.low! <= at) &&
  (row.high === 'infinity' || row.high! > at);

/** A row permits and no row denies. */
const strictly = (rows: readonly Row[], asked: Asked): boolean => {
  const fitting = rows.filter((row) => fits(row, asked));
  return fitting.some(({ permit }) => permit === 'true') && fitting.every(({ permit }) => permit === 'true');
};

/** The same, where denials give way to the permissions that are exceptions to them. */
const exactly = (rows: readonly Row[], asked: Asked): boolean => {
  const fitting = rows.filter((row) => fits(row, asked));
  const permissions = fitting.filter(({ permit }) => permit === 'true');
  const stands = ({ permit, rule, last }: Row) =>
    permit === 'false' &&
    !permissions.some((one) => Number(one.rule) > Number(rule) && Number(one.rule) <= Number(last));
  return permissions.length > 0 && !fitting.some(stands);
};

/** Whether a code is covered: by itself; for a denial by what it is part of too. */
const covers = (codes: readonly string[] | undefined, label: string, permit: boolean): boolean => {
  if (!codes) return !permit || label !== 'PSYTHPN';
  return codes.some((code) => code === label || (!permit && sensitivities[code]!.includes(label)));
};

/** What a provision has of its own, else of those around it, the nearest first. */
const nearest = <K extends keyof ConsentProvision>(chain: readonly ConsentProvision[], name: K) =>
  chain.map((one) => one[name]).find((value) => (value as unknown[] | undefined)?.length);

/** Literally: those inside first, a denial before a permission; where they say nothing, the provision itself. */
function literal(
  provision: ConsentProvision,
  around: readonly ConsentProvision[],
  type: string | undefined,
  asked: Asked,
): 'permit' | 'deny' | undefined {
  const chain = [provision, ...around];
  const opposite = type && (type === 'permit' ? 'deny' : 'permit');
  const inside = (provision.provision ?? []).map((inner) =>
    literal(inner, chain, inner.type ?? opposite, asked),
  );
  if (inside.includes('deny')) return 'deny';
  if (inside.includes('permit')) return 'permit';
  const labels = nearest(chain, 'securityLabel')?.map(({ code }) => code!);
  const actors = nearest(chain, 'actor')?.map(({ reference }) => reference!.reference!);
  const purposes = nearest(chain, 'purpose')?.map(({ code }) => code!);
  const holds =
    chain.every(
      ({ period }) =>
        (!period?.start || period.start <= asked.at) && (!period?.end || asked.at < `${period.end}T24`),
    ) &&
    covers(labels, asked.label, type === 'permit') &&
    (!actors || actors.some((actor) => asked.actors.includes(actor))) &&
    (!purposes || purposes.includes(asked.purpose));
  return holds ? (type as 'permit' | 'deny' | undefined) : undefined;
}

const LABELS = ['BH', 'MH', 'PSYTHPN', 'SUD', 'HIV', '42CFRPart2'];
const ACTORS = ['Practitioner/rosa', 'Organization/clinic', 'CareTeam/anas'];
const DATES = ['2026-01-01', '2026-02-01', '2026-03-01'];
const some = <T>(values: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), {
    nil: undefined,
    freq: 1,
  });

const { provision: provisions } = fc.letrec<{ provision: ConsentProvision }>((tie) => ({
  provision: fc
    .record(
      {
        type: fc.constantFrom('permit' as const, 'deny' as const),
        period: fc.record(
          { start: fc.constantFrom(...DATES), end: fc.constantFrom(...DATES) },
          { requiredKeys: [] },
        ),
        securityLabel: some(LABELS).map((codes) => codes?.map((code) => ({ system: ACT, code }))),
        actor: some(ACTORS).map((list) =>
          list?.map((reference) => ({ role: { coding: [{ code: 'IRCP' }] }, reference: { reference } })),
        ),
        purpose: some(['TREAT', 'HPAYMT']).map((codes) => codes?.map((code) => ({ code }))),
        provision: fc.array(tie('provision'), { maxLength: 3 }),
      },
      { requiredKeys: [] },
    )
    .map((one) => one as ConsentProvision),
}));
const requests = fc.record({
  label: fc.constantFrom(...LABELS),
  actors: fc.subarray(ACTORS, { minLength: 1 }),
  purpose: fc.constantFrom('TREAT', 'HPAYMT', 'HOPERAT'),
  at: fc.constantFrom(
    '2025-12-31T00:00:00.000Z',
    '2026-01-15T00:00:00.000Z',
    '2026-02-01T12:00:00.000Z',
    '2026-04-01T00:00:00.000Z',
  ),
});

t.test(
  'The rows permit what the provisions permit, read literally; without exceptions to denials never more',
  async (t) => {
    const seen = { permitted: 0, denied: 0, stricter: 0 };
    fc.assert(
      fc.property(provisions, fc.array(requests, { minLength: 20, maxLength: 20 }), (provision, list) => {
        const rows = rowsOf(consent(provision));
        for (const asked of list) {
          const permitted = literal(provision, [], provision.type, asked) === 'permit';
          const [exact, strict] = [exactly(rows, asked), strictly(rows, asked)];
          if (exact !== permitted || (strict && !exact)) return false;
          seen[permitted ? 'permitted' : 'denied']++;
          if (exact && !strict) seen.stricter++;
        }
        return true;
      }),
      { numRuns: 3000, seed: 5 },
    );
    t.ok(seen.permitted > 500 && seen.denied > 500 && seen.stricter > 5, JSON.stringify(seen));
  },
);

const permission = (more: object = {}): Row => ({
  patient: 'rid of Patient/ana',
  label: '',
  actor: null,
  purpose: null,
  permit: 'true',
  low: '-infinity',
  high: 'infinity',
  rule: '0',
  last: '0',
  ...more,
});
const recipient = (reference: object | undefined, code = 'IRCP') => ({
  role: { coding: [{ code }] },
  reference,
});
const ROSA = recipient({ reference: 'Practitioner/rosa' });
const EVERYTHING = [permission({ permit: 'false' }), permission({ permit: 'false', label: 'PSYTHPN' })];

t.test('A provision is a row for each of its labels, actors and purposes', async (t) => {
  const provision = {
    type: 'permit',
    period: { start: '2026-02', end: '2026-03-14' },
    securityLabel: [
      { system: ACT, code: 'MH' },
      { system: ACT, code: 'SUD' },
    ],
    actor: [ROSA, recipient({ reference: `${BASE}/Organization/clinic` })],
    purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' }],
  };
  const when = { low: '2026-02-01T00:00:00.000Z', high: '2026-03-15T00:00:00.000Z', purpose: 'TREAT' };
  t.same(
    rowsOf(consent(provision)),
    ['MH', 'SUD'].flatMap((label) =>
      ['rid of Practitioner/rosa', 'rid of Organization/clinic'].map((actor) =>
        permission({ label, actor, ...when }),
      ),
    ),
  );
});

t.test('Only active Consents about the privacy of a patient of this server count', async (t) => {
  const all = { type: 'permit' };
  t.same(rowsOf(consent(all)), [permission()]);
  for (const status of ['draft', 'proposed', 'rejected', 'inactive', 'entered-in-error'])
    t.same(rowsOf(consent(all, { status })), [], status);
  for (const code of ['research', 'treatment', 'adr'])
    t.same(rowsOf(consent(all, { scope: { coding: [{ code }] } })), [], code);
  t.same(rowsOf(consent(all, { scope: { text: 'patient-privacy' } })), []);
  for (const reference of [
    undefined,
    '#ana',
    'Group/ana',
    'https://elsewhere.example/fhir/Patient/ana',
    'urn:uuid:x',
  ])
    t.same(rowsOf(consent(all, { patient: { reference } })), [], String(reference));
});

t.test(
  'The outermost provision without a type follows policyRule, and permits nothing where that says nothing',
  async (t) => {
    const rule = (code: string) => ({ policyRule: { coding: [{ system: ACT, code }] } });
    t.same(rowsOf(consent({ actor: [ROSA] })), []);
    t.same(rowsOf(consent(undefined)), []);
    t.same(rowsOf(consent({}, { policyRule: { text: 'Share everything' } })), []);
    t.same(rowsOf(consent({}, rule('EMRGONLY'))), []);
    for (const code of ['OPTIN', 'OPTINR'])
      t.same(rowsOf(consent(undefined, rule(code))), [permission()], code);
    for (const code of ['OPTOUT', 'OPTOUTE'])
      t.same(rowsOf(consent(undefined, rule(code))), EVERYTHING, code);
    const both = { policyRule: { coding: [{ code: 'OPTIN' }, { code: 'OPTOUT' }] } };
    t.same(rowsOf(consent({}, both)), EVERYTHING, 'of two the denial');
    t.same(rowsOf(consent({ type: 'permit' }, rule('OPTOUT'))), [permission()], 'a type is a type');
    const inner = { provision: [{ type: 'permit', actor: [ROSA] }, { actor: [ROSA] }] };
    t.same(
      rowsOf(consent(inner)),
      [permission({ actor: 'rid of Practitioner/rosa', rule: '1', last: '1' })],
      'what is an exception to nothing needs a type',
    );
  },
);

t.test('What a row cannot say about a permission leaves it out, and widens a denial', async (t) => {
  const narrowed: Record<string, object> = {
    data: { data: [{ meaning: 'instance', reference: { reference: 'Condition/c' } }] },
    class: { class: [{ code: 'Condition' }] },
    code: { code: [{ text: 'x' }] },
    dataPeriod: { dataPeriod: { start: '2026' } },
    modifierExtension: { modifierExtension: [{ url: 'https://example.org/not' }] },
    'a period that cannot be read': { period: { start: 'soon' } },
    'an actor without a reference': { actor: [recipient({ display: 'Rosa' })] },
    'an actor who is contained': { actor: [recipient({ reference: '#rosa' })] },
    'from whom content comes': { actor: [recipient({ reference: 'Organization/clinic' }, 'CST')] },
    'a label of no table': { securityLabel: [{ system: ACT, code: 'TBOO' }] },
    'a confidentiality that hides nothing here': { securityLabel: [{ code: 'R' }] },
    'a purpose of another system': { purpose: [{ system: 'https://example.org/why', code: 'TREAT' }] },
  };
  for (const [name, more] of Object.entries(narrowed)) {
    t.same(rowsOf(consent({ type: 'permit', ...more })), [], `permit ${name}`);
    t.same(rowsOf(consent({ type: 'deny', ...more })), EVERYTHING, `deny ${name}`);
  }
  const inside = { type: 'deny', ...narrowed.data, provision: [{ type: 'permit' }] };
  t.same(
    rowsOf(consent(inside)),
    EVERYTHING.map((row) => ({ ...row, last: '1' })),
    'an exception to what is narrowed is narrowed',
  );
  t.same(
    rowsOf(consent({ type: 'permit' }, { modifierExtension: [{ url: 'https://example.org/not' }] })),
    [],
  );
});

t.test('Actions that show nothing neither permit nor deny seeing', async (t) => {
  const action = (...codes: string[]) => ({ action: [{ coding: codes.map((code) => ({ code })) }] });
  for (const code of ['access', 'use', 'disclose'])
    t.same(rowsOf(consent({ type: 'permit', ...action(code) })), [permission()], code);
  for (const code of ['collect', 'correct']) {
    t.same(rowsOf(consent({ type: 'permit', ...action(code) })), [], code);
    t.same(rowsOf(consent({ type: 'deny', ...action(code) })), [], code);
  }
  t.same(rowsOf(consent({ type: 'permit', ...action('anything') })), []);
  t.same(rowsOf(consent({ type: 'deny', ...action('anything') })), EVERYTHING);
  t.same(rowsOf(consent({ type: 'deny', action: [{ text: 'reading' }] })), EVERYTHING);
  t.same(
    rowsOf(consent({ type: 'deny', ...action('correct'), provision: [{ type: 'permit' }] })),
    [],
    'an exception is about the same actions',
  );
});

t.test('A period that is empty in the one around it makes no row', async (t) => {
  const inner = { type: 'deny', period: { start: '2026-04' } };
  t.same(rowsOf(consent({ type: 'permit', period: { end: '2026-03' }, provision: [inner] })), [
    permission({ high: '2026-04-01T00:00:00.000Z', last: '1' }),
  ]);
});

t.test('A Consent made to fill the index is refused with 422', async (t) => {
  const many = (count: number, make: (n: number) => object) =>
    Array.from({ length: count }, (_, n) => make(n));
  const actors = many(501, (n) => recipient({ reference: `Practitioner/p${n}` }));
  const labels = ['MH', 'HIV', 'STD', 'VIO'].map((code) => ({ system: ACT, code }));
  for (const provision of [
    { type: 'permit', actor: actors, securityLabel: labels },
    { provision: many(2_001, () => ({ type: 'permit', period: { start: '2027', end: '2026' } })) },
  ]) {
    const failure = (() => {
      try {
        return rowsOf(consent(provision));
      } catch (error) {
        return error;
      }
    })() as { status: number; issues: object[] };
    t.equal(failure.status, 422);
    t.match(failure.issues, [
      {
        severity: 'error',
        code: 'too-costly',
        diagnostics: /Write several Consents/,
        expression: ['Consent.provision'],
      },
    ]);
  }
});

t.test('The rows lie in a table of their own, and nobody can search by them', async (t) => {
  const { save, sql, registry } = await openIndex(t);
  const id = registry.directive();
  t.ok(id > 0, 'complete from the beginning on an empty database');
  t.equal(registry.find('Consent', '_directive'), undefined);
  t.notOk(registry.of('Consent').some(({ code }) => code === '_directive'));
  t.equal(registry.find('Task', '_sensitivity'), undefined);
  const provision = { type: 'permit', securityLabel: [{ system: ACT, code: 'MH' }], actor: [ROSA] };
  await save([
    consent({ ...provision, provision: [{ type: 'deny', purpose: [{ code: 'HPAYMT' }] }] }) as never,
    { resourceType: 'Task', id: 't', meta: { security: [{ system: ACT, code: 'SUD' }] } },
    { resourceType: 'Task', id: 'open' },
  ]);
  const rows =
    await sql`select label, purpose, permit, low::text, high::text, rule, last, actor is not null as named
    from index_directive where param = ${id} order by rule, label`;
  const common = { low: '-infinity', high: 'infinity', named: true };
  t.same(
    rows.map((row) => ({ ...row })),
    [
      { label: 'MH', purpose: null, permit: true, rule: 0, last: 1, ...common },
      ...['MH', 'PSY', 'PSYTHPN'].map((label) => ({
        label,
        purpose: 'HPAYMT',
        permit: false,
        rule: 1,
        last: 1,
        ...common,
      })),
    ],
  );
  const labels = await sql`select i.code, s.url from index_token i join code_system s on s.id = i.system
    where i.param = ${registry.sensitivity}`;
  t.same(
    labels.map((row) => ({ ...row })),
    [{ code: 'SUD', url: ACT }],
  );
});
