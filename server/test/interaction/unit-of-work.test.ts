// What follows from a write is stored with it, or neither is. https://hl7.org/fhir/R4/http.html#transaction
import type { Resource, Task } from '@medplum/fhirtypes';
import t from 'tap';
import { type Change, type Reaction, reaction } from '../../care/write.ts';
import { type Access, systemAccess } from '../../fhir/access.ts';
import { businessRule } from '../../fhir/errors.ts';
import type { Result } from '../../fhir/result.ts';
import type { Context } from '../../interaction/context.ts';
import { create } from '../../interaction/create.ts';
import { patch } from '../../interaction/patch.ts';
import { carryOut } from '../../interaction/store-writes.ts';
import { transaction } from '../../interaction/transaction.ts';
import { update } from '../../interaction/update.ts';
import { UNLIMITED } from '../../store/index.ts';
import { openStorage, type Storage } from '../search/storage.ts';
import { contextOf as contextOn } from './context.ts';

const user: Access = { ...systemAccess, subject: 'user' };
const isNow = (status: Task['status']) => (change: Change<Task>) =>
  change.after.status === status && change.before?.status !== status;

/** A completed task completes the one that it is part of, once all parts are; a failed one is refused where it has a focus. */
const rules: readonly Reaction[] = [
  reaction<Task>({
    rule: 'no-failed-focus',
    type: 'Task',
    when: isNow('failed'),
    async react({ after }, desk) {
      if (after.focus && (await desk.read(after.focus.reference!)))
        throw businessRule('A task with a focus does not fail.', 'Task.status', 'no-failed-focus');
    },
  }),
  reaction<Task>({
    rule: 'parts-complete',
    type: 'Task',
    when: isNow('completed'),
    async react({ after }, desk) {
      for (const { reference = '' } of after.partOf ?? []) {
        const whole = await desk.lock<Task>(reference);
        if (whole) desk.update({ ...whole, status: 'completed', description: 'Completed by its parts.' });
      }
    },
  }),
  reaction<Task>({
    rule: 'completed-tells',
    type: 'Task',
    when: isNow('completed'),
    async react({ after }, desk) {
      desk.create({
        resourceType: 'Communication',
        status: 'completed',
        about: [{ reference: `Task/${after.id}` }],
      });
    },
  }),
];

const contextOf = (storage: Storage): Context =>
  contextOn(storage, (change) =>
    rules.filter((rule) => rule.type === change.after.resourceType && rule.when(change)),
  );

const task = (status: Task['status'], more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status,
  intent: 'order',
  ...more,
});
const request = (method: string, path: string[], body: unknown, access = user) => ({
  method,
  path,
  query: new URLSearchParams(),
  headers: {},
  body,
  access,
});
const written = (result: Result): Resource & { id: string; meta: { versionId: string } } => {
  if (result.kind !== 'resource') throw new Error(`a resource was expected, not ${result.kind}`);
  return JSON.parse(result.resource.content);
};
const communications = async ({ search }: Storage) =>
  (await search.type('Communication', [], systemAccess)).matches.length;

t.test('What follows is stored with the write, and the answer names it for the audit', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  const whole = written(await create(context, request('POST', ['Task'], task('in-progress'))));
  const partOf = [{ reference: `Task/${whole.id}` }];
  const part = written(await create(context, request('POST', ['Task'], task('in-progress', { partOf }))));
  const result = await update(
    context,
    request('PUT', ['Task', part.id], { ...task('completed', { partOf }), id: part.id }),
  );
  t.equal(written(result).meta.versionId, '2');
  const followed = result.kind === 'resource' ? (result.followed ?? []) : [];
  t.strictSame(
    followed.map(({ type, version }) => `${type} ${version}`).sort(),
    ['Communication 1', 'Communication 1', 'Task 2'],
    'the whole was completed, and both were told of: what follows sets off what follows from it',
  );
  const now = JSON.parse((await s.store.read('Task', whole.id, UNLIMITED))!.content);
  t.match(now, { status: 'completed', description: 'Completed by its parts.' });
  t.equal(await communications(s), 2);
});

