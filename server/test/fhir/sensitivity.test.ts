// Which labels hide a resource, wherever in it they stand. https://hl7.org/fhir/R4/security-labels.html
import t from 'tap';
import {
  ACT_CODE,
  CONFIDENTIALITY,
  INLINE_LABEL,
  sensitivities,
  sensitivityOf,
  sensitivityOfCoding,
} from '../../fhir/sensitivity.ts';

const task = (more: object = {}) => ({
  resourceType: 'Task',
  id: 't',
  meta: { versionId: '1', ...more },
  status: 'requested',
  code: { coding: [{ system: ACT_CODE, code: 'HIV' }] },
});
const act = (code: string) => ({ system: ACT_CODE, code });

t.test('The labels of a resource are the sensitivity codes of its meta.security', async (t) => {
  t.same(sensitivityOf(task()), [], 'codes elsewhere are no labels');
  t.same(sensitivityOf(task({ security: [act('HIV'), act('MH'), act('HIV')] })), ['HIV', 'MH']);
  t.same(sensitivityOf(task({ tag: [act('HIV')] })), [], 'tags are no labels');
  t.same(
    sensitivityOf(task({ security: [act('NORDSCLCD'), { system: CONFIDENTIALITY, code: 'R' }] })),
    [],
    'obligations, and content that is merely restricted, are hidden from nobody',
  );
  t.same(sensitivityOf(task({ security: [{ system: CONFIDENTIALITY, code: 'V' }] })), ['V']);
  t.same(sensitivityOf(task({ security: [act('V')] })), []);
});

t.test(
  'Every code of the table is one, under each name that its system has had, and under none',
  async (t) => {
    for (const code of Object.keys(sensitivities)) {
      const systems =
        code === 'V'
          ? [CONFIDENTIALITY, 'http://hl7.org/fhir/v3/Confidentiality', 'urn:oid:2.16.840.1.113883.5.25']
          : [ACT_CODE, 'http://hl7.org/fhir/v3/ActCode', 'urn:oid:2.16.840.1.113883.5.4'];
      for (const system of [...systems, undefined])
        t.equal(sensitivityOfCoding({ system, code }), code, `${system} ${code}`);
      t.equal(sensitivityOfCoding({ system: 'https://example.org/codes', code }), undefined);
    }
    for (const other of [undefined, null, 'HIV', {}, act('hiv'), act('toString'), { code: 7 }])
      t.equal(sensitivityOfCoding(other), undefined);
  },
);

t.test('What stands for a part of a label is a label itself', async (t) => {
  for (const [code, parts] of Object.entries(sensitivities))
    for (const part of parts) {
      t.ok(Object.hasOwn(sensitivities, part), part);
      t.not(part, code);
      for (const smaller of sensitivities[part]!)
        t.ok(parts.includes(smaller), `${code} > ${part} > ${smaller}`);
    }
});

t.test('An element that is labelled inline hides the resource', async (t) => {
  const answers = {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    item: [
      { linkId: '1', item: [{ linkId: '1.1', extension: [{ url: INLINE_LABEL, valueCoding: act('SUD') }] }] },
      { linkId: '2', _text: { extension: [{ url: INLINE_LABEL, valueCoding: act('42CFRPart2') }] } },
      { linkId: '3', extension: [{ url: 'https://example.org/other', valueCoding: act('HIV') }] },
      { linkId: '4', extension: [{ url: INLINE_LABEL }] },
    ],
  };
  t.same([...sensitivityOf(answers)].sort(), ['42CFRPart2', 'SUD']);
});

t.test('The labels of resources inside, contained or in entries, hide the whole', async (t) => {
  const inner = { resourceType: 'Condition', id: 'c', meta: { security: [act('PSY')] } };
  t.same(sensitivityOf({ resourceType: 'Task', contained: [inner] }), ['PSY']);
  t.same(sensitivityOf({ resourceType: 'Bundle', type: 'document', entry: [{ resource: inner }] }), ['PSY']);
});
