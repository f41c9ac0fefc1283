// Value sets, code systems and concept maps that are made to take long, stored on a whole server or sent with a question: each is
// answered in time, in words, and nobody else waits. https://hl7.org/fhir/R4/terminology-service.html
import t from 'tap';
import { times } from '../validation/hostile/time.ts';
import { type Answered, startHostile } from './hostile.ts';
import { issuesOf, posting } from './hostile-post.ts';

const server = await startHostile(t);
const post = posting(t, server);
const url = (name: string): string => `http://x.example/${name}`;
const LARGE = 100_000;
/** Codes of a code system that is stored, which takes longer than to ask it. */
const STORED = 50_000;

const valueSet = (id: string, include: object[], exclude: object[] = []) => ({
  resourceType: 'ValueSet',
  id,
  url: url(id),
  status: 'active',
  compose: { include, ...(exclude.length && { exclude }) },
});
const codeSystem = (id: string, concept: object[]) => ({
  resourceType: 'CodeSystem',
  id,
  url: url(id),
  status: 'active',
  content: 'complete',
  concept,
});
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });
const put = (resource: { resourceType: string; id: string }) =>
  post(`${resource.resourceType}/${resource.id}`, resource, 'json', 'PUT');
const named = (id: string) => ({ name: 'url', valueUri: url(id) });
const expand = (...parameter: object[]) => post('ValueSet/$expand', parameters(...parameter));
const holds = (id: string, system: string, code: string) =>
  post(
    'ValueSet/$validate-code',
    parameters(named(id), { name: 'code', valueCode: code }, { name: 'system', valueUri: url(system) }),
  );
const said = (answer: Answered): string => issuesOf(answer)[0]!.diagnostics;
const below = (parent: string) => [{ code: 'parent', valueCode: parent }];

t.test('value sets that contain themselves are refused when they are asked, and named', async (t) => {
  const round = [
    valueSet('self', [{ valueSet: [url('self')] }]),
    valueSet('a', [{ valueSet: [url('b')] }]),
    valueSet('b', [{ valueSet: [url('a')] }]),
    valueSet('out', [{ system: url('big') }], [{ valueSet: [url('out')] }]),
  ];
  await put(codeSystem('big', [{ code: 'c1' }]));
  for (const one of round) t.equal((await put(one)).status, 201);
  for (const { id } of round) {
    for (const answer of [await expand(named(id)), await holds(id, 'big', 'c1')]) {
      t.equal(answer.status, 422, id);
      t.match(said(answer), /contains itself: .* → .*Break the circle/, id);
    }
    const search = await server.get(`Patient?gender:in=${encodeURIComponent(url(id))}`);
    t.equal(search.status, 400, 'in a search');
  }
});

t.test('100,000 codes are paged, or refused with what to ask for', async (t) => {
  const concept = times(LARGE, (n) => ({ code: `c${n}`, display: `word ${n}` }));
  t.equal((await put(codeSystem('big', concept.slice(0, STORED)))).status, 200);
  await put(valueSet('all', [{ system: url('big') }]));
  const whole = await expand(named('all'));
  t.equal(whole.status, 422);
  t.match(said(whole), /more than 10000 codes\. Ask for pages with count and offset/);
  const page = await expand(
    named('all'),
    { name: 'count', valueInteger: 10 },
    { name: 'offset', valueInteger: STORED - 5 },
  );
  t.equal(page.status, 200);
  const { total, contains } = JSON.parse(page.body).expansion;
  t.same([total, contains.length], [STORED, 5]);
  t.match((await holds('all', 'big', 'c5')).body, /"valueBoolean":true/);
  t.match((await holds('all', 'big', 'nobody')).body, /"valueBoolean":false/);
  const sent = valueSet('sent', [{ system: url('sent'), concept }]);
  const listed = await expand({ name: 'valueSet', resource: sent }, { name: 'count', valueInteger: 10 });
  t.equal(JSON.parse(listed.body).expansion.total, LARGE);
});

t.test('hierarchies in a circle, or below one code, do not run away', async (t) => {
  const circle = times(50_000, (n) => ({ code: `c${n}`, property: below(`c${(n + 1) % 50_000}`) }));
  await put(codeSystem('circle', circle));
  await put(
    codeSystem(
      'star',
      times(50_000, (n) => ({ code: `c${n}`, property: below('c0') })),
    ),
  );
  const counted = async (include: object): Promise<unknown> => {
    const resource = valueSet('x', [include]);
    const answer = await expand({ name: 'valueSet', resource }, { name: 'count', valueInteger: 1 });
    return answer.status === 200 ? JSON.parse(answer.body).expansion.total : said(answer);
  };
  const filter = (op: string) => [{ property: 'concept', op, value: 'c0' }];
  t.equal(await counted({ system: url('circle'), filter: filter('is-a') }), 50_000);
  t.equal(await counted({ system: url('circle'), filter: filter('is-not-a') }), 0);
  t.equal(await counted({ system: url('star'), filter: filter('is-a') }), 50_000);
  t.equal(await counted({ system: url('star'), filter: filter('is-not-a') }), 0);
  const subsumes = parameters(
    { name: 'system', valueUri: url('circle') },
    { name: 'codeA', valueCode: 'c0' },
    { name: 'codeB', valueCode: 'c25000' },
  );
  t.match((await post('CodeSystem/$subsumes', subsumes)).body, /subsumes/);
});

