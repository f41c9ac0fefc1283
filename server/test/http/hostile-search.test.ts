// Searches that are made to break the server: each is answered in time, or refused in words. https://hl7.org/fhir/R4/search.html
import fc from 'fast-check';
import t from 'tap';
import { type Searchable, search, tampered } from './arbitrary-search.ts';
import { startHostile } from './hostile.ts';

const runs = (numRuns: number) => ({ numRuns, seed: 2026 });
const server = await startHostile(t);
const { send, get } = server;
const before = await server.changes();
const form = { 'content-type': 'application/x-www-form-urlencoded' };

interface Statement {
  rest: [{ resource: { type: string; searchParam?: Searchable['params'] }[] }];
}
const statement = JSON.parse((await get('metadata')).body) as Statement;
const all: Searchable[] = statement.rest[0].resource.map(({ type, searchParam = [] }) => ({
  type,
  params: searchParam,
}));
const often = all.filter(({ type }) =>
  ['Patient', 'Task', 'Observation', 'Location', 'ChargeItem'].includes(type),
);
const searchable = fc.oneof(fc.constantFrom(...often), fc.constantFrom(...all));

t.test('a search of a type', async (t) => {
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(
      searchable.chain((one) => fc.tuple(fc.constant(one.type), search(one))),
      async ([type, query]) => {
        if ((await get(`${type}?${query}`)).status === 200) answered++;
      },
    ),
    runs(700),
  );
  t.ok(answered > 50, 'not all is refused');
});

t.test('a search by POST', () =>
  fc.assert(
    fc.asyncProperty(
      searchable.chain((one) => fc.tuple(fc.constant(one.type), search(one), search(one))),
      async ([type, query, payload]) => {
        const url = `/fhir/${type}/_search?${query.length > 2000 ? '' : query}`;
        await send({ method: 'POST', url, headers: form, payload });
      },
    ),
    runs(250),
  ),
);

t.test('a search of several types, and of a compartment', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom(
        '',
        '_search',
        'Patient/a/*',
        'Patient/a/Task',
        'Practitioner/p/Observation',
        'Patient/none/*',
        'Nonsense/a/*',
        'Patient/a/Nonsense',
        'List/l/Patient',
      ),
      searchable.chain(search),
      async (path, query) => {
        if (path === '_search')
          await send({ method: 'POST', url: '/fhir/_search', headers: form, payload: query });
        else await get(`${path}?${query}`);
      },
    ),
    runs(300),
  ),
);

t.test('criteria of conditional writes', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('PUT', 'PATCH', 'POST'),
      searchable.chain(search),
      async (method, query) => {
        const given = method === 'POST' ? { 'if-none-exist': query.slice(0, 4000) } : undefined;
        const { status } = await send({
          method,
          url: `/fhir/Patient${given ? '' : `?${query}`}`,
          headers: { 'content-type': 'application/fhir+json', ...given },
          payload: '{"resourceType":"Patient","active":5}',
        });
        if (status < 400 && !given) throw new Error(`${method} Patient?${query}: ${status}`);
      },
    ),
    runs(250),
  ),
);

t.test('cursors that were changed, or are of another search or server', async (t) => {
  const { link } = JSON.parse((await get('Patient?_count=1&_sort=birthdate')).body);
  const next = new URL(link.find(({ relation }: { relation: string }) => relation === 'next').url);
  const cursor = next.searchParams.get('_cursor')!;
  t.equal((await get(`Patient${next.search}`)).status, 200, 'as it is, it is read');
  await fc.assert(
    fc.asyncProperty(fc.oneof(tampered(cursor), fc.string({ maxLength: 40 })), async (changed) => {
      if (changed === cursor) return;
      const { status } = await get(`Patient?_count=1&_sort=birthdate&_cursor=${encodeURIComponent(changed)}`);
      if (status !== 400) throw new Error(`${changed}: ${status}`);
    }),
    runs(150),
  );
  for (const path of [
    'Patient?_count=1',
    'Task?_count=1&_sort=_id',
    'Patient/_history?_count=1',
    'Patient/a/$everything?_count=1',
    '_history?',
  ])
    t.equal((await get(`${path}&_cursor=${encodeURIComponent(cursor)}`)).status, 400, path);
});

t.test('none of it wrote anything, and the server is well', async (t) => {
  t.equal(await server.changes(), before);
  await server.settle(t);
});
