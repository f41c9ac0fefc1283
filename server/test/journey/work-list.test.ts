// The work lists of the demo stories, each one search; what they hold is told by a plain filter of all tasks.
// https://hl7.org/fhir/R4/task.html#search
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { asking, startServer } from '../helpers/server.ts';

const NOW = new Date('2026-03-11T15:00:00.000Z');
const server = await startServer(t, { demo: true, now: () => NOW });
const ask = asking(server);
const CB = 'https://throughline.example/fhir';

async function tasks(query: string): Promise<Task[]> {
  const found: Task[] = [];
  for (let next: string | undefined = `/Task?${query}`; next !== undefined; ) {
    const { status, body }: Awaited<ReturnType<typeof ask>> = await ask('GET', next);
    if (status !== 200) throw new Error(JSON.stringify(body));
    found.push(...(body.entry ?? []).map(({ resource }: { resource: Task }) => resource));
    next = body.link
      .find(({ relation }: { relation: string }) => relation === 'next')
      ?.url.slice(server.base.length);
  }
  return found;
}
const all = await tasks('_count=1000');
const FINISHED = new Set(['completed', 'cancelled', 'rejected', 'failed', 'entered-in-error']);
const isOpen = ({ status }: Task) => !FINISHED.has(status!);
const dueOf = (task: Task) => Date.parse(task.restriction?.period?.end ?? '');
const isLate = (task: Task) => isOpen(task) && dueOf(task) < NOW.getTime();
const hasRole = (role: string) => (task: Task) =>
  task.performerType?.some(({ coding }) => coding?.some(({ code }) => code === role)) ?? false;
const stageOf = (task: Task) =>
  task.businessStatus?.coding?.find(({ system }) => system === `${CB}/CodeSystem/cn-referral-stage`)?.code;
const isAnswered = (task: Task) =>
  task.extension?.some(({ url }) => url === `${CB}/StructureDefinition/first-response`) ?? false;
const byDue = (a: Task, b: Task) => dueOf(a) - dueOf(b);
const OPEN = 'status=draft,requested,received,accepted,ready,in-progress,on-hold';
const now = NOW.toISOString();

const LISTS: [name: string, query: string, holds: (task: Task) => boolean][] = [
  [
    'of an owner',
    `owner=PractitionerRole/nurse&${OPEN}`,
    (task) => isOpen(task) && task.owner?.reference === 'PractitionerRole/nurse',
  ],
  [
    'of a team',
    `owner=Organization/navigation-pool&${OPEN}`,
    (task) => isOpen(task) && task.owner?.reference === 'Organization/navigation-pool',
  ],
  [
    'to be claimed',
    'owner:missing=true&status=requested',
    (task) => task.status === 'requested' && !task.owner,
  ],
  [
    'of a role',
    `performer-class=${CB}/CodeSystem/cn-role|rn&${OPEN}`,
    (task) => isOpen(task) && hasRole('rn')(task),
  ],
  ['overdue', `open-due=lt${now}`, isLate],
  ['overdue by due and status', `due=lt${now}&${OPEN}`, isLate],
  [
    'overdue, of a role',
    `open-due=lt${now}&performer-class=navigator`,
    (task) => isLate(task) && hasRole('navigator')(task),
  ],
  [
    'due today',
    'open-due=2026-03-11',
    (task) => isOpen(task) && new Date(dueOf(task)).toISOString().startsWith('2026-03-11'),
  ],
  ['open with a due time', 'open-due:missing=false', (task) => isOpen(task) && !Number.isNaN(dueOf(task))],
  ['of a stage', `stage=scheduled&${OPEN}`, (task) => isOpen(task) && stageOf(task) === 'scheduled'],
  [
    'questions that a human has answered',
    'code=nav-inbound-query&first-response:missing=false',
    (task) => isInbound(task) && isAnswered(task),
  ],
  [
    'questions without an answer',
    `code=nav-inbound-query&first-response:missing=true&${OPEN}`,
    (task) => isInbound(task) && isOpen(task) && !isAnswered(task),
  ],
];
function isInbound(task: Task): boolean {
  return task.code?.coding?.some(({ code }) => code === 'nav-inbound-query') ?? false;
}

t.test('each work list holds what it says, and nothing else', async (t) => {
  for (const [name, query, holds] of LISTS) {
    const expected = all.filter(holds).map(({ id }) => id!);
    t.ok(expected.length, `${name}: the stories have some`);
    t.same((await tasks(query)).map(({ id }) => id!).sort(), expected.sort(), name);
  }
});

t.test('_sort=due and _sort=open-due: the next one due first, over all pages', async (t) => {
  for (const sort of ['due', 'open-due']) {
    const query = `owner=PractitionerRole/nurse&${OPEN}&_sort=${sort}`;
    const sorted = (await tasks(`${query}&_count=3`)).map(dueOf);
    const expected = all.filter((task) => isOpen(task) && task.owner?.reference === 'PractitionerRole/nurse');
    t.same(sorted, expected.sort(byDue).map(dueOf), sort);
    t.ok(sorted.length > 3);
  }
});

t.test(
  'a task that is finished leaves the list of what is late, and one that is reopened comes back',
  async (t) => {
    const [late] = await tasks(`open-due=lt${now}&_sort=open-due&performer-class=rn&status=accepted`);
    const moved = async (task: Task) => (await ask('PUT', `/Task/${task.id}`, task)).status;
    const isListed = async () => (await tasks(`open-due=lt${now}`)).some(({ id }) => id === late!.id);
    t.ok(await isListed());
    const reason = { text: 'No longer needed' };
    t.equal(await moved({ ...late!, status: 'cancelled', statusReason: reason }), 200);
    t.notOk(await isListed());
    t.ok(
      (await tasks(`due=lt${now}`)).some(({ id }) => id === late!.id),
      'due itself does not change',
    );
  },
);

t.test('enrolments and minutes by programme', async (t) => {
  const codes = async (path: string) => {
    const { status, body } = await ask('GET', path);
    t.equal(status, 200, path);
    return (body.entry ?? []).length;
  };
  t.ok((await codes('/Observation?programme=pin')) > 0);
  t.equal(await codes('/Observation?programme=nothing'), 0);
  t.equal(await codes('/EpisodeOfCare?programme=nothing'), 0);
  const system = 'https://throughline.example/fhir/CodeSystem/cn-programme';
  t.equal(await codes('/EpisodeOfCare?programme=pin'), 1, 'the programme is told by the type');
  t.equal(await codes(`/EpisodeOfCare?programme=${system}|ccm`), 1);
  const url = 'https://throughline.example/fhir/StructureDefinition/programme';
  const patient = { reference: 'Patient/ana-reyes' };
  const extended = { status: 'planned', patient, extension: [{ url, valueCode: 'tcm' }] };
  t.equal((await ask('POST', '/EpisodeOfCare', { resourceType: 'EpisodeOfCare', ...extended })).status, 201);
  t.equal(await codes('/EpisodeOfCare?programme=tcm'), 1, 'or by the extension');
  t.equal(await codes('/Appointment?access-need=nothing'), 0);
});