t.test('A refusal stores nothing, not even what came before it in a transaction', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  const focus = written(await create(context, request('POST', ['Task'], task('in-progress'))));
  const entry = [
    { request: { method: 'POST' as const, url: 'Task' }, resource: task('completed') },
    {
      request: { method: 'POST' as const, url: 'Task' },
      resource: task('failed', { focus: { reference: `Task/${focus.id}` } }),
    },
  ];
  const refusal = await transaction(context, request('POST', [], {}), entry).catch((error) => error);
  t.match(refusal, {
    status: 409,
    issues: [{ code: 'business-rule', details: { coding: [{ code: 'no-failed-focus' }] } }],
  });
  t.equal(await communications(s), 0);
  t.equal((await s.search.type('Task', [], systemAccess)).matches.length, 1);
});

t.test('An entry of a transaction that another one changes is stored as both want it', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  const entry = [
    {
      fullUrl: 'urn:uuid:whole',
      request: { method: 'POST' as const, url: 'Task' },
      resource: task('in-progress'),
    },
    {
      request: { method: 'POST' as const, url: 'Task' },
      resource: task('completed', { partOf: [{ reference: 'urn:uuid:whole' }] }),
    },
  ];
  const result = await transaction(context, request('POST', [], {}), entry);
  const [whole] = result.kind === 'batch' ? result.entries.map(written) : [];
  t.match(whole, { status: 'completed', meta: { versionId: '1' } }, 'the answer shows what was stored');
  t.equal(await communications(s), 2);
});

t.test('A patch sets off what an update does; the loading of histories sets nothing off', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  const one = written(await create(context, request('POST', ['Task'], task('in-progress'))));
  const operations = [{ op: 'replace', path: '/status', value: 'completed' }];
  await patch(context, {
    ...request('PATCH', ['Task', one.id], operations),
    contentType: 'application/json-patch+json',
  });
  t.equal(await communications(s), 1);
  await create(context, request('POST', ['Task'], task('completed'), systemAccess));
  t.equal(await communications(s), 1);
});

t.test('Two writers whose changes set off the same resource come one after the other', async (t) => {
  const s = await openStorage(t);
  const context = contextOf(s);
  const whole = written(await create(context, request('POST', ['Task'], task('in-progress'))));
  const partOf = [{ reference: `Task/${whole.id}` }];
  const parts = await Promise.all(
    Array.from({ length: 6 }, async () =>
      written(await create(context, request('POST', ['Task'], task('in-progress', { partOf })))),
    ),
  );
  const results = await Promise.all(
    parts.map(({ id }) =>
      update(context, request('PUT', ['Task', id], { ...task('completed', { partOf }), id })),
    ),
  );
  t.ok(results.every((result) => written(result).meta.versionId === '2'));
  const now = JSON.parse((await s.store.read('Task', whole.id, UNLIMITED))!.content);
  t.equal(now.meta.versionId, '7', 'each of them wrote its version after the one before');
});

t.test(
  'Work of an operation is one unit: its writes are the caller’s, and looked up as they will be',
  async (t) => {
    const s = await openStorage(t);
    const context = contextOf(s);
    const { value, result } = await carryOut(context, { access: user }, async (_unit, desk) => {
      const made = desk.create(task('in-progress'));
      desk.update({ ...(await desk.lock<Task>(`Task/${made.id}`))!, status: 'completed' });
      t.equal((await desk.read<Task>(`Task/${made.id}`))!.status, 'completed');
      t.equal(desk.written('Task').length, 1);
      t.equal((await desk.find('Task', 'status=completed')).length, 0, 'a search finds what is stored');
      await t.rejects(async () => desk.update({ ...task('ready'), id: 'never-locked' }), /was not locked/);
      return made.id;
    });
    t.match(written(result(`Task/${value}`, 201)), { status: 'completed', meta: { versionId: '1' } });
    t.equal(await communications(s), 1);
  },
);

t.test('Rules that set each other off without end are stopped, and nothing is stored', async (t) => {
  const s = await openStorage(t);
  const endless = reaction<Resource>({
    rule: 'endless',
    type: 'Basic',
    when: () => true,
    async react(_change, desk) {
      desk.create({ resourceType: 'Basic', code: { text: 'again' } });
    },
  });
  const context = contextOf(s);
  context.care.reactionsTo = ({ after }) => (after.resourceType === 'Basic' ? [endless] : []);
  const body = { resourceType: 'Basic', code: { text: 'x' } };
  const refusal = await create(context, request('POST', ['Basic'], body)).catch((error) => error);
  t.equal(refusal.status, 409);
  t.equal((await s.search.type('Basic', [], systemAccess)).matches.length, 0);
});
