// What the work list knows by itself: which tasks belong to which list, groups, order, filters, and what changes do to rows.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import {
  type Listed,
  NOTHING,
  SAID_FOR,
  settled,
  whatOf,
  withOnly,
  withPage,
  withReread,
} from '../../../smart-app/screens/work-list/changes.ts';
import { clockOf } from '../../../smart-app/screens/work-list/clock.ts';
import { entriesOf, keyOf } from '../../../smart-app/screens/work-list/entries.ts';
import { BY_DUE, filterOf, isSame, savedOf } from '../../../smart-app/screens/work-list/filter.ts';
import { newAround, rowOf } from '../../../smart-app/screens/work-list/read.ts';
import { dueRank, groupOf, type Row, stageRank } from '../../../smart-app/screens/work-list/row.ts';
import { holds, paramsOf } from '../../../smart-app/screens/work-list/views.ts';
import { actionFor, isStill } from '../../../smart-app/screens/work-list/wish.ts';

const CB = 'https://throughline.example/fhir';
const ME = 'PractitionerRole/nurse';
const NOW = new Date(2026, 2, 11, 15, 0);
const clock = clockOf(NOW);
const who = { me: ME, role: 'rn' };

interface Given extends Partial<Task> {
  due?: Date | string;
  role?: string;
  stage?: string;
}

function task({ due, role, stage, ...rest }: Given = {}): Task {
  const end = due instanceof Date ? due.toISOString() : due;
  return {
    resourceType: 'Task',
    id: 'one',
    meta: { versionId: '1' },
    status: 'accepted',
    intent: 'order',
    for: { reference: 'Patient/ana' },
    ...(end && { restriction: { period: { end } } }),
    ...(role && { performerType: [{ coding: [{ system: `${CB}/CodeSystem/cn-role`, code: role }] }] }),
    ...(stage && {
      businessStatus: { coding: [{ system: `${CB}/CodeSystem/cn-referral-stage`, code: stage }] },
    }),
    ...rest,
  };
}

function row(given: Given = {}): Row {
  const around = newAround();
  around.patients.set('ana', { name: 'Ana Núñez', flags: ['No voice messages.'] });
  around.people.set(ME, { reference: ME, name: 'Nadia Brandt, RN' });
  around.people.set('PractitionerRole/x', { reference: 'PractitionerRole/x', name: 'Xenia' });
  around.tiers.set('ServiceRequest/mri', 'direct-contract');
  return rowOf(task(given), around);
}

const day = (days: number, hour = 12) => new Date(2026, 2, 11 + days, hour);
const idOf = ({ id }: Row) => id;

t.test('a task belongs to the lists that its status, owner, role and due time say', async (t) => {
  const pool = { owner: { reference: 'Organization/pool' }, role: 'rn' };
  const cases: [given: Given, lists: string][] = [
    [{ owner: { reference: ME } }, 'mine open'],
    [{ owner: { reference: ME }, status: 'completed', due: day(0) }, ''],
    [pool, 'pool open'],
    [{ role: 'rn' }, 'pool open'],
    [{ ...pool, role: 'navigator' }, 'open'],
    [{ due: day(0, 14) }, 'late today open'],
    [{ due: day(0, 16) }, 'today open'],
    [{ due: '2026-03-11' }, 'today open'],
    [{ due: day(-1) }, 'late open'],
    [{ due: day(1, 0) }, 'open'],
  ];
  const role = { role: 'other' };
  for (const [given, lists] of cases) {
    const one = task({ ...role, owner: { reference: 'PractitionerRole/x' }, ...given });
    if (given.role && !given.owner) delete one.owner;
    const found = (['mine', 'pool', 'late', 'today', 'open'] as const).filter((view) =>
      holds(view, one, who, clock),
    );
    t.equal(found.join(' '), lists, JSON.stringify(given));
  }
  t.ok(
    holds('pool', task({ role: 'navigator' }), { me: ME, role: 'supervisor' }, clock),
    'who leads sees all',
  );
});

t.test('each list is one search', async (t) => {
  t.same(paramsOf('late', who, clock), { 'open-due': `lt${NOW.toISOString()}` });
  t.same(paramsOf('pool', who, clock)['performer-class'], `${CB}/CodeSystem/cn-role|rn`);
  t.notOk('performer-class' in paramsOf('pool', { me: ME, role: 'supervisor' }, clock));
  t.same(paramsOf('today', who, clock)['open-due'], [
    `ge${day(0, 0).toISOString()}`,
    `lt${day(1, 0).toISOString()}`,
  ]);
});