t.test('patterns of filters are ended', async (t) => {
  const display = 'a'.repeat(40);
  await put(
    codeSystem('texts', [...times(50, (n) => ({ code: `c${n}`, display })), { code: 'd', display: 'b' }]),
  );
  for (const value of ['(a+)+b', '(a|a)*b', '(a|aa)+$(?<!a)', '(.*)*x', '(?:(?:a{0,9}){0,9}){0,9}b']) {
    const filter = [{ property: 'display', op: 'regex', value }];
    const resource = valueSet('x', [{ system: url('texts'), filter }]);
    const answer = await expand({ name: 'valueSet', resource });
    t.ok(answer.status === 422 || answer.status === 200, value);
    if (answer.status === 422)
      t.match(said(answer), /takes too long here\. Write it without repetitions in each other/, value);
  }
  const malformed = [{ property: 'display', op: 'regex', value: '(((' }];
  const answer = await expand({
    name: 'valueSet',
    resource: valueSet('x', [{ system: url('texts'), filter: malformed }]),
  });
  t.equal(answer.status, 400);
  t.match(said(answer), /no regular expression\. Correct the pattern/);
});

t.test('what is made of thousands of parts is refused', async (t) => {
  await put(
    codeSystem(
      'ten',
      times(9_000, (n) => ({ code: `c${n}` })),
    ),
  );
  await put(valueSet('ten', [{ system: url('ten') }]));
  const parts: Record<string, [object[], object[]?]> = {
    'of one system': [times(5_000, () => ({ system: url('ten') }))],
    'of two value sets each': [times(5_000, () => ({ valueSet: [url('ten'), url('ten')] }))],
    'taken away': [[{ system: url('ten') }], times(5_000, () => ({ valueSet: [url('ten')] }))],
  };
  for (const [name, [include, exclude]] of Object.entries(parts)) {
    const answer = await expand({ name: 'valueSet', resource: valueSet('x', include, exclude) });
    t.equal(answer.status, 422, name);
    t.match(said(answer), /made of too many parts.* Use a smaller one/, name);
  }
});

t.test('parameters without end, and of wrong types, are refused with what is allowed', async (t) => {
  await put(valueSet('ten', [{ system: url('ten') }]));
  const repeated = (name: string) => times(50_000, (n) => ({ name, valueUri: url(String(n)) }));
  const wrong: readonly [object[], RegExp][] = [
    [repeated('exclude-system'), /"exclude-system" of \$expand is given more than 100 times/],
    [repeated('system-version'), /"system-version" of \$expand is given more than 100 times/],
    [repeated('designation'), /"designation" of \$expand is given more than 100 times/],
    [
      [{ name: 'filter', valueString: 'w '.repeat(200_000) }],
      /"filter" of \$expand has 400000 characters. Give at most 200/,
    ],
    [
      [{ name: 'displayLanguage', valueCode: 'en,'.repeat(200_000) }],
      /has 600000 characters. Give at most 200/,
    ],
    [[{ name: 'count', valueString: 'x' }], /"count" of \$expand must be a whole number/],
    [[{ name: 'count', valueInteger: -1 }], /"count" of \$expand must be a whole number/],
    [[{ name: 'activeOnly', valueString: 'perhaps' }], /must be true or false/],
    [[{ name: 'url', valueUri: url('ten') }], /is given twice/],
    [[{ name: 'valueSet', resource: { resourceType: 'Patient' } }], /Name one ValueSet/],
    [[{ name: 'nonsense', valueString: 'x' }], /has no parameter "nonsense"/],
  ];
  for (const [more, says] of wrong) {
    const answer = await expand(named('ten'), ...more);
    t.equal(answer.status, 400, String(says));
    t.match(said(answer), says);
  }
  const codings = times(50_000, () => ({ system: url('ten'), code: 'c1' }));
  const many = await post(
    'ValueSet/$validate-code',
    parameters(named('ten'), { name: 'codeableConcept', valueCodeableConcept: { coding: codings } }),
  );
  t.equal(many.status, 400);
  t.match(said(many), /has 50000 codings\. Give at most 100/);
  const shapeless = await expand({ name: 'valueSet', resource: { resourceType: 'ValueSet', compose: 5 } });
  t.equal(shapeless.status, 422);
});

t.test('concept maps that send on to themselves come to an end', async (t) => {
  const sent = (to: string) => ({ mode: 'other-map', url: url(to) });
  const group = (to: string) => ({
    source: url('s'),
    target: url('t'),
    element: [{ code: 'q', target: [{ equivalence: 'equal', code: 'r' }] }],
    unmapped: sent(to),
  });
  const map = (id: string, ...groups: object[]) => ({
    resourceType: 'ConceptMap',
    id,
    url: url(id),
    status: 'active',
    group: groups,
  });
  await put(map('loop', group('loop')));
  await put(map('loops', ...times(200, () => group('loops'))));
  for (const id of ['loop', 'loops']) {
    const translate = parameters(
      named(id),
      { name: 'code', valueCode: 'nobody' },
      { name: 'system', valueUri: url('s') },
    );
    const answer = await post('ConceptMap/$translate', translate);
    t.equal(answer.status, 200, id);
    t.match(answer.body, /"valueBoolean":false/, id);
  }
});

t.test('the server is well', async (t) => {
  await server.settle(t);
});
