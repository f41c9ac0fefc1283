// The words of a resource. https://hl7.org/fhir/R4/search.html#content
import t from 'tap';
import { contentOf, narrativeOf, textOfXhtml } from '../../indexing/words.ts';
import { startServer } from '../helpers/server.ts';
import { database } from '../interaction/sample.ts';

t.test('The text of a narrative has no tags, comments and entities', (t) => {
  const text = textOfXhtml(
    '<div a="b>"><p>uno<br/>dos</p><!-- no\n --> a&amp;b &#233;&#xE9;&nbsp;&unknown;</div>',
  );
  t.same(text.trim().split(/\s+/), ['">', 'uno', 'dos', 'a&b', 'éé', '&unknown;']);
  t.end();
});

t.test('The content of a resource is every text in it, but no data', (t) => {
  const resource = {
    resourceType: 'Binary',
    text: { div: '<div>words here</div>' },
    list: [{ note: 'inner' }, 5, null, true],
    data: 'A'.repeat(600),
  };
  t.same(contentOf(resource).split(/\s+/), ['Binary', 'words', 'here', 'inner']);
  t.equal(narrativeOf(resource).trim(), 'words here');
  t.equal(narrativeOf({}), '');
  t.end();
});

t.test('A very long text is indexed by its beginning', (t) => {
  const long = 'word '.repeat(100_000);
  t.equal(contentOf({ a: long, b: 'after' }).length, 200_000);
  t.end();
});

t.test('fold takes away case, accents and marks that would be taken for letters', async (t) => {
  const server = await startServer(t);
  const sql = database(t, server.databaseUrl);
  const fold = async (text: string) => (await sql`select fold(${text}) as f`)[0]!.f as string;
  for (const [text, folded] of [
    ['¿Cómo ESTÁ?', ' como esta?'],
    ['cita—médica', 'cita medica'],
    ['ÄÖÜ ñ Ç', 'aou n c'],
    ['ΑΘΗΝΑ Москва', 'αθηνα москва'],
    ['“quoted”', ' quoted '],
  ] as const)
    t.equal(await fold(text), folded, text);
});
