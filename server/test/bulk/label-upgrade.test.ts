// What was stored before labels were indexed is hidden from the first start on, and Consents are read by a job.
// https://hl7.org/fhir/R4/security-labels.html
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { PostedParameters } from '../../bulk/posted-parameters.ts';
import { reindexKinds } from '../../bulk/reindex.ts';
import { internParameters } from '../../db/intern.ts';
import { ACT_CODE, INLINE_LABEL, sensitivities } from '../../fhir/sensitivity.ts';
import { createJobs } from '../../job/index.ts';
import { createRegistry } from '../../search/registry.ts';
import { inconsistencies } from '../consistency.ts';
import { BASE, type Draft, openStorage, type Storage } from '../search/storage.ts';

const act = (code: string) => ({ system: ACT_CODE, code });
const security = (...labels: object[]) => ({ meta: { security: labels } });
const condition = (id: string, more: object): Draft => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/ana' },
  ...more,
});
const LABELLED: readonly Draft[] = [
  condition('plain', { code: { coding: [act('HIV')] } }),
  condition('own', security(act('HIV'), act('SUD'), act('HIV'), act('PERSISTLABEL'))),
  condition('former', security({ system: 'urn:oid:2.16.840.1.113883.5.4', code: 'MH' })),
  condition('bare', security({ code: 'V' }, { code: 'PSY' })),
  condition('foreign', security({ system: 'urn:x', code: 'HIV' }, { system: ACT_CODE, code: 'V' })),
  condition('element', {
    note: [
      {
        text: 'a',
        extension: [
          { url: INLINE_LABEL, valueCoding: act('STD') },
          { url: 'urn:x', valueCoding: act('HIV') },
        ],
      },
    ],
  }),
  condition('inside', {
    contained: [{ resourceType: 'Observation', id: 'o', ...security(act('COGN')) }],
    evidence: [{ detail: [{ reference: '#o' }] }],
  }),
];
const CONSENT: Draft = {
  resourceType: 'Consent',
  id: 'c',
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  patient: { reference: 'Patient/ana' },
  provision: { type: 'permit' },
};

const MIGRATION = readFileSync(new URL('../../db/migrations/0011-labels.sql', import.meta.url), 'utf8');

/** Labels as rows, with what they are indexed under. */
const labelsIn = async ({ sql }: Storage) => {
  const rows = await sql`select i.rid::text, i.code, c.url, i.last_updated from index_token i
    join code_system c on c.id = i.system join search_parameter p on p.id = i.param
    where p.code = '_sensitivity' order by i.rid, i.code`;
  return rows.map((row) => ({ ...row })) as unknown as { rid: string; code: string }[];
};

/** Makes the database what the version before left, which had none of this. */
async function undo({ sql }: Storage): Promise<void> {
  await sql`delete from index_token where param = (select id from search_parameter where code = '_sensitivity')`;
  await sql`delete from search_parameter where code in ('_sensitivity', '_directive')`;
  await sql.unsafe('drop table index_directive cascade; drop table break_glass');
}

const migrated = ({ sql }: Storage) => sql.begin((transaction) => transaction.unsafe(MIGRATION));

t.test('The migration labels what is stored as a write would', async (t) => {
  const s = await openStorage(t);
  await s.save(LABELLED);
  const expected = await labelsIn(s);
  t.same(expected.map(({ code }) => code).sort(), ['COGN', 'HIV', 'MH', 'PSY', 'STD', 'SUD', 'V']);
  await undo(s);
  const before = s.registry.generation();
  await migrated(s);
  t.same(await labelsIn(s), expected);
  const [row] = await s.sql`select p.state, g.value from search_parameter p, search_parameter_generation g
    where p.code = '_sensitivity'`;
  t.same(
    { ...row },
    { state: 'active', value: before + 1 },
    'writers that do not label are refused from now on',
  );
});

t.test('What PostgreSQL cannot read has every label', async (t) => {
  const s = await openStorage(t);
  await s.save(LABELLED);
  await undo(s);
  const rid = s.ridOf('Condition/plain');
  await s.sql`update resource set content = ${'{"meta":{"security":[{"note":"\\u0000"}]}}'} where rid = ${rid}::bigint`;
  await migrated(s);
  const codes = (await labelsIn(s)).filter((label) => label.rid === rid).map(({ code }) => code);
  t.same(codes.sort(), Object.keys(sensitivities).sort());
});

t.test('An empty database is left to the program', async (t) => {
  const s = await openStorage(t);
  await undo(s);
  await migrated(s);
  const rows = await s.sql`select from search_parameter where code in ('_sensitivity', '_directive')`;
  t.equal(rows.length, 0);
  const registry = await createRegistry([], (keys) => internParameters(s.sql, keys));
  t.ok(registry.directive() > 0 && registry.sensitivity > 0);
});

t.test('Until all stored Consents have been read, they permit nothing', async (t) => {
  const s = await openStorage(t);
  const { sql } = s;
  await s.save([...LABELLED, CONSENT]);
  await undo(s);
  await migrated(s);
  const registry = await createRegistry([], (keys, known) => internParameters(sql, keys, known));
  t.equal(registry.directive(), 0, 'no row has this parameter');
  t.ok(
    registry.indexed('Consent').some(({ code }) => code === '_directive'),
    'writers make rows already',
  );
  const jobs = createJobs({
    sql,
    kinds: reindexKinds({ ...s, registry, base: BASE, jobs: () => jobs }),
    newId: () => `job-${Math.random()}`,
    log: { error: (details) => t.comment(details) },
    times: { poll: 20, backOff: 20 },
  });
  t.teardown(() => jobs.stop());
  const typeId = s.typeId('SearchParameter');
  const log = { error: (details: object) => t.comment(details) };
  jobs.start();
  await new PostedParameters({ sql, registry, jobs, typeId, log }).sync();
  for (let n = 0; n < 500 && !registry.directive(); n++) {
    await wait(20);
    await registry.refresh();
  }
  const rows = await sql`select rid::text, patient::text, permit, label from index_directive
    where param = ${registry.directive()}`;
  t.same(
    rows.map((row) => ({ ...row })),
    [{ rid: s.ridOf('Consent/c'), patient: s.ridOf('Patient/ana'), permit: true, label: '' }],
  );
  await jobs.stop();
  t.same(await inconsistencies(s.url, BASE.replace(/\/fhir$/, '')), []);
});