t.test(
  'what is late or due today is that first; what is on hold or unanswered waits for others',
  async (t) => {
    const cases: [given: Given, group: string][] = [
      [{ due: day(-1), status: 'on-hold' }, 'late'],
      [{ due: day(0, 23), status: 'on-hold' }, 'today'],
      [{ due: day(1), status: 'on-hold' }, 'waiting'],
      [{ due: day(1), stage: 'sent', owner: { reference: ME } }, 'waiting'],
      [{ due: day(1), stage: 'declined', owner: { reference: ME } }, 'week'],
      [{ due: day(1), stage: 'sent', owner: { reference: 'Organization/pool' } }, 'week'],
      [{ due: day(7, 23) }, 'week'],
      [{ due: day(8, 1) }, 'later'],
      [{}, 'none'],
    ];
    for (const [given, group] of cases) t.equal(groupOf(row(given), clock), group, JSON.stringify(given));
  },
);

t.test('groups stand in their order, each with its number, and only those that have rows', async (t) => {
  const rows = [
    row({ id: 'later', due: day(20) }),
    row({ id: 'a', due: day(-2) }),
    row({ id: 'held', due: day(2), status: 'on-hold' }),
    row({ id: 'b', due: day(-1) }),
  ].sort((a, b) => dueRank(a, clock) - dueRank(b, clock));
  t.same(entriesOf(rows, clock).map(keyOf), ['#late', 'a', 'b', '#later', 'later', '#waiting', 'held']);
  t.same(entriesOf(rows, clock)[0], { kind: 'group', group: 'late', count: 2 });
  t.same(entriesOf(rows, undefined).map(keyOf), rows.map(idOf), 'in another order there are no groups');
  t.ok(stageRank(row({ stage: 'ordered' })) < stageRank(row({ stage: 'attended' })));
  t.ok(stageRank(row({ stage: 'patient-informed' })) < stageRank(row()), 'referrals before other tasks');
});

t.test(
  'a row carries the names, flags and tier around its task, and is found by words without accents',
  async (t) => {
    const one = row({
      owner: { reference: ME },
      description: 'MRI: agree the day',
      focus: { reference: 'ServiceRequest/mri' },
      code: { coding: [{ system: `${CB}/CodeSystem/cn-task-code`, code: 'coord-imaging' }] },
      priority: 'urgent',
    });
    t.match(one, { patientName: 'Ana Núñez', tier: 'direct-contract', flags: ['No voice messages.'] });
    t.ok(filterOf({ text: 'NUNEZ  day nadia' })(one));
    t.notOk(filterOf({ text: 'nunez ct' })(one));
    t.ok(filterOf({ lane: 'coordination', tier: 'direct-contract', urgent: true, flagged: true })(one));
    t.notOk(filterOf({ lane: 'navigation' })(one));
    t.notOk(filterOf({ urgent: true })(row()));
    t.equal(row({ for: { reference: 'Group/x', display: 'Panel' } }).patient, '', 'only patients are opened');
  },
);

t.test('saved lists are read with care: what is not known is left out', async (t) => {
  t.same(savedOf('no list'), []);
  t.same(savedOf([null, { name: '' }, { name: 'x', view: 'unknown' }]), []);
  const [one] = savedOf([
    {
      name: 'x',
      view: 'pool',
      filter: { tier: 'best', lane: 'navigation', text: 7 },
      sort: { id: 'constructor' },
    },
  ]);
  t.same(one, { name: 'x', view: 'pool', filter: { lane: 'navigation' }, sort: BY_DUE });
  t.ok(isSame(one!, { view: 'pool', filter: { lane: 'navigation' }, sort: BY_DUE }));
  t.notOk(isSame(one!, { view: 'pool', filter: {}, sort: BY_DUE }));
});

t.test(
  'pages never put an older version in the place of a newer one, and the last one ends the list',
  async (t) => {
    const newer = row({ id: 'a', meta: { versionId: '10' } });
    let listed = withPage(NOTHING, [newer, row({ id: 'gone' })]);
    listed = withPage(listed, [row({ id: 'a', meta: { versionId: '9' } }), row({ id: 'b' })]);
    t.equal(listed.rows.get('a')?.version, 10);
    listed = withOnly(listed, new Set(['a', 'b']));
    t.same([...listed.rows.keys()], ['a', 'b']);
  },
);

