// Pages while others write: no row that was there at the first page and still matches is lost, and none comes twice.
// https://hl7.org/fhir/R4/http.html#paging
import fc from 'fast-check';
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import { Search } from '../../search/index.ts';
import { type Draft, idsOf, openStorage, type Storage } from './storage.ts';

type Query = readonly [criteria: string, matches: (draft: Draft) => boolean];

const queries: Record<string, { sorts: string[]; criteria: Query[] }> = {
  Task: {
    sorts: [
      '',
      '_lastUpdated',
      '-_lastUpdated',
      '_id',
      '-_id',
      'authored-on',
      '-authored-on',
      'period',
      '-period',
      'code',
      '-code',
      'priority,-authored-on',
      '-status,_id',
      'priority,_lastUpdated',
      '-priority,code,-period,-_id',
    ],
    criteria: [
      ['', () => true],
      ['status=requested', ({ status }) => status === 'requested'],
      ['status=requested,completed', ({ status }) => status !== 'accepted'],
      ['status:not=requested', ({ status }) => status !== 'requested'],
      ['priority:missing=false', ({ priority }) => priority !== undefined],
      [
        'status=requested&priority=stat,urgent',
        ({ status, priority }) => status === 'requested' && (priority === 'stat' || priority === 'urgent'),
      ],
    ],
  },
  Patient: {
    sorts: ['family', '-family', 'given,family', '-birthdate,-given', 'gender,-_lastUpdated', '-name'],
    criteria: [
      ['', () => true],
      ['gender=female', ({ gender }) => gender === 'female'],
      ['birthdate=ge1980', ({ birthDate }) => birthDate !== undefined && (birthDate as string) >= '1980'],
      ['family:missing=true', ({ name }) => name === undefined],
    ],
  },
};

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const names = fc.constantFrom('Ábel', 'abel', 'Zoë', 'Bo', 'Öz', '李', 'a b');
const resources: Record<string, fc.Arbitrary<object>> = {
  Task: fc.record({
    status: fc.constantFrom('requested', 'accepted', 'completed'),
    priority: optional(fc.constantFrom('routine', 'urgent', 'stat')),
    authoredOn: optional(fc.constantFrom('2020', '2020-01-01', '2020-01-01T00:00:00+05:00', '2021-06')),
    executionPeriod: optional(
      fc.constantFrom({ start: '2020-03-01' }, { end: '2020-03-01' }, { start: '2020-01', end: '2020-02' }),
    ),
    code: optional(
      fc
        .subarray(['a', 'B', 'c'], { minLength: 1 })
        .map((codes) => ({ coding: codes.map((code) => ({ code })) })),
    ),
  }),
  Patient: fc.record({
    gender: optional(fc.constantFrom('female', 'male')),
    birthDate: optional(fc.constantFrom('1979', '1980-02', '1980-02-01', '1999-12-31')),
    name: optional(
      fc.array(fc.record({ family: names, given: fc.array(names, { maxLength: 2 }) }), {
        minLength: 1,
        maxLength: 2,
      }),
    ),
  }),
};

/** What others do between two pages; `pick` says to which of the resources. */
const action = (type: string) =>
  fc.record({
    kind: fc.constantFrom('create', 'update', 'update', 'touch', 'remove', 'hold', 'hold', 'commit'),
    pick: fc.nat(),
    body: resources[type]!,
    more: resources[type]!,
  });
type Action = { kind: string; pick: number; body: object; more: object };

/** The resources as a reader sees them now, and the writers at work. */
class World {
  readonly present = new Map<string, Draft>();
  readonly #s: Storage;
  readonly #type: string;
  readonly #held: { drafts: Draft[]; commit: () => Promise<void> }[] = [];
  #made = 0;

  constructor(s: Storage, type: string) {
    this.#s = s;
    this.#type = type;
  }

