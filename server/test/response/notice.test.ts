// Labelled content carries its notice: headers, and outcomes in searchsets. https://hl7.org/fhir/R4/security-labels.html
import type { Bundle } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import type { Result, Version } from '../../fhir/result.ts';
import { ACT_CODE, INLINE_LABEL, securityLabels } from '../../fhir/sensitivity.ts';
import { render } from '../../response/index.ts';
import { withNotices } from '../../response/notice.ts';

const BASE = 'http://127.0.0.1:3000/fhir';
const PART_2 = '42 CFR part 2 prohibits unauthorized use or disclosure of these records.';
const SENSITIVE =
  'These records are sensitive: disclose them only as the patient has agreed and the law of the state allows.';
const act = (code: string) => ({ system: ACT_CODE, code });
const SDOHCC = 'http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes';

/** Bytes as they are stored. */
const stored = (id: string, security?: unknown, more: object = {}, type = 'Condition'): string =>
  JSON.stringify({
    resourceType: type,
    id,
    meta: {
      profile: ['https://example.org/a"b\\'],
      ...(security !== undefined && { security }),
      versionId: '1',
      lastUpdated: '2026-03-14T09:30:00.000Z',
    },
    ...more,
  });
const version = (content: string, deleted = false): Version => ({
  type: 'Condition',
  id: 'c',
  version: 1,
  lastUpdated: new Date('2026-03-14T09:30:00.000Z'),
  deleted,
  method: deleted ? 'DELETE' : 'POST',
  content,
});
const read = (content: string): Result => ({ kind: 'resource', status: 200, resource: version(content) });
const searched = (...matches: string[]): Result & { kind: 'search' } => ({
  kind: 'search',
  status: 200,
  path: 'Condition',
  page: { matches, included: [], total: undefined, self: '', next: undefined, outcomes: [] },
});
const headersOf = (result: Result) => render(withNotices(result), BASE, 'representation').headers;
const bundleOf = (result: Result) =>
  JSON.parse(render(withNotices(result), BASE, 'representation').body as string) as Bundle;

t.test('A resource is answered with the notice of its labels', async (t) => {
  for (const code of ['42CFRPart2', 'SUD', 'ETH', 'ETHUD', 'OPIOIDUD'])
    t.equal(headersOf(read(stored('c', [act(code)])))['x-redisclosure-notice'], PART_2, code);
  for (const code of ['HIV', 'MH', 'PSYTHPN'])
    t.equal(headersOf(read(stored('c', [act(code)])))['x-redisclosure-notice'], SENSITIVE, code);
  t.equal(
    headersOf(read(stored('c', [act('NORDSCLCD')])))['x-redisclosure-notice'],
    'Do not disclose these records further unless the patient consents to it.',
  );
  const headers = headersOf(read(stored('c', [act('SUD'), act('HIV'), act('ETH')])));
  t.equal(headers['x-redisclosure-notice'], `${PART_2} ${SENSITIVE}`, 'each once');
  t.equal(headers.etag, 'W/"1"', 'beside its own headers');
});

t.test('A label that forbids contact says so', async (t) => {
  const headers = headersOf(read(stored('c', [{ system: SDOHCC, code: 'contacting-subject-prohibited' }])));
  t.equal(headers['x-contact-notice'], 'Do not contact this person.');
  t.notOk('x-redisclosure-notice' in headers);
});

t.test('Content without labels is answered as it was', async (t) => {
  for (const content of [
    stored('c'),
    stored('c', []),
    stored('c', [act('PERSISTLABEL')]),
    stored('c', undefined, {
      code: { coding: [act('HIV')] },
      note: [{ text: '"security":[{"code":"HIV"}]' }],
    }),
    stored('c', undefined, { contained: [{ resourceType: 'Basic', meta: { tag: [act('HIV')] } }] }),
    '{"resourceType":"Condition","id":"c"}',
  ]) {
    const result = read(content);
    t.equal(withNotices(result), result, content);
    const page = searched(content);
    t.equal(withNotices(page), page);
  }
  const outcome: Result = { kind: 'outcome', status: 404, issues: [] };
  t.equal(withNotices(outcome), outcome);
});

