// The codes that validation is held against: published at once, stored and loaded within a second.
// https://hl7.org/fhir/R4/terminologies.html#binding
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import { CodesOfValueSets } from '../../terminology/codes-of.ts';
import { readPublished } from '../../terminology/index.ts';
import { asking, startServer } from '../helpers/server.ts';
import { allColours, CODES, colours, given, stored, VS, valueSet } from '../operation/sample-terminology.ts';

const server = await startServer(t);
const ask = asking(server);
const sql = openPool(server.databaseUrl, { max: 1 });
t.teardown(() => sql.end());
const types = new Map(
  (await sql`select id, name from resource_type`).map(({ id, name }) => [name as string, id as number]),
);
const codes = new CodesOfValueSets({
  sql,
  published: readPublished(() => []),
  typeId: (type) => types.get(type)!,
});
await codes.look();

t.test('what is published is there at once, the same object each time', async (t) => {
  const gender = codes.codesOf('http://hl7.org/fhir/ValueSet/administrative-gender');
  t.same(gender?.list, ['male', 'female', 'other', 'unknown']);
  t.ok(gender?.has('male'));
  t.notOk(gender?.has('man'));
  t.equal(codes.codesOf('http://hl7.org/fhir/ValueSet/administrative-gender'), gender);
  t.ok(codes.codesOf('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1'));
  t.equal(codes.codesOf('http://hl7.org/fhir/ValueSet/administrative-gender|9'), undefined);
  t.ok(codes.codesOf('http://hl7.org/fhir/ValueSet/ucum-units')?.has('mg/dL'));
  t.notOk(codes.codesOf('http://hl7.org/fhir/ValueSet/ucum-units')?.has('mgs per dl'));
});

t.test('what is stored is there after the next look, changes with it, and goes with it', async (t) => {
  t.equal(codes.codesOf(`${VS}/all`), undefined);
  await stored(ask, colours, allColours);
  await codes.look();
  const all = codes.codesOf(`${VS}/all`)!;
  t.ok(all.hasCoding({ system: CODES, code: 'crimson' }));
  t.notOk(all.hasCoding({ system: CODES, code: 'rad' }));
  await ask('PUT', '/CodeSystem/colours', { ...colours, concept: [{ code: 'rad' }] });
  t.ok(all.hasCoding({ system: CODES, code: 'crimson' }), 'not yet');
  await codes.look();
  t.ok(all.hasCoding({ system: CODES, code: 'rad' }));
  t.notOk(all.hasCoding({ system: CODES, code: 'crimson' }));
  await ask('DELETE', '/ValueSet/all');
  await codes.look();
  t.equal(codes.codesOf(`${VS}/all`), undefined);
  t.ok(all.has('anything'), 'what is gone cannot be told');
});

t.test('what is loaded into tables is there after the next look', async (t) => {
  const system = 'http://snomed.info/sct';
  const set = valueSet('diabetes', {
    include: [{ system, filter: [{ property: 'concept', op: 'is-a', value: '73211009' }] }],
  });
  await stored(ask, set);
  await codes.look();
  const diabetes = codes.codesOf(set.url!)!;
  t.ok(diabetes.hasCoding({ system, code: '195967001' }), 'by its shape');
  t.notOk(diabetes.hasCoding({ system, code: '195967002' }));
  const concept = (code: string, ...parents: string[]) => ({
    code,
    property: parents.map((parent) => ({ code: 'parent', valueCode: parent })),
  });
  const file = [concept('73211009'), concept('44054006', '73211009'), concept('195967001')];
  const body = given(
    { name: 'system', valueUri: system },
    {
      name: 'file',
      valueAttachment: {
        data: Buffer.from(file.map((one) => JSON.stringify(one)).join('\n')).toString('base64'),
      },
    },
  );
  const header = {
    resourceType: 'CodeSystem',
    url: system,
    name: 'SCT',
    status: 'active',
    content: 'complete',
  };
  for (const one of [header, body]) {
    const { headers } = await ask('POST', '/CodeSystem/$import', one);
    const address = String(headers['content-location']).split('/fhir')[1]!;
    while ((await ask('GET', address)).status !== 200)
      await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await codes.look();
  t.ok(diabetes.hasCoding({ system, code: '44054006' }));
  t.notOk(diabetes.hasCoding({ system, code: '195967001' }), 'by its place in the hierarchy');
});
