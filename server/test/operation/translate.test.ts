// $translate: by a map, between value sets, into a code system, backwards, with dependencies and for what is unmapped.
// https://hl7.org/fhir/R4/conceptmap-operation-translate.html
import type { ConceptMap } from '@medplum/fhirtypes';
import t from 'tap';
import { type Answer, asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';
import { CODES, given, out, stored } from './sample-terminology.ts';

const FEELINGS = 'https://example.org/feelings';
const MAP = 'https://example.org/map';
const map: ConceptMap = {
  resourceType: 'ConceptMap',
  id: 'feelings',
  url: `${MAP}/feelings`,
  status: 'active',
  sourceCanonical: 'https://example.org/vs/all',
  targetCanonical: 'https://example.org/vs/feelings',
  group: [
    {
      source: CODES,
      target: FEELINGS,
      element: [
        {
          code: 'red',
          target: [
            { code: 'anger', display: 'Anger', equivalence: 'wider' },
            { code: 'love', equivalence: 'inexact', comment: 'It depends.' },
          ],
        },
        { code: 'blue', target: [{ equivalence: 'unmatched' }] },
        {
          code: 'orange',
          target: [
            {
              code: 'joy',
              equivalence: 'equal',
              dependsOn: [{ property: 'https://example.org/season', value: 'summer' }],
            },
          ],
        },
      ],
      unmapped: { mode: 'fixed', code: 'indifference', display: 'Indifference' },
    },
  ],
};
const server = await startServer(t);
const ask = asking(server);
await stored(ask, map);
const translate = (query: string) => ask('GET', `/ConceptMap/$translate?${query}`);

const matches = ({ body }: Answer): string[] =>
  body.parameter
    .filter(({ name }: { name: string }) => name === 'match')
    .map(({ part }: { part: { name: string; valueCode?: string; valueCoding?: { code: string } }[] }) =>
      part
        .map(({ valueCode, valueCoding }) => valueCode ?? valueCoding?.code ?? '')
        .filter(Boolean)
        .join(' '),
    );

t.test('a code is translated by a map, named by URL or address or given whole', async (t) => {
  const answer = await translate(`url=${MAP}/feelings&system=${CODES}&code=red`);
  t.equal(answer.status, 200);
  t.equal(out(answer, 'result'), true);
  t.same(matches(answer), ['wider anger', 'inexact love']);
  t.match(answer.body.parameter[1], {
    name: 'match',
    part: [
      { name: 'equivalence', valueCode: 'wider' },
      { name: 'concept', valueCoding: { system: FEELINGS, code: 'anger', display: 'Anger' } },
      { name: 'source', valueUri: `${MAP}/feelings` },
    ],
  });
  t.same((await ask('GET', `/ConceptMap/feelings/$translate?system=${CODES}&code=red`)).body, answer.body);
  const whole = given(
    { name: 'conceptMap', resource: map },
    { name: 'coding', valueCoding: { system: CODES, code: 'red' } },
  );
  t.same((await ask('POST', '/ConceptMap/$translate', whole)).body, answer.body);
});

t.test('without a map, all maps into the value set or code system are asked', async (t) => {
  const into = `system=${CODES}&code=red`;
  t.same(matches(await translate(`${into}&targetsystem=${FEELINGS}`)), ['wider anger', 'inexact love']);
  t.same(matches(await translate(`${into}&target=https://example.org/vs/feelings`)), [
    'wider anger',
    'inexact love',
  ]);
  const none = await translate(`${into}&target=https://example.org/vs/other`);
  t.equal(out(none, 'result'), false);
  t.match(out(none, 'message'), /no concept map/);
});

t.test("R4's own maps are there", async (t) => {
  const home = 'system=http://hl7.org/fhir/address-use&code=home';
  t.same(matches(await translate(`url=http://hl7.org/fhir/ConceptMap/cm-address-use-v2&${home}`)), [
    'equivalent H',
  ]);
});

t.test('backwards, an equivalence is that of the other side', async (t) => {
  const answer = await translate(`url=${MAP}/feelings&system=${FEELINGS}&code=anger&reverse=true`);
  t.same(matches(answer), ['narrower red']);
});

t.test('what is unmatched is no result; what is unmapped is what the map says', async (t) => {
  const blue = await translate(`url=${MAP}/feelings&system=${CODES}&code=blue`);
  t.equal(out(blue, 'result'), false);
  t.same(matches(blue), ['unmatched']);
  t.same(matches(await translate(`url=${MAP}/feelings&system=${CODES}&code=mauve`)), [
    'inexact indifference',
  ]);
});

t.test('a target that depends on something needs it', async (t) => {
  const orange = (...more: object[]) =>
    ask(
      'POST',
      '/ConceptMap/feelings/$translate',
      given({ name: 'system', valueUri: CODES }, { name: 'code', valueCode: 'orange' }, ...more),
    );
  t.same(matches(await orange()), []);
  const part = [
    { name: 'element', valueUri: 'https://example.org/season' },
    { name: 'concept', valueCodeableConcept: { coding: [{ code: 'summer' }] } },
  ];
  t.same(matches(await orange({ name: 'dependency', part })), ['equal joy']);
  outcome(t, await orange({ name: 'dependency', part: [] }), {
    status: 400,
    code: 'invalid',
    says: /A dependency has/,
  });
});

t.test('what is unknown or malformed is refused in words', async (t) => {
  const cases: [string, number, RegExp][] = [
    [`url=${MAP}/nobody&system=${CODES}&code=red`, 404, /There is no ConceptMap/],
    [`url=${MAP}/feelings&code=red`, 400, /has no system/],
    [`system=${CODES}&code=red`, 400, /needs a concept map/],
    [`url=${MAP}/feelings`, 400, /Give the code in one form/],
  ];
  for (const [query, status, says] of cases)
    outcome(t, await translate(query), { status, code: status === 404 ? 'not-found' : 'invalid', says });
});
