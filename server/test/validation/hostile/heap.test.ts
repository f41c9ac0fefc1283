// Validation keeps nothing of what callers send. https://hl7.org/fhir/R4/validation.html
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import { createValidator, definitionSource, loadDefinitions } from '../../../validation/index.ts';
import { at, demanding, sd, url } from './definitions.ts';
import { times } from './time.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
/** Bytes in use when nothing is left to collect. */
function heap(): number {
  for (let n = 0; n < 4; n++) gc();
  return process.memoryUsage().heapUsed;
}
/** Less than a hundred bytes for each of the works that are run. */
const ALLOWED = 1_000_000;

const definitions = loadDefinitions(new URL('../../../../profiles/definitions/', import.meta.url));
let list: readonly StructureDefinition[] = [];
const { validate } = createValidator(definitions, {
  source: definitionSource(definitions, { posted: () => list }),
});

/** A resource with nothing in it that any other has. */
const fresh = (n: number) => ({
  resourceType: 'Patient',
  id: `p${n}`,
  meta: { profile: [url(`claim${n}`)], tag: [{ system: `http://x.example/tag${n}`, code: `t${n}` }] },
  extension: [{ url: url(`extension${n}`), valueString: `s${n}` }],
  modifierExtension: [{ url: url(`modifier${n}`), valueString: `s${n}` }],
  identifier: [{ system: `http://x.example/id${n}`, value: `v${n}` }],
  contained: [{ resourceType: 'Organization', id: `o${n}`, name: `n${n}` }],
  managingOrganization: { reference: `#o${n}` },
  link: [{ type: 'seealso', other: { reference: `http://x.example/Patient/${n}` } }],
});
const wrong = (n: number) => ({ resourceType: 'Patient', [`element${n}`]: n, gender: `g${n}` });
const typeless = (n: number) => ({ resourceType: `Type${n}` });

/** Bytes that are in use afterwards, and were not before. */
function growthOf(count: number, work: (n: number) => void): number {
  for (let n = 0; n < count / 4; n++) work(-n);
  const before = heap();
  for (let n = 0; n < count; n++) work(n);
  return heap() - before;
}

t.test('20,000 validations of resources that share nothing leave nothing behind', async (t) => {
  const growth = growthOf(20_000, (n) => {
    validate(fresh(n), { profiles: [url(`asked${n}`)] });
    validate(wrong(n));
    validate(typeless(n));
  });
  t.ok(growth < ALLOWED, `${growth} bytes`);
});

t.test('large resources, and works that were ended, leave nothing behind', async (t) => {
  list = [sd('slow', demanding("name.all(family.matches('^(a+)+$'))"))];
  const growth = growthOf(12, (n) => {
    const name = [{ family: `${'a'.repeat(40)}!${n}` }];
    const issues = validate({ resourceType: 'Patient', name }, { profiles: [url('slow')] });
    t.equal(issues[0]!.code, 'too-costly');
    const extension = times(20_000, (at) => ({ url: `http://x.example/${n}/${at}`, valueString: 'x' }));
    validate({ resourceType: 'Patient', extension });
  });
  t.ok(growth < ALLOWED, `${growth} bytes`);
});

t.test('definitions that are no longer stored are not kept', async (t) => {
  const growth = growthOf(400, (n) => {
    const base = sd(`base${n}`, [at('Patient.name', { min: 1 })]);
    const own = sd(`own${n}`, demanding(`name.family.exists() or id != 'p${n}'`), {
      baseDefinition: base.url!,
    });
    list = [base, own];
    const issues = validate({ resourceType: 'Patient', name: [{ text: 'x' }] }, { profiles: [own.url!] });
    t.same(issues, []);
  });
  t.ok(growth < 3 * ALLOWED, `${growth} bytes`);
});
