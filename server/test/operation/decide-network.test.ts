// Who may pick the provider of an order: whoever may record the decision, and nobody else; by HTTP, for every role and client.
// https://hl7.org/fhir/R4/security.html
import type { DeviceRequest, ServiceRequest } from '@medplum/fhirtypes';
import t from 'tap';
import { CB, ROLES, startPractice } from '../journey/practice.ts';

const DECIDE = ['rn', 'lcsw', 'np-pa', 'physician'];
const DECISION = `${CB}/StructureDefinition/network-decision`;
const { callers, put, like } = await startPractice(t);
const mri = await like<ServiceRequest>('ServiceRequest', 'ana-mri');
const meter = await like<DeviceRequest>('DeviceRequest', 'ana-glucose-meter');
const isDecision = ({ url }: { url: string }) => url === DECISION;

const body = {
  resourceType: 'Parameters',
  parameter: [{ name: 'choice', valueReference: { reference: 'HealthcareService/imaging' } }],
};

t.test(
  'whoever may record a network decision decides, also on an order that another has signed',
  async (t) => {
    const physician = callers.find(({ role }) => role === 'physician')!;
    t.same(callers.map(({ role }) => role).sort(), [...ROLES].sort());
    for (const { role, self, ask } of callers) {
      const id = `mri-of-${role}`;
      const { extension: _decided, ...undecided } = mri;
      await put({ ...undecided, id });
      const answer = await ask('POST', `/ServiceRequest/${id}/$decide-network`, body);
      const stored = await physician.ask('GET', `/ServiceRequest/${id}`);
      const decision = (stored.body as ServiceRequest).extension?.find(isDecision);
      if (DECIDE.includes(role)) {
        t.equal(answer.status, 200, `${role}: ${JSON.stringify(answer.body)}`);
        t.match(decision?.extension?.find(({ url }) => url === 'decidedBy')?.valueReference, self);
      } else {
        t.ok([403, 404].includes(answer.status), `${role}: ${answer.status}`);
        t.notOk(decision, `${role} has decided nothing`);
        t.equal(stored.body.meta.versionId, '1');
      }
    }
  },
);

t.test('a decision on equipment needs the same right', async (t) => {
  await put({ ...meter, id: 'meter' });
  const sent = {
    ...body,
    parameter: [
      { name: 'choice', valueReference: { reference: 'Organization/bluebird-supply' } },
      {
        name: 'reason',
        valueCodeableConcept: {
          coding: [{ system: `${CB}/CodeSystem/cn-off-network-reason`, code: 'not-available' }],
        },
      },
    ],
  };
  for (const { role, ask } of callers) {
    const { status } = await ask('POST', '/DeviceRequest/meter/$decide-network', sent);
    t.equal(status === 200, DECIDE.includes(role), `${role}: ${status}`);
  }
});
