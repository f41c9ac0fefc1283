// Which documents and results answer an order, and which contacts tell a person what they say.
// https://hl7.org/fhir/R4/documentreference.html
import { readFileSync } from 'node:fs';
import type { Communication, DiagnosticReport, DocumentReference, Task, ValueSet } from '@medplum/fhirtypes';
import t from 'tap';
import { CATEGORY, extensionUrl } from '../../../care/code.ts';
import {
  CONSULT_REPORTS,
  consultCode,
  isCorrected,
  isFinal,
  isNews,
  type Report,
} from '../../../care/referral/report.ts';
import { tells, toldAbout } from '../../../care/referral/told.ts';

const ORDER = { reference: 'ServiceRequest/1' };
const note = (more: Partial<DocumentReference> = {}): DocumentReference => ({
  resourceType: 'DocumentReference',
  status: 'current',
  date: '2026-03-02T15:00:00Z',
  content: [{ attachment: { contentType: 'text/plain' } }],
  context: { related: [ORDER] },
  ...more,
});
const result = (
  status: DiagnosticReport['status'],
  more: Partial<DiagnosticReport> = {},
): DiagnosticReport => ({
  resourceType: 'DiagnosticReport',
  status,
  code: { coding: [{ system: 'http://loinc.org', code: '34099-2' }] },
  basedOn: [ORDER],
  ...more,
});

t.test('a report can be relied on when it is final and stands', async (t) => {
  const rows: [Report, boolean][] = [
    [note(), true],
    [note({ docStatus: 'final' }), true],
    [note({ docStatus: 'amended' }), true],
    [note({ docStatus: 'preliminary' }), false],
    [note({ docStatus: 'entered-in-error' }), false],
    [note({ status: 'superseded' }), false],
    [note({ status: 'entered-in-error' }), false],
    ...(['final', 'amended', 'corrected', 'appended'] as const).map((one): [Report, boolean] => [
      result(one),
      true,
    ]),
    ...(['registered', 'partial', 'preliminary', 'cancelled', 'entered-in-error', 'unknown'] as const).map(
      (one): [Report, boolean] => [result(one), false],
    ),
  ];
  for (const [report, expected] of rows) t.equal(isFinal(report), expected, JSON.stringify(report));
});

t.test('news is a report that became final, was corrected, or answers another order', async (t) => {
  t.ok(isNews({ after: note() }));
  t.ok(isNews({ before: result('preliminary'), after: result('final') }));
  t.ok(isNews({ before: result('final'), after: result('amended') }));
  t.ok(isNews({ before: result('final'), after: result('final', { issued: '2026-03-03T15:00:00Z' }) }));
  t.ok(isNews({ before: note({ context: { related: [] } }), after: note() }));
  t.notOk(isNews({ before: result('final'), after: result('final', { conclusion: 'x' }) }));
  t.notOk(
    isNews({ after: result('final', { basedOn: [] }) }),
    'a report that answers no order is none of ours',
  );
  t.notOk(isNews({ after: note({ context: { related: [{ reference: 'Encounter/1' }] } }) }));
  t.notOk(isNews({ before: note(), after: note({ status: 'superseded' }) }));
});

t.test('a correction says so by its status, or by the document that it replaces', async (t) => {
  t.ok(isCorrected(result('corrected')));
  t.ok(isCorrected(note({ docStatus: 'amended' })));
  t.ok(
    isCorrected(note({ relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/0' } }] })),
  );
  t.notOk(
    isCorrected(note({ relatesTo: [{ code: 'signs', target: { reference: 'DocumentReference/0' } }] })),
  );
  t.notOk(isCorrected(note()));
});

t.test(
  'the code of a review is that of the note where measures know it, else that of any consultation',
  async (t) => {
    const path = new URL('../../../../profiles/definitions/ValueSet/cn-consult-report.json', import.meta.url);
    const { compose } = JSON.parse(readFileSync(path, 'utf8')) as ValueSet;
    t.same(compose?.include[0]?.concept?.map(({ code }) => code).sort(), [...CONSULT_REPORTS].sort());
    t.equal(consultCode(result('final')), '34099-2');
    t.equal(consultCode(note()), '11488-4');
    t.equal(
      consultCode(note({ type: { coding: [{ system: 'http://loinc.org', code: '18842-5' }] } })),
      '11488-4',
    );
  },
);

const REVIEW: Task = {
  resourceType: 'Task',
  status: 'completed',
  intent: 'order',
  executionPeriod: { end: '2026-03-02T15:00:00Z' },
};
const contact = (
  more: Partial<Communication> = {},
  facts: Record<string, string | boolean> = {},
): Communication => ({
  resourceType: 'Communication',
  id: '1',
  status: 'completed',
  category: [{ coding: [{ system: CATEGORY, code: 'contact' }] }],
  extension: Object.entries({ direction: 'outbound', interactive: true, ...facts }).map(([id, value]) => ({
    url: extensionUrl(id),
    ...(typeof value === 'boolean' ? { valueBoolean: value } : { valueCode: value }),
  })),
  about: [ORDER],
  recipient: [{ reference: 'Patient/1' }],
  sent: '2026-03-02T16:00:00Z',
  ...more,
});

t.test('a person is told by whoever reached them after the review', async (t) => {
  const rows: [name: string, Communication, boolean][] = [
    ['a talk', contact(), true],
    ['a talk that reached them', contact({}, { 'contact-outcome': 'reached' }), true],
    ['a message left', contact({}, { 'contact-outcome': 'left-message', interactive: false }), false],
    ['nobody answered', contact({}, { 'contact-outcome': 'no-answer' }), false],
    ['a letter', contact({}, { interactive: false, channel: 'letter' }), false],
    ['the portal', contact({}, { interactive: false, channel: 'portal' }), true],
    ['a protected message', contact({}, { interactive: false, channel: 'secure-message' }), true],
    ['a question of theirs', contact({}, { direction: 'inbound' }), false],
    ['before the review', contact({ sent: '2026-03-02T14:59:59Z' }), false],
    ['somebody else', contact({ recipient: [{ reference: 'Patient/2' }] }), false],
    ['a natural support of the team', contact({ recipient: [{ reference: 'RelatedPerson/1' }] }), true],
    ['another relative', contact({ recipient: [{ reference: 'RelatedPerson/2' }] }), false],
    [
      'an absolute reference',
      contact({ recipient: [{ reference: 'https://here.example/fhir/Patient/1' }] }),
      true,
    ],
    ['no time', contact({ sent: undefined as never }), false],
  ];
  for (const [name, communication, expected] of rows)
    t.equal(tells(communication, 'Patient/1', ['RelatedPerson/1'], REVIEW), expected, name);
});

t.test('a contact before the end of the review counts where the review names it', async (t) => {
  const early = contact({ sent: '2026-03-02T14:00:00Z' });
  const output = [{ type: { text: 'Told' }, valueReference: { reference: 'Communication/1' } }];
  t.ok(tells(early, 'Patient/1', [], { ...REVIEW, output }));
});

t.test('only a contact of ours that took place is about an order', async (t) => {
  t.same(toldAbout(contact()), ['ServiceRequest/1']);
  t.same(toldAbout(contact({ status: 'in-progress' })), []);
  t.same(toldAbout(contact({ category: [] })), []);
  t.same(toldAbout(contact({ about: [{ reference: 'Encounter/1' }] })), []);
});
