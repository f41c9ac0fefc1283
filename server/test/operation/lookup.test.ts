// $lookup and $subsumes: what a code system says of a code, and how two codes stand to each other.
// https://hl7.org/fhir/R4/codesystem-operation-lookup.html · https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';
import { CODES, colours, given, out, RED, stored } from './sample-terminology.ts';

const server = await startServer(t);
const ask = asking(server);
await stored(ask, colours);
const lookup = (query: string) => ask('GET', `/CodeSystem/$lookup?${query}`);
const subsumes = (query: string) => ask('GET', `/CodeSystem/$subsumes?${query}`);

interface Part {
  name: string;
  [value: string]: unknown;
}
const properties = ({ body }: Awaited<ReturnType<typeof ask>>): unknown[] =>
  body.parameter
    .filter(({ name }: Part) => name === 'property')
    .map(({ part }: { part: Part[] }) =>
      part.map((one) => Object.entries(one).find(([key]) => key !== 'name')![1]),
    );

t.test('$lookup tells name, version, display, designations and properties', async (t) => {
  const answer = await lookup(`system=${CODES}&code=red`);
  t.equal(answer.status, 200);
  t.equal(out(answer, 'name'), 'The colours');
  t.equal(out(answer, 'version'), '1.0');
  t.equal(out(answer, 'display'), 'Red');
  t.same(properties(answer), [
    ['definition', 'The colour of blood.'],
    ['parent', 'warm', 'Warm colours'],
    ['child', 'crimson', 'Crimson red'],
    ['wave', 700],
  ]);
  t.equal(answer.body.parameter.filter(({ name }: Part) => name === 'designation').length, 2);
  t.same(
    (await ask('POST', '/CodeSystem/$lookup', given({ name: 'coding', valueCoding: RED }))).body,
    answer.body,
  );
  t.equal(out(await lookup(`system=${CODES}&code=red&displayLanguage=de`), 'display'), 'Rot');
});

t.test('$lookup tells only the properties that are asked for', async (t) => {
  const answer = await lookup(`system=${CODES}&code=red&property=wave&property=parent`);
  t.same(properties(answer), [
    ['parent', 'warm', 'Warm colours'],
    ['wave', 700],
  ]);
  t.notOk(answer.body.parameter.some(({ name }: Part) => name === 'designation'));
});

t.test("$lookup answers from R4's own code systems", async (t) => {
  const answer = await lookup('system=http://terminology.hl7.org/CodeSystem/v3-ActCode&code=AMB');
  t.equal(out(answer, 'display'), 'ambulatory');
});

t.test('$lookup of what is not there is 404, and malformed 400', async (t) => {
  outcome(t, await lookup(`system=${CODES}&code=rad`), {
    status: 404,
    code: 'not-found',
    says: /There is no code rad/,
  });
  outcome(t, await lookup('system=https://nobody.example&code=x'), {
    status: 404,
    code: 'not-found',
    says: /not known here/,
  });
  outcome(t, await lookup('system=http://loinc.org&code=4548-4'), {
    status: 404,
    code: 'not-found',
    says: /content of LOINC is not/,
  });
  outcome(t, await lookup('code=red'), { status: 400, code: 'invalid', says: /needs a code and its system/ });
  outcome(t, await lookup(`system=${CODES}&code=red&date=2020`), {
    status: 400,
    code: 'not-supported',
    says: /past/,
  });
});

t.test('$subsumes answers one of four outcomes', async (t) => {
  const cases = {
    'red crimson': 'subsumes',
    'crimson warm': 'subsumed-by',
    'red red': 'equivalent',
    'red blue': 'not-subsumed',
  };
  for (const [codes, expected] of Object.entries(cases)) {
    const [codeA, codeB] = codes.split(' ');
    t.equal(out(await subsumes(`system=${CODES}&codeA=${codeA}&codeB=${codeB}`), 'outcome'), expected, codes);
    t.equal(
      out(await ask('GET', `/CodeSystem/colours/$subsumes?codeA=${codeA}&codeB=${codeB}`), 'outcome'),
      expected,
    );
    const codings = given(
      { name: 'codingA', valueCoding: { system: CODES, code: codeA } },
      { name: 'codingB', valueCoding: { system: CODES, code: codeB } },
    );
    t.equal(out(await ask('POST', '/CodeSystem/$subsumes', codings), 'outcome'), expected);
  }
});

t.test('$subsumes of codes that are not there, or of different systems, is refused', async (t) => {
  outcome(t, await subsumes(`system=${CODES}&codeA=red&codeB=rad`), {
    status: 404,
    code: 'not-found',
    says: /no code rad/,
  });
  outcome(t, await subsumes('codeA=red&codeB=blue'), {
    status: 400,
    code: 'invalid',
    says: /needs the code system/,
  });
  outcome(t, await subsumes(`system=${CODES}&codeA=red`), { status: 400, code: 'invalid', says: /codeB/ });
  const codings = given(
    { name: 'codingA', valueCoding: RED },
    { name: 'codingB', valueCoding: { system: 'https://x.example', code: 'x' } },
  );
  outcome(t, await ask('POST', '/CodeSystem/$subsumes', codings), {
    status: 400,
    code: 'invalid',
    says: /different systems/,
  });
});
