// CodeSystem/$import: concepts into tables by a job, and what is asked of them then.
// https://hl7.org/fhir/R4/codesystem.html
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';
import { given, out, tree, valueSet } from './sample-terminology.ts';

const server = await startServer(t);
const ask = asking(server);
const SYSTEM = 'https://example.org/large';
const concept = (code: string, display?: string) => ({
  name: 'concept',
  valueCoding: { code, ...(display && { display }) },
});
const property = (code: string, name: string, value: string) => ({
  name: 'property',
  part: [
    { name: 'code', valueCode: code },
    { name: 'property', valueCode: name },
    { name: 'value', valueString: value },
  ],
});
const file = (concepts: object[], zipped = false) => {
  const text = concepts.map((one) => JSON.stringify(one)).join('\n');
  const data = (zipped ? gzipSync(text) : Buffer.from(text)).toString('base64');
  return { name: 'file', valueAttachment: { contentType: 'application/fhir+ndjson', data } };
};

/** Imports and waits for the job. */
async function imported(t: Test, body: object) {
  const begun = await ask('POST', '/CodeSystem/$import', body);
  t.equal(begun.status, 202, JSON.stringify(begun.body));
  const address = String(begun.headers['content-location']);
  t.match(address, /\/fhir\/CodeSystem\/\$import\/[^/]+$/);
  for (;;) {
    const status = await ask('GET', address.slice(address.indexOf('/fhir') + 5));
    if (status.status === 200) return status;
    t.equal(status.status, 202);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const add = (t: Test, system: string, ...parameters: object[]) =>
  imported(t, given({ name: 'system', valueUri: system }, ...parameters));
const expanded = async (...filter: [property: string, op: string, value: string][]) => {
  const compose = {
    include: [{ system: SYSTEM, filter: filter.map(([name, op, value]) => ({ property: name, op, value })) }],
  };
  const set = { name: 'valueSet', resource: valueSet('x', compose as never) };
  const answer = await ask(
    'POST',
    '/ValueSet/$expand',
    given(set, { name: 'excludeNested', valueBoolean: true }),
  );
  return answer.status === 200 ? tree(answer) : answer;
};

t.test('concepts, properties and files of NDJSON are added to a code system', async (t) => {
  const status = await add(
    t,
    SYSTEM,
    concept('animal', 'Animal'),
    concept('dog', 'Dog (domestic)'),
    property('dog', 'parent', 'animal'),
    property('dog', 'legs', '4'),
  );
  t.equal(out(status, 'state'), 'completed');
  t.equal(out(status, 'concepts'), 4);
  const more = [
    { code: 'poodle', display: 'Poodle', property: [{ code: 'parent', valueCode: 'dog' }] },
    {
      code: 'bird',
      display: 'Bird',
      designation: [{ language: 'es', value: 'Pájaro' }],
      property: [
        { code: 'parent', valueCode: 'animal' },
        { code: 'legs', valueInteger: 2 },
      ],
    },
    { code: 'stone', display: 'Stone' },
  ];
  await add(t, SYSTEM, file(more.slice(0, 2)), file(more.slice(2), true));
  const looked = await ask('GET', `/CodeSystem/$lookup?system=${SYSTEM}&code=dog`);
  t.equal(out(looked, 'display'), 'Dog (domestic)');
  t.equal(looked.body.parameter.filter(({ name }: { name: string }) => name === 'property').length, 3);
});

t.test('every filter follows what is loaded', async (t) => {
  const cases: [Parameters<typeof expanded>[0], string][] = [
    [['concept', 'is-a', 'dog'], 'dog poodle'],
    [['concept', 'descendent-of', 'animal'], 'dog poodle bird'],
    [['concept', 'is-not-a', 'animal'], 'stone'],
    [['concept', 'generalizes', 'poodle'], 'animal dog poodle'],
    [['concept', 'in', 'stone,dog,nothing'], 'dog stone'],
    [['concept', 'not-in', 'stone,dog'], 'animal poodle bird'],
    [['code', 'regex', 'p.*e|b.*'], 'poodle bird'],
    [['parent', '=', 'animal'], 'dog bird'],
    [['child', '=', 'dog'], 'animal'],
    [['legs', '=', '4'], 'dog'],
    [['legs', '=', '2'], 'bird'],
    [['legs', 'exists', 'true'], 'dog bird'],
    [['parent', 'exists', 'false'], 'animal stone'],
    [['legs', 'regex', '[24]'], 'dog bird'],
    [['display', '=', 'Stone'], 'stone'],
  ];
  for (const [filter, codes] of cases) t.equal(await expanded(filter), codes, filter.join(' '));
  t.equal(await expanded(['concept', 'is-a', 'animal'], ['legs', '=', '2']), 'bird', 'all of several');
  outcome(t, (await expanded(['code', 'regex', '(a'])) as never, {
    status: 400,
    code: 'invalid',
    says: /no regular expression/,
  });
  outcome(t, (await expanded(['code', 'regex', '(?<x>a)'])) as never, {
    status: 400,
    code: 'invalid',
    says: /cannot be read/,
  });
});

t.test('$subsumes, $validate-code, text filters and searches ask what is loaded', async (t) => {
  t.equal(
    out(await ask('GET', `/CodeSystem/$subsumes?system=${SYSTEM}&codeA=animal&codeB=poodle`), 'outcome'),
    'subsumes',
  );
  const whole = valueSet('whole', { include: [{ system: SYSTEM }] });
  t.equal((await ask('PUT', '/ValueSet/whole', whole)).status, 201);
  t.equal(
    out(await ask('GET', `/ValueSet/whole/$validate-code?system=${SYSTEM}&code=poodle`), 'result'),
    true,
  );
  const missing = await ask('GET', `/ValueSet/whole/$validate-code?system=${SYSTEM}&code=cat`);
  t.equal(out(missing, 'result'), false);
  t.match(out(missing, 'message'), /Only a part of .* is on this server/);
  for (const [filter, codes] of Object.entries({ dom: 'dog', pajaro: 'bird', 'dog dom': 'dog', cat: '' }))
    t.equal(
      tree(await ask('GET', `/ValueSet/whole/$expand?filter=${encodeURIComponent(filter)}`)),
      codes,
      filter,
    );
  t.equal(tree(await ask('GET', '/ValueSet/whole/$expand')), 'animal(dog(poodle) bird) stone');
  t.equal(tree(await ask('GET', '/ValueSet/whole/$expand?count=2&offset=3')), 'bird stone');
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: SYSTEM, code: 'poodle' }] },
  };
  t.equal((await ask('POST', '/Observation', observation)).status, 201);
  for (const [query, count] of Object.entries({
    [`code:below=${SYSTEM}|animal`]: 1,
    [`code:above=${SYSTEM}|poodle`]: 1,
    [`code:below=${SYSTEM}|bird`]: 0,
    'code:in=ValueSet/whole': 1,
    'code:not-in=ValueSet/whole': 0,
  }))
    t.equal((await ask('GET', `/Observation?${query}&_total=accurate`)).body.total, count, query);
});