const mine = (given: Given) => row({ owner: { reference: ME }, ...given });

function reread(listed: Listed, after: Row | undefined, own = false): Listed {
  const id = after?.id ?? 'one';
  const found = new Map(after ? [[id, after] as const] : []);
  const belongs = (one: Task) => holds('mine', one, who, clock);
  return withReread(listed, { ids: [id], found, holds: belongs, me: ME, own, at: 1000 });
}

t.test('a change says what happened, and by whom, in the place of the row', async (t) => {
  const before = withPage(NOTHING, [mine({})]);
  const v2 = { meta: { versionId: '2' } };
  const other = { owner: { reference: 'PractitionerRole/x' } };
  const cases: [after: Row | undefined, moved: unknown][] = [
    [row({ ...v2, ...other }), { what: 'taken', name: 'Xenia', leaves: true, at: 1000 }],
    [row({ ...v2, owner: { reference: 'Organization/p' } }), { what: 'released', leaves: true, at: 1000 }],
    [mine({ ...v2, status: 'completed' }), { what: 'done', leaves: true, at: 1000 }],
    [mine({ ...v2, status: 'cancelled' }), { what: 'ended', leaves: true, at: 1000 }],
    [mine({ ...v2, status: 'in-progress' }), { what: 'changed', leaves: false, at: 1000 }],
    [mine({ ...v2, description: 'Better said' }), undefined],
    [undefined, { what: 'gone', leaves: true, at: 1000 }],
  ];
  for (const [after, moved] of cases) t.same(reread(before, after).moved.get('one'), moved);
  t.equal(reread(before, row({ ...v2, ...other })).rows.size, 1, 'it stays for the moment');
  t.equal(whatOf(task({ ...other }), task({ owner: { reference: ME } }), ME), 'mine');
});

t.test(
  'what the user did here needs no word, and a task that is new to the list comes into it',
  async (t) => {
    const before = withPage(NOTHING, [mine({})]);
    const started = mine({ meta: { versionId: '2' }, status: 'in-progress' });
    t.equal(reread(before, started, true).moved.size, 0);
    const told = reread(reread(before, started), started, true);
    t.equal(told.moved.size, 0, 'also when the stream told it first');
    t.same([...reread(NOTHING, mine({ id: 'new' })).rows.keys()], ['new']);
    t.equal(reread(NOTHING, row({ id: 'else' })).rows.size, 0, 'what belongs elsewhere stays there');
  },
);

t.test('a row that left goes when it has said so for long enough, unless it can be taken back', async (t) => {
  const left = reread(withPage(NOTHING, [mine({})]), mine({ meta: { versionId: '2' }, status: 'completed' }));
  t.equal(settled(left, new Set(), 1000 + SAID_FOR - 1), left);
  t.equal(settled(left, new Set(['one']), 1000 + SAID_FOR), left);
  t.equal(settled(left, new Set(), 1000 + SAID_FOR).rows.size, 0);
  const again = reread(left, mine({ meta: { versionId: '2' }, status: 'completed' }));
  t.equal(again.moved.get('one')?.what, 'done', 'the same news twice changes nothing');
});

t.test('a single letter means what the task offers, and nothing when it offers none', async (t) => {
  const pool = task({ status: 'requested', owner: { reference: 'Organization/p' } });
  t.equal(actionFor('claim', pool, ME), 'claim');
  t.equal(actionFor('start', pool, ME), undefined);
  t.equal(actionFor('complete', pool, ME), undefined);
  const own = task({ owner: { reference: ME } });
  t.equal(actionFor('start', own, ME), 'start');
  t.equal(actionFor('start', { ...own, status: 'on-hold' }, ME), 'resume');
  t.equal(actionFor('complete', { ...own, status: 'in-progress' }, ME), 'complete');
  t.equal(actionFor('claim', task({ owner: { reference: 'PractitionerRole/x' } }), ME), 'takeOver');
  t.ok(isStill(own, { ...own, description: 'Other words' }));
  t.notOk(isStill(own, { ...own, owner: { reference: 'PractitionerRole/x' } }), 'somebody else has it now');
});