  draft(body: object, id = `${this.#type.toLowerCase()}-${(this.#made++ * 7919) % 1000}`): Draft {
    return JSON.parse(JSON.stringify({ resourceType: this.#type, id, ...body }));
  }

  async save(drafts: Draft[]): Promise<void> {
    await this.#s.save(drafts);
    for (const draft of drafts) this.present.set(draft.id, draft);
  }

  async act({ kind, pick, body, more }: Action): Promise<void> {
    const locked = new Set(this.#held.flatMap(({ drafts }) => drafts.map(({ id }) => id)));
    const free = [...this.present.keys()].filter((id) => !locked.has(id));
    const id = free[pick % free.length];
    if (kind === 'create') return this.save([this.draft(body), this.draft(more)]);
    if (kind === 'commit') return this.commitOne();
    if (!id) return;
    if (kind === 'update') return this.save([this.draft(body, id)]);
    if (kind === 'touch') return this.save([this.present.get(id)!]);
    if (kind === 'remove') {
      await this.#s.remove(this.#type, id);
      this.present.delete(id);
      return;
    }
    if (this.#held.length === 2) await this.commitOne();
    const drafts = [this.draft(body, id), this.draft(more)];
    this.#held.push({ drafts, commit: await this.#s.hold(drafts) });
  }

  async commitOne(): Promise<void> {
    const held = this.#held.shift();
    if (!held) return;
    await held.commit();
    for (const draft of held.drafts) this.present.set(draft.id, draft);
  }

  async commitAll(): Promise<void> {
    while (this.#held.length) await this.commitOne();
  }
}

for (const [type, { sorts, criteria }] of Object.entries(queries)) {
  t.test(
    `Walking the pages of ${type} by every sort loses nothing and doubles nothing while others write`,
    async (t) => {
      const s = await openStorage(t);
      const world = new World(s, type);
      await world.save(
        fc.sample(resources[type]!, { numRuns: 40, seed: 1 }).map((body) => world.draft(body)),
      );
      const walk = fc.record({
        sort: fc.constantFrom(...sorts),
        criterion: fc.constantFrom(...criteria),
        count: fc.integer({ min: 1, max: 9 }),
        before: fc.array(action(type), { maxLength: 3 }),
        steps: fc.array(fc.array(action(type), { maxLength: 4 }), { minLength: 1, maxLength: 12 }),
      });
      const property = fc.asyncProperty(
        walk,
        async ({ sort, criterion: [query, matches], count, before, steps }) => {
          for (const each of before) await world.act(each);
          const text = [query, sort && `_sort=${sort}`].filter(Boolean).join('&');
          const first = idsOf((await s.page(type, `${text}&_count=1000`)).matches);
          const atFirst = new Set(world.present.keys());
          const stable = new Set([...world.present.values()].filter(matches).map(({ id }) => id));
          const seen: string[] = [];
          let next: string | undefined = `${text}&_count=${count}`;
          for (let n = 0; next !== undefined; n++) {
            const page = await s.page(type, next);
            seen.push(...idsOf(page.matches));
            next = page.next;
            for (const each of steps[n] ?? []) {
              await world.act(each);
              for (const id of stable)
                if (!world.present.has(id) || !matches(world.present.get(id)!)) stable.delete(id);
            }
          }
          await world.commitAll();
          const label = `${type}?${text}&_count=${count}`;
          t.equal(new Set(seen).size, seen.length, `${label} gives each once`);
          t.same(
            [...stable].filter((id) => !seen.includes(id)),
            [],
            `${label} loses none`,
          );
          t.same(
            seen.filter((id) => !atFirst.has(id)),
            [],
            `${label} adds none that came later`,
          );
          const order = seen.filter((id) => first.includes(id));
          t.same(
            order,
            first.filter((id) => order.includes(id)),
            `${label} keeps the order of the first page`,
          );
        },
      );
      await fc.assert(property, { numRuns: 40, seed: 2026, endOnFailure: true });
    },
  );
}

t.test('A row that moves while one page is being read is on it once', async (t) => {
  const s = await openStorage(t);
  const task = (n: number, status = 'requested') => ({
    resourceType: 'Task',
    id: `t${n}`,
    status,
    intent: 'order',
  });
  for (let n = 0; n < 6; n++) await s.save([task(n)]);
  const { next } = await s.page('Task', 'status=requested&_count=2');
  let statements = 0;
  const sql = new Proxy(s.searchSql, {
    get: (target, name) =>
      name === 'unsafe'
        ? async (...query: Parameters<typeof target.unsafe>) => {
            const rows = await target.unsafe(...query);
            if (statements++ === 0) await s.save([task(3), task(2)]);
            return rows;
          }
        : Reflect.get(target, name),
  });
  const search = new Search({ ...s.dependencies, sql });
  const page = await search.type('Task', new URLSearchParams(next), systemAccess);
  t.equal(statements, 2, 'the page, then what moved');
  t.same(idsOf(page.matches), ['t3', 't2']);
  t.same(await s.find('Task', page.next!), ['t1', 't0']);
});

t.test('Many readers and many writers at once, each walk whole', async (t) => {
  const s = await openStorage(t);
  const task = (n: number, round: number) => ({
    resourceType: 'Task',
    id: `t${n}`,
    status: 'requested',
    intent: 'order',
    authoredOn: `20${10 + ((n * 7 + round) % 20)}`,
  });
  await s.save(Array.from({ length: 60 }, (_, n) => task(n, 0)));
  const all = Array.from({ length: 60 }, (_, n) => `t${n}`).sort();
  let busy = true;
  const writer = async (offset: number) => {
    for (let round = 1; busy; round++)
      await s.save(
        [task((round * 3 + offset) % 60, round), task((round * 3 + offset + 30) % 60, round)].filter(
          ({ id }) => Number(id.slice(1)) % 3 === offset,
        ),
      );
  };
  const writers = [0, 1, 2].map(writer);
  const walks = await Promise.all(
    [
      '',
      '_sort=_lastUpdated',
      '_sort=authored-on',
      '_sort=-authored-on',
      '_sort=_id',
      'status=requested',
    ].map((query) => s.find('Task', `${query}&_count=7`)),
  );
  busy = false;
  await Promise.all(writers);
  for (const ids of walks) t.same([...ids].sort(), all);
});