t.test('An element that is labelled inline, and an entry of a Bundle, carry their notices', async (t) => {
  const item = [{ linkId: '1', extension: [{ url: INLINE_LABEL, valueCoding: act('SUD') }] }];
  t.equal(headersOf(read(stored('c', undefined, { item })))['x-redisclosure-notice'], PART_2);
  const entry = [{ resource: { resourceType: 'Basic', meta: { security: [act('HIV')] } } }];
  t.equal(headersOf(read(stored('c', undefined, { entry }, 'Bundle')))['x-redisclosure-notice'], SENSITIVE);
});

t.test('A searchset has an outcome for each kind of notice, once', async (t) => {
  const result = searched(stored('a', [act('SUD')]), stored('b'), stored('c', [act('42CFRPart2')]));
  const page = { ...result.page, included: [stored('d', [act('MH')])] };
  const bundle = bundleOf({ ...result, page });
  const entries = bundle.entry!.map(({ search, resource }) => `${search!.mode} ${resource!.resourceType}`);
  t.same(entries, [
    'match Condition',
    'match Condition',
    'match Condition',
    'include Condition',
    'outcome OperationOutcome',
  ]);
  t.same(bundle.entry!.at(-1)!.resource, {
    resourceType: 'OperationOutcome',
    issue: [
      {
        severity: 'information',
        code: 'informational',
        diagnostics: PART_2,
        details: { coding: [act('42CFRPart2')] },
      },
      {
        severity: 'information',
        code: 'informational',
        diagnostics: SENSITIVE,
        details: { coding: [act('CPLYCD')] },
      },
    ],
  });
  t.equal(headersOf({ ...result, page })['x-redisclosure-notice'], `${PART_2} ${SENSITIVE}`);
});

t.test('A history has its notice in the header: its entries are versions', async (t) => {
  const versions = [version('', true), version(stored('c', [act('SUD')])), version(stored('c'))];
  const result: Result = {
    kind: 'history',
    status: 200,
    path: 'Condition/c/_history',
    versions,
    self: '',
    next: undefined,
  };
  t.equal(headersOf(result)['x-redisclosure-notice'], PART_2);
  t.equal(bundleOf(result).entry!.length, 3);
});

t.test('A batch has the notices of its entries, and a searchset in it its outcome', async (t) => {
  const entries = [read(stored('a', [act('HIV')])), searched(stored('b', [act('SUD')])), read(stored('d'))];
  const result: Result = { kind: 'batch', status: 200, type: 'batch-response', entries };
  t.equal(headersOf(result)['x-redisclosure-notice'], `${SENSITIVE} ${PART_2}`);
  const inner = bundleOf(result).entry![1]!.resource as Bundle;
  t.match(inner.entry!.at(-1), {
    search: { mode: 'outcome' },
    resource: { issue: [{ diagnostics: PART_2 }] },
  });
});

t.test('Whatever a meta holds, its labels are found, and nothing else', async (t) => {
  const text = fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', 'a', '"security":', 'é'),
  });
  const metas = fc.record(
    {
      source: text,
      profile: fc.array(text, { maxLength: 2 }),
      extension: fc.array(fc.record({ url: text, valueString: text }), { maxLength: 2 }),
      security: fc.array(
        fc.record(
          { display: text, code: fc.constantFrom('SUD', 'x'), system: fc.constantFrom(ACT_CODE, 'urn:x') },
          { requiredKeys: ['code'] },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      tag: fc.array(fc.record({ display: text, code: fc.constant('SUD') }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  let labelled = 0;
  fc.assert(
    fc.property(metas, text, (meta, note) => {
      const resource = {
        resourceType: 'Condition',
        id: 'c',
        meta,
        note: [{ text: note, security: [act('SUD')] }],
      };
      const expected = securityLabels(resource).some((label) => (label as { code: string }).code === 'SUD');
      if (expected) labelled++;
      return 'x-redisclosure-notice' in headersOf(read(JSON.stringify(resource))) === expected;
    }),
    { numRuns: 1000, seed: 5 },
  );
  t.ok(labelled > 100, `${labelled} of 1000 were labelled`);
});
