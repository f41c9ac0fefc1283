// $validate-code of value sets and code systems: codes, codings, concepts, displays, and what is only known by shape.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';
import {
  allColours,
  CODES,
  colours,
  given,
  out,
  RED,
  stored,
  VS,
  valueSet,
  warmColours,
} from './sample-terminology.ts';

const server = await startServer(t);
const ask = asking(server);
await stored(ask, colours, allColours, warmColours);
const inSet = (query: string) => ask('GET', `/ValueSet/$validate-code?${query}`);
const inSystem = (query: string) => ask('GET', `/CodeSystem/$validate-code?${query}`);

t.test('a code with its system is of the value set, or not', async (t) => {
  const yes = await inSet(`url=${VS}/warm&system=${CODES}&code=crimson`);
  t.equal(yes.status, 200);
  t.equal(yes.body.resourceType, 'Parameters');
  t.equal(out(yes, 'result'), true);
  t.equal(out(yes, 'display'), 'Crimson red');
  const no = await inSet(`url=${VS}/warm&system=${CODES}&code=blue`);
  t.equal(out(no, 'result'), false);
  t.match(out(no, 'message'), /The code .*\|blue is not in the value set .*warm\.$/);
  t.match(
    out(await inSet(`url=${VS}/warm&system=${CODES}&code=bleu`), 'message'),
    /There is no code bleu in/,
  );
  t.equal(out(await ask('GET', `/ValueSet/warm/$validate-code?system=${CODES}&code=red`), 'result'), true);
  t.equal(out(await inSet(`url=${VS}/warm&system=https://other.example&code=red`), 'result'), false);
});

t.test('a display must be one of the code, whatever its case and language', async (t) => {
  for (const display of ['Red', 'red', 'Rojo'])
    t.equal(
      out(await inSet(`url=${VS}/all&system=${CODES}&code=red&display=${display}`), 'result'),
      true,
      display,
    );
  const wrong = await inSet(`url=${VS}/all&system=${CODES}&code=red&display=Blue`);
  t.equal(out(wrong, 'result'), false);
  t.equal(out(wrong, 'message'), 'The display "Blue" is incorrect: it is "Red".');
  t.equal(out(wrong, 'display'), 'Red');
});

t.test('codings and concepts are taken by POST; of a concept one coding is enough', async (t) => {
  const post = (...parameters: object[]) =>
    ask('POST', '/ValueSet/$validate-code', given({ name: 'url', valueUri: `${VS}/warm` }, ...parameters));
  const concept = (...coding: object[]) => ({ name: 'codeableConcept', valueCodeableConcept: { coding } });
  t.equal(out(await post({ name: 'coding', valueCoding: RED }), 'result'), true);
  t.equal(out(await post(concept({ system: CODES, code: 'blue' }, RED)), 'result'), true);
  t.equal(
    out(
      await post(concept({ system: CODES, code: 'blue' }, { code: 'red', system: 'https://x.example' })),
      'result',
    ),
    false,
  );
  t.equal(
    out(await post({ name: 'codeableConcept', valueCodeableConcept: { text: 'red' } }), 'result'),
    false,
  );
  const whole = { name: 'valueSet', resource: valueSet('given', { include: [{ system: CODES }] }) };
  t.equal(
    out(
      await ask('POST', '/ValueSet/$validate-code', given(whole, { name: 'coding', valueCoding: RED })),
      'result',
    ),
    true,
  );
});

t.test(
  'abstract codes are refused where that is asked; the system is inferred where that is asked',
  async (t) => {
    const query = `url=${VS}/all&system=${CODES}&code=warm`;
    t.equal(out(await inSet(query), 'result'), true);
    t.equal(out(await inSet(`${query}&abstract=false`), 'result'), false);
    const inferred = await inSet(`url=${VS}/all&code=red&inferSystem=true`);
    t.equal(out(inferred, 'result'), true);
    t.equal(out(inferred, 'system'), CODES);
    outcome(t, await inSet(`url=${VS}/all&code=red`), {
      status: 400,
      code: 'invalid',
      says: /has no system/,
    });
  },
);

t.test('codes of systems whose content is not here are checked by their shape', async (t) => {
  const loinc = 'url=http://hl7.org/fhir/ValueSet/observation-codes&system=http://loinc.org';
  const right = await inSet(`${loinc}&code=4548-4`);
  t.equal(out(right, 'result'), true);
  t.match(out(right, 'message'), /Only the shape of the code was checked: the content of LOINC/);
  const wrong = await inSet(`${loinc}&code=4548-5`);
  t.equal(out(wrong, 'result'), false);
  t.match(out(wrong, 'message'), /check digit/);
  outcome(
    t,
    await inSet(
      'url=http://hl7.org/fhir/ValueSet/condition-code&system=http://snomed.info/sct&code=73211009',
    ),
    {
      status: 422,
      code: 'not-found',
      says: /needs the code system http:\/\/snomed.info\/sct/,
    },
  );
});

t.test('a code is of its code system, by URL, id, coding, or the code system given', async (t) => {
  t.equal(out(await inSystem(`url=${CODES}&code=red`), 'result'), true);
  t.equal(out(await inSystem(`url=${CODES}&code=rad`), 'result'), false);
  t.equal(out(await inSystem(`url=${CODES}&code=red&version=1.0`), 'result'), true);
  t.equal(out(await ask('GET', '/CodeSystem/colours/$validate-code?code=red&display=Red'), 'result'), true);
  const post = (...parameters: object[]) => ask('POST', '/CodeSystem/$validate-code', given(...parameters));
  t.equal(out(await post({ name: 'coding', valueCoding: RED }), 'result'), true);
  t.equal(
    out(
      await post({ name: 'codeSystem', resource: colours }, { name: 'code', valueCode: 'orange' }),
      'result',
    ),
    true,
  );
  t.equal(out(await inSystem('url=http://loinc.org&code=1-1'), 'result'), false);
  outcome(t, await inSystem('url=https://nobody.example&code=x'), {
    status: 404,
    code: 'not-found',
    says: /not known here/,
  });
  outcome(t, await inSystem(`url=${CODES}|7&code=red`), { status: 404, code: 'not-found', says: /\|7/ });
});

t.test('what is malformed is refused in words', async (t) => {
  const cases: [string, RegExp][] = [
    [`url=${VS}/all`, /Give the code in one form/],
    [`code=red&system=${CODES}`, /needs a value set/],
    [`url=${VS}/all&code=red&coding=x`, /must be a valueCoding/],
  ];
  for (const [query, says] of cases) outcome(t, await inSet(query), { status: 400, code: 'invalid', says });
  outcome(t, await inSystem('code=red'), { status: 400, code: 'invalid', says: /needs a code system/ });
  const odd = given(
    { name: 'url', valueUri: `${VS}/all` },
    { name: 'coding', valueCoding: { system: 7, code: {} } },
  );
  outcome(t, await ask('POST', '/ValueSet/$validate-code', odd), {
    status: 400,
    code: 'invalid',
    says: /A coding is/,
  });
});