t.test('a whole CodeSystem replaces what was there, and says whether these are all codes', async (t) => {
  const codeSystem = {
    resourceType: 'CodeSystem',
    url: SYSTEM,
    version: '2',
    name: 'Large',
    status: 'active',
    content: 'complete',
    concept: [
      { code: 'animal', display: 'Animal', concept: [{ code: 'dog', display: 'Dog' }] },
      { code: 'poodle', display: 'Poodle' },
    ],
  };
  t.equal(out(await imported(t, codeSystem), 'state'), 'completed');
  t.equal(await expanded(['concept', 'exists', 'true']), 'animal dog poodle');
  t.equal(await expanded(['concept', 'is-a', 'animal']), 'animal dog', 'the poodle stands alone now');
  t.match(
    out(await ask('GET', `/ValueSet/whole/$validate-code?system=${SYSTEM}&code=cat`), 'message'),
    /There is no code cat/,
  );
  t.equal((await ask('GET', `/CodeSystem/$lookup?system=${SYSTEM}&code=dog&version=2`)).status, 200);
  t.equal((await ask('GET', `/CodeSystem/$lookup?system=${SYSTEM}&code=dog&version=1`)).status, 404);
});

t.test('the closure is what can be reached, circles too, whatever the order of parts', async (t) => {
  let run = 0;
  const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(edges, edges, async (first, second) => {
      const system = `${SYSTEM}/${run++}`;
      const codes = Array.from({ length: 8 }, (_, n) => concept(`c${n}`, `C ${n}`));
      const links = (list: [number, number][]) =>
        list.map(([child, parent]) => property(`c${child}`, 'parent', `c${parent}`));
      await add(t, system, ...codes.slice(0, 4), ...links(first));
      await add(t, system, ...codes.slice(4), ...links(second));
      const parents = new Map<number, number[]>();
      for (const [child, parent] of [...first, ...second])
        parents.set(child, [...(parents.get(child) ?? []), parent]);
      for (let n = 0; n < 8; n++) {
        const above = new Set([n]);
        for (const one of above) for (const next of parents.get(one) ?? []) above.add(next);
        const compose = {
          include: [{ system, filter: [{ property: 'concept', op: 'generalizes', value: `c${n}` }] }],
        };
        const set = { name: 'valueSet', resource: valueSet('x', compose as never) };
        const answer = await ask(
          'POST',
          '/ValueSet/$expand',
          given(set, { name: 'excludeNested', valueBoolean: true }),
        );
        t.same(tree(answer).split(' ').sort(), [...above].map((one) => `c${one}`).sort());
      }
    }),
    { numRuns: 6 },
  );
});

