// $expand: all codes or a page of them, nested or flat, with filters, designations and clear ends.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';
import {
  allColours,
  CODES,
  colours,
  given,
  stored,
  tree,
  VS,
  valueSet,
  warmColours,
} from './sample-terminology.ts';

const server = await startServer(t);
const ask = asking(server);
await stored(
  ask,
  colours,
  allColours,
  warmColours,
  valueSet('a', { include: [{ valueSet: [`${VS}/b`] }] }),
  valueSet('b', { include: [{ valueSet: [`${VS}/a`] }] }),
  valueSet('active', { inactive: false, include: [{ system: CODES }] } as never),
  valueSet('listed', {
    include: [{ system: CODES, concept: [{ code: 'red', display: 'Signal red' }, { code: 'crimson' }] }],
    exclude: [{ system: CODES, concept: [{ code: 'crimson' }] }],
  }),
);
const expand = (query: string) => ask('GET', `/ValueSet/$expand?${query}`);

t.test('a value set is expanded by its URL, by its id, and when it is given', async (t) => {
  const byUrl = await expand(`url=${VS}/all`);
  t.equal(byUrl.status, 200);
  t.equal(byUrl.body.resourceType, 'ValueSet');
  t.equal(byUrl.body.url, `${VS}/all`);
  t.notOk('compose' in byUrl.body, 'what it is made of is not repeated');
  t.match(byUrl.body.expansion, {
    identifier: /^urn:uuid:/,
    timestamp: /^\d{4}-/,
    total: 6,
    parameter: [{ name: 'version', valueUri: `${CODES}|1.0` }],
  });
  t.equal(tree(byUrl), 'warm(red(crimson) orange) blue mauve', 'as the code system nests them');
  t.match(byUrl.body.expansion.contains, [
    { system: CODES, code: 'warm', display: 'Warm colours', abstract: true },
    { code: 'blue' },
    { code: 'mauve', inactive: true },
  ]);
  t.equal(tree(await ask('GET', '/ValueSet/all/$expand')), tree(byUrl));
  t.equal(
    tree(await ask('POST', '/ValueSet/$expand', given({ name: 'valueSet', resource: allColours }))),
    tree(byUrl),
  );
  t.equal(
    tree(await ask('POST', '/ValueSet/$expand', given({ name: 'url', valueUri: `${VS}/all` }))),
    tree(byUrl),
  );
});

t.test("R4's own value sets are there, and go before what is stored under their URL", async (t) => {
  const gender = 'http://hl7.org/fhir/ValueSet/administrative-gender';
  await ask('PUT', '/ValueSet/mine', { ...allColours, id: 'mine', url: gender });
  const answer = await expand(`url=${gender}`);
  t.same(
    answer.body.expansion.contains.map(
      ({ code, display }: { code: string; display: string }) => `${code} ${display}`,
    ),
    ['male Male', 'female Female', 'other Other', 'unknown Unknown'],
  );
  t.equal((await expand(`url=${gender}&valueSetVersion=4.0.1`)).status, 200);
  outcome(t, await expand(`url=${gender}&valueSetVersion=9`), {
    status: 404,
    code: 'not-found',
    says: /\|9/,
  });
});

t.test('count and offset give pages that are flat, and tell the total', async (t) => {
  const pages = [];
  for (let offset = 0; offset < 6; offset += 2) {
    const { body } = await expand(`url=${VS}/all&count=2&offset=${offset}`);
    t.match(body.expansion, { total: 6, offset });
    pages.push(tree({ body }));
  }
  t.same(pages, ['warm red', 'crimson orange', 'blue mauve']);
  const none = await expand(`url=${VS}/all&count=0`);
  t.equal(none.body.expansion.total, 6);
  t.notOk(none.body.expansion.contains);
  t.equal(tree(await expand(`url=${VS}/all&excludeNested=true`)), 'warm red crimson orange blue mauve');
});

