// HealthcareService/$find-in-network asks the database the same number of times however large the directory is.
// https://hl7.org/fhir/R4/operations.html
import t from 'tap';
import { systemAccess } from '../../fhir/access.ts';
import type { Result } from '../../fhir/result.ts';
import type { Context } from '../../interaction/context.ts';
import { findInNetwork } from '../../operation/care/network/find.ts';
import { BASE, NOW, openStorage } from '../search/storage.ts';

const CATEGORY = 'https://throughline.example/fhir/CodeSystem/cn-category';
const coding = { system: CATEGORY, code: 'imaging' };

/** Services with their organisation, place and participation each. */
const providers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => String(from + n)).flatMap((id) => [
    { resourceType: 'Organization', id: `o${id}`, active: true, name: `Centre ${id}` },
    {
      resourceType: 'Location',
      id: `l${id}`,
      position: { latitude: 40 + Number(id) / 1000, longitude: -82 },
    },
    {
      resourceType: 'HealthcareService',
      id: `s${id}`,
      active: true,
      name: `Imaging ${id}`,
      providedBy: { reference: `Organization/o${id}` },
      type: [{ coding: [coding] }],
      location: [{ reference: `Location/l${id}` }],
    },
    {
      resourceType: 'OrganizationAffiliation',
      id: `a${id}`,
      active: true,
      participatingOrganization: { reference: `Organization/o${id}` },
      network: [{ reference: 'Organization/network' }],
    },
  ]);

t.test('three services and three hundred take the same number of statements', async (t) => {
  const s = await openStorage(t);
  await s.save([
    { resourceType: 'Organization', id: 'plan', active: true },
    { resourceType: 'Organization', id: 'network', active: true, partOf: { reference: 'Organization/plan' } },
    {
      resourceType: 'InsurancePlan',
      id: 'p',
      status: 'active',
      ownedBy: { reference: 'Organization/plan' },
      network: [{ reference: 'Organization/network' }],
    },
    { resourceType: 'Patient', id: 'ana' },
    {
      resourceType: 'Coverage',
      id: 'c',
      status: 'active',
      beneficiary: { reference: 'Patient/ana' },
      payor: [{ reference: 'Organization/plan' }],
    },
  ]);
  const context = { store: s.store, search: s.search, base: BASE, now: () => NOW } as unknown as Context;
  const ask = async () => {
    s.searched.length = 0;
    s.written.length = 0;
    const answer = (await findInNetwork(context, {
      method: 'GET',
      path: ['HealthcareService', '$find-in-network'],
      query: new URLSearchParams({
        service: `${CATEGORY}|imaging`,
        coverage: 'Coverage/c',
        near: '40|-82|100|km',
      }),
      headers: {},
      body: undefined,
      access: systemAccess,
    })) as Extract<Result, { kind: 'json' }>;
    const { total } = answer.json as { total: number };
    return { total, statements: s.searched.length + s.written.length };
  };
  await s.save(providers(0, 3));
  await ask();
  const small = await ask();
  t.equal(small.total, 3);
  await s.save(providers(3, 150));
  await s.save(providers(150, 300));
  const large = await ask();
  t.equal(large.total, 300);
  t.equal(large.statements, small.statements);
  t.ok(small.statements > 5 && large.statements <= 12, `${large.statements} statements`);
});