t.test("what is malformed, or not the caller's to do, is refused in words", async (t) => {
  const cases: [object, number, string, RegExp][] = [
    [given(concept('x')), 400, 'invalid', /needs the code system, once/],
    [
      given({ name: 'system', valueUri: SYSTEM }, { name: 'colour', valueString: 'x' }),
      400,
      'invalid',
      /no parameter "colour"/,
    ],
    [given({ name: 'system', valueUri: SYSTEM }, concept('')), 400, 'invalid', /is no concept/],
    [
      given({ name: 'system', valueUri: SYSTEM }, concept('x'.repeat(501))),
      400,
      'invalid',
      /at most 500 characters/,
    ],
    [
      given({ name: 'system', valueUri: SYSTEM }, { name: 'property', part: [] }),
      400,
      'invalid',
      /A property has the parts/,
    ],
    [
      given({ name: 'system', valueUri: SYSTEM }, { name: 'file', valueAttachment: { data: 'e30K' } }),
      400,
      'invalid',
      /Line 1 of the file is no concept/,
    ],
    [
      given({ name: 'system', valueUri: 'http://hl7.org/fhir/administrative-gender' }, concept('x')),
      422,
      'business-rule',
      /defined by R4/,
    ],
    [{ resourceType: 'CodeSystem', status: 'active', content: 'complete' }, 400, 'invalid', /has no url/],
  ];
  for (const [body, status, code, says] of cases) {
    const { body: outcomeBody, status: given } = await ask('POST', '/CodeSystem/$import', body);
    t.equal(given, status, String(says));
    t.equal(outcomeBody.issue[0].code, code);
    t.match(outcomeBody.issue[0].diagnostics, says);
  }
  outcome(t, await ask('GET', '/CodeSystem/$import/nobody'), {
    status: 404,
    code: 'not-found',
    says: /no import nobody/,
  });
});

t.test('without a scope for code systems nothing is loaded, told or found', async (t) => {
  const dispatch = (path: string[], scope: string, method = 'GET', body?: object) =>
    server.dispatch({
      method,
      path,
      query: new URLSearchParams(path[1] === '$lookup' ? { system: SYSTEM, code: 'dog' } : {}),
      headers: {},
      body,
      access: {
        subject: 'x',
        scopes: [{ level: 'user', type: scope, letters: new Set(['r', 's']) }],
        policy: 'unlimited',
      },
    });
  const status = (work: Promise<{ status: number }>) =>
    work.then(
      (result) => result.status,
      (error: { status: number }) => error.status,
    );
  t.equal(await status(dispatch(['CodeSystem', '$import'], 'CodeSystem', 'POST', given())), 403);
  t.equal(await status(dispatch(['CodeSystem', '$import', 'x'], 'Task')), 403);
  t.equal(await status(dispatch(['CodeSystem', '$lookup'], 'Task')), 404);
  t.equal((await dispatch(['CodeSystem', '$lookup'], 'CodeSystem')).status, 200);
});
