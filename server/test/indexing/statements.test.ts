// The number of statements does not grow with what is written or found. https://hl7.org/fhir/R4/http.html#transaction
import type { BundleEntry } from '@medplum/fhirtypes';
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { create } from '../../interaction/create.ts';
import { transaction } from '../../interaction/transaction.ts';
import { update } from '../../interaction/update.ts';
import { contextOf } from '../interaction/context.ts';
import { openStorage } from '../search/storage.ts';

const task = (n: number) => ({
  resourceType: 'Task' as const,
  status: 'requested' as const,
  intent: 'order' as const,
  for: { reference: 'Patient/p' },
  code: { coding: [{ system: 'https://example.org/c', code: `c${n}` }] },
});
const request = (method: string, path: string[], body: object) => ({
  method,
  path,
  query: new URLSearchParams(),
  headers: {},
  body,
  access: systemAccess,
});

t.test('A transaction writes 200 entries with as many statements as 2', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  await s.save([{ resourceType: 'Patient', id: 'p' }]);
  const run = async (count: number) => {
    const entries = Array.from(
      { length: count },
      (_, n): BundleEntry => ({
        fullUrl: `urn:uuid:${n}`,
        request: { method: 'POST', url: 'Task' },
        resource: { ...task(n), ...(n && { partOf: [{ reference: `urn:uuid:${n - 1}` }] }) },
      }),
    );
    s.written.length = 0;
    await transaction(context, request('POST', [], {}), entries);
    return [...s.written];
  };
  await run(1);
  const [few, many] = [await run(2), await run(200)];
  t.equal(many.length, few.length, `${few.map((text) => text.trim().slice(0, 30)).join(' · ')}`);
  for (const sent of [few, many])
    t.equal(
      sent.filter((text) => /insert into resource\b/.test(text)).length,
      1,
      'one of them writes everything',
    );
  for (const table of ['index_token', 'index_reference', 'index_date']) {
    const own = many.filter((text) => text.includes(`insert into ${table}`));
    t.ok(
      own.length <= 1 && own.every((text) => /insert into resource\b/.test(text)),
      `${table} goes in with the resources`,
    );
  }
  const [row] = await s.sql`select count(*)::int as n from resource where type = ${s.typeId('Task')}`;
  t.equal(row!.n, 203);
});

t.test('A create is one statement, an update is a read and one statement', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  await s.save([{ resourceType: 'Patient', id: 'p' }]);
  await create(context, request('POST', ['Task'], task(1)));
  s.written.length = 0;
  await create(context, request('POST', ['Task'], task(2)));
  t.equal(s.written.length, 1);
  s.written.length = 0;
  await update(context, request('PUT', ['Task', 'made-0'], { ...task(3), id: 'made-0' }));
  t.equal(s.written.length, 2);
  s.written.length = 0;
  await create(
    context,
    request('POST', ['Task'], {
      ...task(4),
      code: { coding: [{ system: 'https://example.org/new', code: 'x' }] },
    }),
  );
  t.equal(s.written.length, 3, 'a code system that was never met is given its number first');
});

t.test('A search sends as many statements for a page of 500 as for one of 1', async (t) => {
  const s = await openStorage(t);
  await s.save(Array.from({ length: 600 }, (_, n) => ({ resourceType: 'Patient', id: `p${n}` })));
  await s.save(
    Array.from({ length: 600 }, (_, n) => ({ ...task(n), id: `t${n}`, for: { reference: `Patient/p${n}` } })),
  );
  const sent = async (query: string) => {
    s.searched.length = s.written.length = 0;
    const page = await s.page('Task', query);
    return { statements: s.searched.length + s.written.length, next: page.next };
  };
  await sent('');
  for (const [query, expected] of [
    ['status=requested', 1],
    ['status=requested&code=https://example.org/c|c1,https://example.org/c|c2', 1],
    // The planner is asked first whether so many match that the sort key's index is better read in its order.
    ['status=requested,accepted&_sort=code,-authored-on', 2],
    ['_sort=-authored-on', 1],
    ['status=requested&_include=Task:*', 2],
    ['status=requested&_include=Task:*&_include=Task:patient&_include=Task:owner', 2],
    ['status=requested&_total=accurate', 2],
    ['status=requested&_summary=count', 1],
    ['code=https://example.org/c|c1,https://nobody.example|x,https://nowhere.example|y', 2],
  ] as const) {
    for (const count of query.includes('_summary') ? [500] : [1, 500]) {
      const { statements } = await sent(`${query}&_count=${count}`);
      t.equal(statements, expected, `${query} with _count=${count}`);
    }
  }
  const { next } = await sent('status=requested&_count=10');
  t.equal((await sent(next!)).statements, 2, 'a later page: its rows, and what moved');
});
