// $timeline: what happened to a person, newest first, as far as the caller may see it, in pages that join.
// https://hl7.org/fhir/R4/operations.html
import type { Bundle, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { asking, laying, startServer } from '../helpers/server.ts';
import { tokenOf } from '../journey/leak-world.ts';

const server = await startServer(t, { open: false, demo: true });
const ask = asking(server);
const lay = laying(server);
const bearer = async (body: object) => ({ authorization: `Bearer ${await tokenOf(server, body)}` });
const navigator = await bearer({ user: 'navigator', scope: 'user/*.cruds' });
const LINE = '/Patient/ana-reyes/$timeline';
const OBSERVED = ['cn-activity', 'network-decision'];

type Any = Resource & Record<string, unknown>;
const keyOf = ({ resourceType, id }: Resource) => `${resourceType}/${id}`;

async function bundle(path: string, headers = navigator): Promise<Bundle<Any>> {
  const { status, body } = await ask('GET', path, undefined, headers);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
  return body as Bundle<Any>;
}

/** All pages of a path. */
async function all(path: string, headers = navigator): Promise<{ found: Any[]; sizes: number[] }> {
  const found: Any[] = [];
  const sizes: number[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const { entry = [], link = [] }: Bundle<Any> = await bundle(next, headers);
    found.push(...entry.map(({ resource }) => resource!));
    sizes.push(entry.length);
    next = link.find(({ relation }) => relation === 'next')?.url.slice(server.base.length);
  }
  return { found, sizes };
}

/** The date of a resource, read from it by hand. */
function momentOf(one: Any): number {
  const at = (value: unknown) => (typeof value === 'string' ? Date.parse(value) : Number.NaN);
  const { start } = (one.period ?? {}) as { start?: string };
  const known = [
    one.authoredOn,
    one.authored,
    one.start,
    one.sent,
    one.date,
    one.recordedDate,
    one.effectiveDateTime,
    (one.effectivePeriod as { start?: string } | undefined)?.start,
    start,
  ].map(at);
  return known.find((time) => !Number.isNaN(time)) ?? at(one.meta?.lastUpdated);
}

const isInLine = (one: Any): boolean => {
  const codes = JSON.stringify([one.category, one.code]);
  if (one.resourceType === 'Condition') return codes.includes('"cn-barrier"');
  if (one.resourceType === 'Observation') return OBSERVED.some((code) => codes.includes(`"${code}"`));
  return /^(Appointment|CarePlan|Communication|Composition|DeviceRequest|DocumentReference|Encounter|EpisodeOfCare|QuestionnaireResponse|ServiceRequest|Task)$/.test(
    one.resourceType,
  );
};

t.test('what happened to a person is told newest first, and nothing else', async (t) => {
  const { found } = await all(LINE);
  const { found: record } = await all('/Patient/ana-reyes/*?_count=1000');
  t.same(found.map(keyOf).sort(), record.filter(isInLine).map(keyOf).sort());
  t.ok(found.length > 40, `${found.length} things happened`);
  const kinds = new Set(found.map(({ resourceType }) => resourceType));
  for (const kind of ['Task', 'Appointment', 'Communication', 'Condition', 'Observation', 'CarePlan'])
    t.ok(kinds.has(kind as Any['resourceType']), kind);
  const moments = found.map(momentOf);
  t.same(
    moments.flatMap((at, n) => (n && at > moments[n - 1]! ? [keyOf(found[n]!)] : [])),
    [],
    'none is newer than the one before it',
  );
});

t.test('pages are full and join, whatever their size', async (t) => {
  const { found } = await all(`${LINE}?_count=1000`);
  for (const count of [1, 7, 25]) {
    const paged = await all(`${LINE}?_count=${count}`);
    t.same(paged.found.map(keyOf), found.map(keyOf), `pages of ${count}`);
    t.ok(
      paged.sizes.slice(0, -1).every((size) => size === count),
      'each but the last is full',
    );
  }
  const { entry = [], link = [] } = await bundle(LINE);
  t.ok(entry.length <= 50, 'a page has fifty when nothing is said');
  t.equal(link[0]?.url, server.base + LINE);
});

t.test('pages lose and double nothing while somebody writes what is newer', async (t) => {
  const before = (await all(`${LINE}?_count=1000`)).found.map(keyOf);
  const first = await bundle(`${LINE}?_count=10`);
  await lay('PUT', 'Communication/timeline-new', {
    resourceType: 'Communication',
    id: 'timeline-new',
    status: 'completed',
    subject: { reference: 'Patient/ana-reyes' },
    sent: '2030-01-01T10:00:00Z',
  });
  const next = first.link!.find(({ relation }) => relation === 'next')!.url.slice(server.base.length);
  const rest = (await all(next)).found.map(keyOf);
  t.same([...first.entry!.map(({ resource }) => keyOf(resource!)), ...rest], before);
  t.equal((await bundle(`${LINE}?_count=1`)).entry?.[0]?.resource?.id, 'timeline-new', 'it comes first');
  await lay('DELETE', 'Communication/timeline-new');
  t.same((await all(LINE)).found.map(keyOf), before, 'what is deleted is gone from it');
});

t.test('start and end bound it, both days included', async (t) => {
  const { found } = await all(LINE);
  const days = found.map((one) => new Date(momentOf(one)).toISOString().slice(0, 10));
  const [end, start] = [days[Math.floor(days.length / 3)]!, days[Math.floor((2 * days.length) / 3)]!];
  const inside = (from: string, to: string) =>
    found.filter((_one, n) => days[n]! >= from && days[n]! <= to).map(keyOf);
  const told = async (query: string) => (await all(`${LINE}?${query}`)).found.map(keyOf);
  t.same(await told(`start=${start}`), inside(start, '9999'));
  t.same(await told(`end=${end}`), inside('0000', end));
  t.same(await told(`start=${start}&end=${end}&_count=3`), inside(start, end));
  t.same(await told('end=1900'), []);
});

t.test('an episode is what carries its identifier, and what refers to that', async (t) => {
  const { found } = await all(LINE);
  const [episode] = found.flatMap(({ resourceType, identifier }) =>
    resourceType === 'EpisodeOfCare' ? (identifier as { system: string; value: string }[]) : [],
  );
  const { system, value } = episode!;
  const told = (await all(`${LINE}?episode=${value}&_count=9`)).found;
  const carries = (one: Any) => JSON.stringify(one).includes(`"value":"${value}"`);
  const keys = found.filter(carries).map(keyOf);
  t.ok(keys.length > 10, `${keys.length} carry it`);
  const refers = (one: Any) => keys.some((key) => JSON.stringify(one).includes(`"reference":"${key}"`));
  t.same(told.map(keyOf), found.filter((one) => carries(one) || refers(one)).map(keyOf));
  t.same(
    (await all(`${LINE}?episode=${encodeURIComponent(`${system}|${value}`)}`)).found.map(keyOf),
    told.map(keyOf),
    'with its system it is the same',
  );
  t.same((await all(`${LINE}?episode=nobody`)).found, []);
});

t.test('by POST with Parameters, and by HEAD', async (t) => {
  const body = { resourceType: 'Parameters', parameter: [{ name: '_count', valueInteger: 3 }] };
  const posted = await ask('POST', LINE, body, navigator);
  t.equal(posted.status, 200);
  t.same(posted.body.entry, (await bundle(`${LINE}?_count=3`)).entry);
  t.equal((await ask('HEAD', LINE, undefined, navigator)).status, 200);
});

t.test('a caller sees of it what they may see', async (t) => {
  const tasks = await bearer({
    user: 'nurse',
    patient: 'ana-reyes',
    scope: 'patient/Patient.r patient/Task.rs',
  });
  const { found } = await all(LINE, tasks);
  t.ok(found.length > 5);
  t.ok(
    found.every(({ resourceType }) => resourceType === 'Task'),
    'a scope for tasks shows tasks alone',
  );
  const peer = await bearer({ user: 'peer', scope: 'user/*.cruds' });
  for (const patient of ['ana-reyes', 'marcus-bell', 'dolores-quinn']) {
    const { status } = await ask('GET', `/Patient/${patient}`, undefined, peer);
    const answer = await ask('GET', `/Patient/${patient}/$timeline`, undefined, peer);
    t.equal(answer.status, status, `a peer and ${patient}: ${status}`);
    if (status !== 200) continue;
    const seen = (await all(`/Patient/${patient}/*?_count=1000`, peer)).found.filter(isInLine).map(keyOf);
    t.same((await all(`/Patient/${patient}/$timeline`, peer)).found.map(keyOf).sort(), seen.sort());
  }
});

t.test('another patient’s timeline is refused, and does not tell whether there is one', async (t) => {
  const chart = await bearer({ user: 'nurse', patient: 'ana-reyes', scope: 'patient/*.cruds' });
  const other = await ask('GET', '/Patient/marcus-bell/$timeline', undefined, chart);
  const nobody = await ask('GET', '/Patient/nobody/$timeline', undefined, chart);
  t.equal(other.status, 404);
  t.equal(nobody.status, 404);
  t.equal(
    JSON.stringify(other.body).replaceAll('marcus-bell', '…'),
    JSON.stringify(nobody.body).replaceAll('nobody', '…'),
  );
  const { link = [] } = await bundle(`${LINE}?_count=1`);
  const next = link.find(({ relation }) => relation === 'next')!.url.slice(server.base.length);
  const stolen = next.replace('ana-reyes', 'marcus-bell');
  t.equal((await ask('GET', stolen, undefined, navigator)).status, 400, 'a page link holds for its person');
  const none = await bearer({ user: 'nurse', scope: 'user/Task.rs' });
  t.equal((await ask('GET', LINE, undefined, none)).status, 403, 'without a scope for people');
});

t.test('what cannot be read is refused with what is allowed', async (t) => {
  for (const [query, told] of [
    ['start=tomorrow', /start is "tomorrow"/],
    ['end=2026-13-01', /end is/],
    ['_count=0', /from 1 to 1000/],
    ['_count=many', /from 1 to 1000/],
    ['episode=', /episode is empty/],
    ['start=2026&start=2025', /twice/],
    ['_type=Task', /It takes start, end, episode, _count/],
    ['_cursor=zzz', /page link/],
  ] as const) {
    const { status, body } = await ask('GET', `${LINE}?${query}`, undefined, navigator);
    t.equal(status, 400, query);
    t.match(body.issue?.[0]?.diagnostics, told, query);
  }
});
