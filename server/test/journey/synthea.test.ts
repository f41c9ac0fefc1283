// Real input: 32 synthetic charts through the transaction endpoint and through import; both answer searches as the files do,
// read by plain loops that know nothing of our search. https://hl7.org/fhir/R4/search.html
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, Coding, Resource } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { inconsistencies } from '../consistency.ts';
import { run } from '../helpers/process.ts';
import { type Ask, asking, startServer } from '../helpers/server.ts';

const ARCHIVE = fileURLToPath(new URL('../../../../shared/data/synthea-32-bundles.tar.gz', import.meta.url));
const skip = existsSync(ARCHIVE) ? false : 'the archive of Synthea bundles is not beside the project';

/** A resource of the files as loose as they are. */
// biome-ignore lint/suspicious/noExplicitAny: the oracle looks into any resource
type Any = Record<string, any>;
type Oracle = readonly [path: string, holds: (resource: Any, all: ReadonlyMap<string, Any>) => boolean];

const coded = (concept: { coding?: Coding[] } | undefined, code: string): boolean =>
  concept?.coding?.some((coding) => coding.code === code) ?? false;
/** The resource that a `urn:uuid:` reference names. */
const named = (reference: Any | undefined, all: ReadonlyMap<string, Any>): Any | undefined =>
  all.get(String(reference?.reference).replace('urn:uuid:', ''));
const isOf = (patient: string) => (reference: Any | undefined) =>
  reference?.reference === `urn:uuid:${patient}`;
const time = (text: string): number => Date.parse(text);

const CHART = '538a9a4e-8437-47d3-8c01-1a17dca8f0be';
const ofChart = isOf(CHART);

/** Searches, and what they mean, said in JavaScript. `{patient}` stands for the id that the server gave to that chart. */
const ORACLE: readonly Oracle[] = [
  ['Patient?gender=female', ({ gender }) => gender === 'female'],
  ['Patient?birthdate=lt1980-01-01', ({ birthDate }) => birthDate < '1980-01-01'],
  ['Patient?family:exact=Hegmann', ({ name }) => name.some((one: Any) => one.family === 'Hegmann')],
  [
    'Patient?address-city=bost',
    ({ address }) => address.some((one: Any) => one.city.toLowerCase().startsWith('bost')),
  ],
  [
    'Patient?_has:Condition:patient:code=http://snomed.info/sct|444814009',
    ({ id }, all) =>
      [...all.values()].some(
        (one) => one.resourceType === 'Condition' && coded(one.code, '444814009') && isOf(id)(one.subject),
      ),
  ],
  ['Condition?patient={patient}', ({ subject }) => ofChart(subject)],
  [
    'Condition?patient={patient}&clinical-status=active',
    ({ subject, clinicalStatus }) => ofChart(subject) && coded(clinicalStatus, 'active'),
  ],
  [
    'Condition?code=http://snomed.info/sct|195662009,444814009&patient.gender=male',
    ({ code, subject }, all) =>
      (coded(code, '195662009') || coded(code, '444814009')) && named(subject, all)?.gender === 'male',
  ],
  ['Condition?abatement-date:missing=true', (condition) => condition.abatementDateTime === undefined],
  ['Encounter?class=EMER', (encounter) => encounter.class.code === 'EMER'],
  ['Encounter?date=ge2018-01-01', ({ period }) => time(period.end) >= time('2018-01-01T00:00:00Z')],
  [
    'Encounter?date=2015&class=http://terminology.hl7.org/CodeSystem/v3-ActCode|AMB',
    ({ period, class: kind }) =>
      kind.code === 'AMB' &&
      time(period.start) >= time('2015-01-01T00:00:00Z') &&
      time(period.end) < time('2016-01-01T00:00:00Z'),
  ],
  ['Observation?code=http://loinc.org|8302-2', ({ code }) => coded(code, '8302-2')],
  [
    'Observation?code=8302-2,29463-7&patient={patient}&date=lt2015-06-01',
    ({ code, subject, effectiveDateTime }) =>
      (coded(code, '8302-2') || coded(code, '29463-7')) &&
      ofChart(subject) &&
      time(effectiveDateTime) < time('2015-06-01T00:00:00Z'),
  ],
  [
    'Observation?value-concept:missing=false',
    ({ valueCodeableConcept }) => valueCodeableConcept !== undefined,
  ],
  ['MedicationRequest?status=active', ({ status }) => status === 'active'],
  [
    'MedicationRequest?requester:missing=false&intent=order&status=stopped&patient={patient}',
    ({ status, subject, requester }) => status === 'stopped' && ofChart(subject) && requester !== undefined,
  ],
  [
    'Immunization?vaccine-code=http://hl7.org/fhir/sid/cvx|140&date=ge2019-01-01',
    ({ vaccineCode, occurrenceDateTime }) =>
      coded(vaccineCode, '140') && time(occurrenceDateTime) >= time('2019-01-01T00:00:00Z'),
  ],
  ['Procedure?code=180256009', ({ code }) => coded(code, '180256009')],
  [
    'DiagnosticReport?result.code=http://loinc.org|2093-3',
    ({ result }, all) => result?.some((one: Any) => coded(named(one, all)?.code, '2093-3')) ?? false,
  ],
  ['CarePlan?status=active', ({ status }) => status === 'active'],
  ['Claim?patient={patient}', ({ patient }) => ofChart(patient)],
  [
    'AllergyIntolerance?code=418689008,419474003',
    ({ code }) => coded(code, '418689008') || coded(code, '419474003'),
  ],
  ['ExplanationOfBenefit?created=lt2000', ({ created }) => time(created) < time('2000-01-01T00:00:00Z')],
];