t.test('a filter keeps what has all its words, as beginnings, in any order and case', async (t) => {
  const cases = {
    red: 'red crimson',
    'RED crim': 'crimson',
    rojo: 'red',
    colours: 'warm',
    'red blue': '',
    ed: '',
  };
  for (const [filter, codes] of Object.entries(cases))
    t.equal(tree(await expand(`url=${VS}/all&filter=${encodeURIComponent(filter)}`)), codes, filter);
});

t.test('inactive and abstract codes are left out when that is asked', async (t) => {
  t.equal(
    tree(await expand(`url=${VS}/all&activeOnly=true&excludeNested=true`)),
    'warm red crimson orange blue',
  );
  t.equal(tree(await expand(`url=${VS}/active&excludeNested=true`)), 'warm red crimson orange blue');
  t.equal(tree(await expand(`url=${VS}/all&excludeNotForUI=true`)), 'red(crimson) orange blue mauve');
  t.notOk((await expand(`url=${VS}/all&exclude-system=${CODES}`)).body.expansion.contains);
});

t.test(
  'words come in the language that is asked for, with designations and definitions on request',
  async (t) => {
    const [spanish] = (await expand(`url=${VS}/listed&displayLanguage=es`)).body.expansion.contains;
    t.equal(spanish.display, 'Rojo');
    const [own] = (await expand(`url=${VS}/listed`)).body.expansion.contains;
    t.same(
      own,
      { system: CODES, code: 'red', display: 'Signal red' },
      'a value set may use words of its own',
    );
    const all = (await expand(`url=${VS}/listed&includeDesignations=true&includeDefinition=true`)).body
      .expansion.contains;
    t.same(
      all[0].designation.map(({ value }: { value: string }) => value),
      ['Rot', 'Rojo'],
    );
    t.equal(all[0].extension[0].valueString, 'The colour of blood.');
    const german = (await expand(`url=${VS}/listed&designation=urn:ietf:bcp:47|de`)).body.expansion.contains;
    t.same(
      german[0].designation.map(({ value }: { value: string }) => value),
      ['Rot'],
    );
  },
);

t.test('a version that is asked for is the one that is used', async (t) => {
  t.equal((await expand(`url=${VS}/all&system-version=${CODES}|1.0`)).status, 200);
  outcome(t, await expand(`url=${VS}/all&system-version=${CODES}|2.0`), {
    status: 422,
    code: 'not-found',
    says: /needs the code system https:\/\/example.org\/colours/,
  });
});

t.test('what is unknown, endless or malformed is refused in words', async (t) => {
  const cases: [string, number, string, RegExp][] = [
    [`url=${VS}/nobody`, 404, 'not-found', /There is no ValueSet .*nobody/],
    ['', 400, 'invalid', /needs a value set/],
    [`url=${VS}/all&colour=red`, 400, 'not-supported', /has no parameter "colour" here. It takes url/],
    [`url=${VS}/all&context=x`, 400, 'not-supported', /no parameter "context"/],
    [`url=${VS}/all&count=-1`, 400, 'invalid', /"count" of \$expand must be a whole number/],
    [`url=${VS}/all&count=1&count=2`, 400, 'invalid', /given twice/],
    [`url=${VS}/all&activeOnly=yes`, 400, 'invalid', /must be true or false/],
    [`url=${VS}/all&valueSet=x`, 400, 'invalid', /must be a resource, in a Parameters resource by POST/],
    [`url=${VS}/a`, 422, 'processing', /contains itself: .*a → .*b → .*a/],
    [
      'url=http://hl7.org/fhir/ValueSet/condition-code',
      422,
      'not-found',
      /needs the code system http:\/\/snomed.info\/sct/,
    ],
  ];
  for (const [query, status, code, says] of cases) outcome(t, await expand(query), { status, code, says });
  outcome(t, await ask('GET', '/ValueSet/nobody/$expand'), {
    status: 404,
    code: 'not-found',
    says: /ValueSet\/nobody/,
  });
  outcome(t, await ask('GET', `/ValueSet/all/$expand?url=${VS}/all`), {
    status: 400,
    code: 'invalid',
    says: /Name one/,
  });
  const post = (body: object) => ask('POST', '/ValueSet/$expand', body);
  outcome(t, await post(allColours), {
    status: 400,
    code: 'invalid',
    says: /Parameters resource/,
    expression: ['Parameters'],
  });
  outcome(t, await post(given({ name: 'valueSet', resource: colours })), {
    status: 400,
    code: 'invalid',
    says: /must be a ValueSet/,
  });
  const regex = {
    include: [{ system: CODES, filter: [{ property: 'code', op: 'regex', value: '(' }] }],
  } as never;
  outcome(t, await post(given({ name: 'valueSet', resource: valueSet('r', regex) })), {
    status: 400,
    code: 'invalid',
    says: /no regular expression/,
  });
});

