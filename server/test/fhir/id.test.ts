// Logical ids that the server makes. https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7
import t from 'tap';
import { newId } from '../../fhir/id.ts';
import { ID } from '../../fhir/reference.ts';

t.test('An id is a UUID of version 7 with the milliseconds of its making in front', async (t) => {
  const now = new Date('2026-03-14T09:30:00.123Z');
  const id = newId(now);
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.match(id, ID);
  t.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), now.getTime());
});

t.test('Ids are unique, and later ones sort after earlier ones', async (t) => {
  const ids = Array.from({ length: 20_000 }, (_, n) =>
    newId(new Date(1_700_000_000_000 + Math.floor(n / 5000))),
  );
  t.equal(new Set(ids).size, ids.length);
  const blocks = [0, 1, 2, 3].map((n) => ids.slice(n * 5000, (n + 1) * 5000).sort());
  for (let n = 1; n < blocks.length; n++) t.ok(blocks[n - 1]!.at(-1)! < blocks[n]![0]!);
});