/** Ids of all matches, over all pages. */
async function found(t: Test, ask: Ask, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = `/${path}&_count=500`; next; ) {
    const { status, body } = await ask('GET', next);
    if (status !== 200) {
      t.equal(status, 200, `${path}: ${JSON.stringify(body.issue)}`);
      return ids;
    }
    ids.push(...(body.entry ?? []).map(({ resource }: { resource: Resource }) => resource.id));
    const link = (body as Bundle).link?.find(({ relation }) => relation === 'next')?.url;
    next = link?.slice(link.indexOf('/fhir/') + 5);
  }
  return ids;
}

t.test('charts give the same answers however they came in', { skip }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-synthea-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('tar', ['xzf', ARCHIVE, '-C', folder]);
  const bundles = readdirSync(folder).map(
    (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bundle,
  );
  const all = new Map<string, Any>(
    bundles.flatMap(({ entry }) => entry!.map(({ resource }) => [resource!.id!, resource as Any])),
  );

  const imported = await startServer(t, { env: { DB_CONNECTIONS: '4' } });
  const { ended, said } = run(t, 'scripts/import.ts', [folder], {
    DATABASE_URL: imported.databaseUrl,
    DATA_DIR: folder,
  });
  t.equal(await ended, 0, said.err);
  t.match(said.out, `${all.size.toLocaleString('en')} new, 0 new versions`);
  t.notMatch(said.out, 'Warning', 'every reference leads somewhere');

  const sent = await startServer(t, { env: { DB_CONNECTIONS: '4', BODY_LIMIT: String(1 << 26) } });
  const send = asking(sent);
  /** Ids of the files by those that the server gave, and one the other way. */
  const original = new Map<string, string>();
  const given = new Map<string, string>();
  for (const bundle of bundles) {
    const { status, body } = await send('POST', '', bundle);
    t.equal(status, 200, JSON.stringify(body.issue)?.slice(0, 500));
    for (const [n, { response }] of body.entry.entries()) {
      const id = /^[A-Za-z]+\/([^/]+)\//.exec(
        new URL(response.location, 'http://x/').pathname.replace(/^\/(fhir\/)?/, ''),
      )![1]!;
      original.set(id, bundle.entry![n]!.resource!.id!);
      given.set(bundle.entry![n]!.resource!.id!, id);
    }
  }

  for (const [path, holds] of ORACLE) {
    const type = path.slice(0, path.indexOf('?'));
    const expected = [...all.values()]
      .filter((resource) => resource.resourceType === type && holds(resource, all))
      .map(({ id }) => id as string)
      .sort();
    t.ok(expected.length, `${path} finds something`);
    const byImport = await found(t, asking(imported), path.replace('{patient}', CHART));
    t.strictSame(byImport.sort(), expected, `imported: ${path}`);
    const bySending = await found(t, send, path.replace('{patient}', given.get(CHART)!));
    t.strictSame(bySending.map((id) => original.get(id)!).sort(), expected, `sent: ${path}`);
  }
  t.strictSame(await inconsistencies(imported.databaseUrl, imported.url), []);
  t.strictSame(await inconsistencies(sent.databaseUrl, sent.url), []);
});