t.test('a large value set is given in pages, or not at all', async (t) => {
  const concept = Array.from({ length: 100_000 }, (_, n) => ({ code: `c${n}` }));
  const large = valueSet('large', { include: [{ system: CODES, concept }] });
  const post = (...more: object[]) =>
    ask('POST', '/ValueSet/$expand', given({ name: 'valueSet', resource: large }, ...more));
  outcome(t, await post(), {
    status: 422,
    code: 'too-costly',
    says: /more than 10000 codes. Ask for pages with count and offset/,
  });
  const page = await post({ name: 'count', valueInteger: 3 }, { name: 'offset', valueInteger: 99_998 });
  t.equal(tree(page), 'c99998 c99999');
  t.equal(page.body.expansion.total, 100_000);
});

t.test('patterns that take long, however many, are ended', async (t) => {
  const concept = Array.from({ length: 40 }, (_, n) => ({ code: `${'a'.repeat(60)}${n}` }));
  const long = { ...colours, id: 'long', url: 'https://example.org/long', concept };
  await stored(ask, long);
  const filter = [{ property: 'code', op: 'regex', value: '(a+)+$' }];
  const include = Array.from({ length: 200 }, () => ({ system: long.url, filter }));
  const evil = { name: 'valueSet', resource: valueSet('evil', { include } as never) };
  const before = performance.now();
  const expansion = await ask('POST', '/ValueSet/$expand', given(evil));
  outcome(t, expansion, { status: 422, code: 'too-costly', says: /pattern/ });
  const coding = { name: 'coding', valueCoding: { system: long.url, code: `${'a'.repeat(60)}1` } };
  const verdict = await ask('POST', '/ValueSet/$validate-code', given(evil, coding));
  outcome(t, verdict, { status: 422, code: 'too-costly', says: /pattern/ });
  t.ok(performance.now() - before < 10_000);
});

t.test('a resource that is given must have the shape of one; what it lacks does not matter', async (t) => {
  const post = (resource: object) =>
    ask(
      'POST',
      '/ValueSet/$expand',
      given({ name: 'valueSet', resource: { resourceType: 'ValueSet', ...resource } }),
    );
  for (const wrong of [
    { compose: 7 },
    { compose: { include: 7 } },
    { compose: { include: [7, null] } },
    { compose: { include: [{ system: 7, concept: {} }] } },
    { compose: { include: [{ valueSet: 'x' }] } },
    { expansion: { contains: 5 } },
    { compose: { include: Array.from({ length: 200 }, () => ({ concept: [{}, 7] })) } },
  ]) {
    const { status, body } = await post(wrong);
    t.equal(status, 422, JSON.stringify(wrong).slice(0, 80));
    t.equal(body.resourceType, 'OperationOutcome');
    t.match(body.issue[0].expression[0], /^ValueSet\./);
  }
  t.equal(tree(await post({ compose: { include: [{ system: CODES, concept: [{ code: 'red' }] }] } })), 'red');
});
