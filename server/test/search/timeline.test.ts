// A page of a timeline is one statement, however long the record of the person is. https://hl7.org/fhir/R4/operations.html
import t from 'tap';
import { UNLIMITED } from '../../db/visibility.ts';
import { Timeline } from '../../search/timeline.ts';
import { openStorage } from './storage.ts';

const tasks = (from: number, to: number, patient: string) =>
  Array.from({ length: to - from }, (_, n) => ({
    resourceType: 'Task',
    id: `${patient}-${from + n}`,
    status: 'requested',
    intent: 'order',
    for: { reference: `Patient/${patient}` },
    authoredOn: new Date(Date.UTC(2026, 0, 1) + (from + n) * 60_000).toISOString(),
  }));

t.test('three tasks and three thousand take one statement a page, and no other person’s', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Patient', id: 'a' },
    { resourceType: 'Patient', id: 'b' },
    ...tasks(0, 3, 'a'),
    ...tasks(0, 3, 'b'),
  ]);
  const timeline = new Timeline(s.dependencies);
  const page = async (after?: { at: string; rid: never }) => {
    s.searched.length = 0;
    const rows = await timeline.page({
      patient: 'a',
      visibility: UNLIMITED,
      only: [],
      episode: undefined,
      start: undefined,
      end: undefined,
      count: 50,
      after,
    });
    return { rows, statements: s.searched.length };
  };
  // The first one opens the connection.
  await page();
  const few = await page();
  t.equal(few.statements, 1);
  t.same(
    few.rows.map(({ content }) => JSON.parse(content).id),
    ['a-2', 'a-1', 'a-0'],
  );
  await s.save(tasks(3, 3000, 'a'));
  const began = performance.now();
  const many = await page();
  t.comment(`${Math.round(performance.now() - began)} ms for the first page of 3000`);
  t.equal(many.statements, 1);
  t.equal(many.rows.length, 50);
  t.equal(JSON.parse(many.rows[0]!.content).id, 'a-2999');
  const { at, rid } = many.rows.at(-1)!;
  const next = await page({ at, rid: rid as never });
  t.equal(next.statements, 1);
  t.equal(JSON.parse(next.rows[0]!.content).id, 'a-2949');
});
