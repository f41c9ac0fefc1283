// The modifiers of token search. https://hl7.org/fhir/R4/search.html#token
import t from 'tap';
import { badRequest } from '../../../fhir/errors.ts';
import { displaysOf } from '../../../search/param/token.ts';
import { answers, openIndex, refuses } from './index-tables.ts';

const LOCAL = 'https://example.org/codes';
const coding = (code: string, system: string | undefined = LOCAL) => ({ system, code });
const MR = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] };

t.test(':of-type finds identifiers by type and value, all three parts given', async (t) => {
  const index = await openIndex(t);
  await index.save([
    {
      resourceType: 'Patient',
      id: 'a',
      identifier: [
        { type: MR, system: 'urn:x', value: '446053' },
        { type: { coding: [coding('SS')] }, value: '1|2' },
      ],
    },
    { resourceType: 'Patient', id: 'b', identifier: [{ system: 'urn:x', value: '446053' }] },
  ]);
  await answers(t, index, 'Patient', {
    'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053': ['a'],
    'identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|SS|446053': [],
    [`identifier:of-type=${LOCAL}|SS|1\\|2`]: ['a'],
    'identifier=446053': ['a', 'b'],
  });
  for (const value of ['MR|446053', '|MR|446053', 'a|b|', 'a|b|c|d', ''])
    await refuses(t, index, 'Patient', `identifier:of-type=${value}`, /Write all of system\|code\|value/);
});

t.test(':in, :not-in, :above and :below ask terminology', async (t) => {
  const index = await openIndex(t, {
    expand: async (valueSet) => {
      if (valueSet === 'http://example.org/empty') return [];
      if (valueSet !== 'http://example.org/vs|1') throw badRequest(`${valueSet} is not known here.`);
      return [
        { system: LOCAL, code: 'a' },
        { system: LOCAL, code: 'odd|code,$' },
        { system: '', code: 'bare' },
      ];
    },
    descendants: async (_system, code) => [code, `${code}.1`],
    ancestors: async (_system, code) => [code, 'root'],
  });
  const condition = (id: string, ...codings: object[]) => ({
    resourceType: 'Condition',
    id,
    code: { coding: codings },
  });
  await index.save([
    condition('a', coding('a')),
    condition('odd', coding('odd|code,$')),
    condition('bare', { code: 'bare' }),
    condition('other', coding('a', 'https://example.org/other')),
    condition('below', coding('a.1')),
    condition('root', coding('root')),
    { resourceType: 'Condition', id: 'none' },
  ]);
  await answers(t, index, 'Condition', {
    'code:in=http://example.org/vs\\|1': ['a', 'odd', 'bare'],
    'code:in=http://example.org/vs|1': ['a', 'odd', 'bare'],
    'code:not-in=http://example.org/vs|1': ['other', 'below', 'root', 'none'],
    'code:in=http://example.org/empty': [],
    'code:not-in=http://example.org/empty': ['a', 'odd', 'bare', 'other', 'below', 'root', 'none'],
    [`code:below=${LOCAL}|a`]: ['a', 'below'],
    [`code:above=${LOCAL}|a.1`]: ['below', 'root'],
  });
  await refuses(t, index, 'Condition', 'code:in=http://example.org/x', /is not known here/);
  await refuses(t, index, 'Condition', 'code:in=', /Give the URL of a value set/);
  await refuses(t, index, 'Condition', 'code:below=a', /Write system\|code/);
  await refuses(t, index, 'Condition', 'code:above=|a', /Write system\|code/);
});

t.test('A MIME type has those with parameters below it', async (t) => {
  const index = await openIndex(t);
  const document = (id: string, contentType: string) => ({
    resourceType: 'DocumentReference',
    id,
    content: [{ attachment: { contentType } }],
  });
  await index.save([
    document('plain', 'text/xml'),
    document('utf8', 'text/xml; charset=UTF-8'),
    document('dtd', 'text/xml-dtd'),
  ]);
  await answers(t, index, 'DocumentReference', {
    'contenttype=text/xml': ['plain'],
    'contenttype:below=text/xml': ['plain', 'utf8'],
  });
});

t.test('Codes are case sensitive, strings are not', async (t) => {
  const index = await openIndex(t);
  await index.save([
    { resourceType: 'Questionnaire', id: 'q', version: '1.0-RC1', status: 'active' },
    { resourceType: 'Questionnaire', id: 'lower', version: '1.0-rc1', status: 'active' },
  ]);
  await answers(t, index, 'Questionnaire', {
    'version=1.0-RC1': ['q', 'lower'],
    'version=1.0-rc1': ['q', 'lower'],
    'status=active': ['q', 'lower'],
    'status=Active': [],
  });
});

t.test(':text searches the words beside codes', async (t) => {
  t.same(
    displaysOf([
      {
        type: 'CodeableConcept',
        value: { text: 'One', coding: [{ code: 'x', display: 'Two' }, { code: 'y' }] },
      },
      { type: 'Coding', value: { display: 'Three' } },
      { type: 'Identifier', value: { type: { text: 'Four' }, value: '5' } },
      { type: 'code', value: 'six' },
    ]),
    ['One', 'Two', 'Three', 'Four'],
  );
  const index = await openIndex(t);
  await index.save([{ resourceType: 'Condition', id: 'c', code: { text: 'Migraña' } }]);
  const { id } = index.registry.find('Condition', 'code')!;
  const [row] = await index.sql`select rid from index_token where param = ${id}`;
  await index.sql`insert into index_display (param, value, rid) values (${id}, 'severe migrana', ${row!.rid})`;
  await answers(t, index, 'Condition', {
    'code:text=MIGRAÑA': ['c'],
    'code:text=severe m': ['c'],
    'code:text=100%': [],
  });
  await refuses(t, index, 'Condition', 'code:text=', /Give a text/);
});
