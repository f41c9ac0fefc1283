// The invariants of the profiles: compiled, right on passing and failing examples, and as fhirpath.js has them.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import t from 'tap';
import { compileFallback } from '../../../fhir/path/fallback.ts';
import { compilePredicate, isCompiled } from '../../../fhir/path/index.ts';

const CB = 'https://throughline.example/fhir';
type Json = Record<string, unknown>;

interface Invariant {
  readonly type: string;
  readonly expression: string;
  readonly pass: readonly Json[];
  readonly fail: readonly Json[];
}

const coded = (system: string, ...codes: string[]) => ({ coding: codes.map((code) => ({ system, code })) });
const role = (code: string) => [coded(`${CB}/CodeSystem/cn-role`, code)];
const to = (reference: string) => ({ reference });
const decision = (...parts: Json[]) => ({
  extension: [{ url: `${CB}/StructureDefinition/network-decision`, extension: parts }],
});
const tier = (code: string) => ({
  url: 'tier',
  valueCodeableConcept: coded(`${CB}/CodeSystem/cn-network-tier`, code),
});
const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const actors = (...references: string[]) => ({ participant: references.map((one) => ({ actor: to(one) })) });
const minutes = (value: number, code = 'min') => ({
  valueQuantity: { value, code, system: 'http://unitsofmeasure.org' },
});
const WEEK = { start: '2026-01-05', end: '2026-01-11' };

const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'cn-t-1': {
    type: 'Task',
    expression: "(status in ('rejected'|'cancelled'|'on-hold'|'failed')) implies statusReason.exists()",
    pass: [{ status: 'completed' }, { status: 'failed', statusReason: { text: 'moved' } }, {}],
    fail: [{ status: 'rejected' }, { status: 'on-hold' }],
  },
  'cn-t-2': {
    type: 'Task',
    expression: "status = 'completed' implies executionPeriod.end.exists()",
    pass: [{ status: 'requested' }, { status: 'completed', executionPeriod: { end: '2026-01-05' } }],
    fail: [{ status: 'completed' }, { status: 'completed', executionPeriod: { start: '2026-01-05' } }],
  },
  'cn-t-3': {
    type: 'Task',
    expression: "(status in ('accepted'|'in-progress'|'completed')) implies owner.exists()",
    pass: [{ status: 'requested' }, { status: 'accepted', owner: to('PractitionerRole/1') }],
    fail: [{ status: 'in-progress' }],
  },
  'cn-t-4': {
    type: 'Task',
    expression: '(lastModified.exists() and authoredOn.exists()) implies lastModified >= authoredOn',
    pass: [
      { authoredOn: '2026-01-05' },
      { authoredOn: '2026-01-05T10:00:00Z', lastModified: '2026-01-05T12:00:00+01:00' },
      { authoredOn: '2026-01-05T10:00:00Z', lastModified: '2026' },
    ],
    fail: [{ authoredOn: '2026-01-05T10:00:00Z', lastModified: '2026-01-05T10:30:00+01:00' }],
  },
  'cn-t-5': {
    type: 'Task',
    expression: `code.coding.where(system = '${CB}/CodeSystem/cn-task-code').count() = 1`,
    pass: [{ code: coded(`${CB}/CodeSystem/cn-task-code`, 'nav-barrier') }],
    fail: [
      {},
      { code: coded('http://other', 'x') },
      { code: coded(`${CB}/CodeSystem/cn-task-code`, 'a', 'b') },
    ],
  },
  'cn-t-6': {
    type: 'Task',
    expression: "(priority in ('urgent'|'asap'|'stat')) implies restriction.period.end.exists()",
    pass: [{}, { priority: 'routine' }, { priority: 'stat', restriction: { period: { end: '2026-01-05' } } }],
    fail: [{ priority: 'urgent' }],
  },
  'cn-nt-1': {
    type: 'Task',
    expression:
      "focus.exists() implies focus.reference.matches('^(.*/)?(MedicationRequest|DeviceRequest)/.*').not()",
    pass: [{}, { focus: to('ServiceRequest/1') }, { focus: { display: 'no reference' } }],
    fail: [{ focus: to('MedicationRequest/1') }, { focus: to('http://example.org/fhir/DeviceRequest/1') }],
  },
  'cn-nt-2': {
    type: 'Task',
    expression: `performerType.exists() implies performerType.coding.where(system = '${CB}/CodeSystem/cn-role' and code in ('navigator'|'benefits-navigator'|'scheduler'|'chw'|'peer')).exists()`,
    pass: [{}, { performerType: role('navigator') }],
    fail: [{ performerType: role('rn') }, { performerType: [coded('http://other', 'navigator')] }],
  },
  'cn-ct-1': {
    type: 'Task',
    expression: `performerType.coding.where(system = '${CB}/CodeSystem/cn-role' and code in ('rn'|'lpn'|'lcsw'|'np-pa'|'physician'|'pharmacist')).exists()`,
    pass: [{ performerType: role('rn') }],
    fail: [{}, { performerType: role('peer') }],
  },
  'cn-ct-2': {
    type: 'Task',
    expression:
      "code.coding.where(system = 'http://hl7.org/fhir/CodeSystem/task-code' and code = 'fulfill').exists() implies focus.exists()",
    pass: [
      {},
      { code: coded('http://hl7.org/fhir/CodeSystem/task-code', 'fulfill'), focus: to('ServiceRequest/1') },
    ],
    fail: [{ code: coded('http://hl7.org/fhir/CodeSystem/task-code', 'fulfill') }],
  },
  'cn-rt-1': {
    type: 'Task',
    expression: "status = 'in-progress' implies businessStatus.exists()",
    pass: [{ status: 'completed' }, { status: 'in-progress', businessStatus: { text: 'sent' } }],
    fail: [{ status: 'in-progress' }],
  },
  'cn-rt-2': {
    type: 'Task',
    expression: `businessStatus.coding.where(system = '${BSER}' and code = '7.0').exists() implies status = 'completed'`,
    pass: [{ status: 'requested' }, { businessStatus: coded(BSER, '7.0'), status: 'completed' }],
    fail: [{ businessStatus: coded(BSER, '7.0'), status: 'in-progress' }],
  },
  'cn-lc-1': {
    type: 'Task',
    expression: "basedOn.where(reference.matches('^(.*/)?ServiceRequest/.*')).exists()",
    pass: [{ basedOn: [to('Task/1'), to('ServiceRequest/1')] }],
    fail: [{}, { basedOn: [to('Task/1')] }],
  },
  'cn-lc-2': {
    type: 'Task',
    expression: "status = 'completed' implies output.value.ofType(Reference).exists()",
    pass: [
      { status: 'accepted' },
      { status: 'completed', output: [{ valueReference: to('DiagnosticReport/1') }] },
    ],
    fail: [{ status: 'completed' }, { status: 'completed', output: [{ valueString: 'report' }] }],
  },
  'cn-ho-1': {
    type: 'Task',
    expression: "input.where(type.coding.where(code = 'handoff-summary').exists()).exists()",
    pass: [{ input: [{ type: coded('x', 'other') }, { type: coded('x', 'handoff-summary') }] }],
    fail: [{}, { input: [{ type: coded('x', 'other') }] }],
  },
  'cn-ho-2': {
    type: 'Task',
    expression: 'requester.exists() and owner.exists() and (requester.reference != owner.reference)',
    pass: [{ requester: to('PractitionerRole/1'), owner: to('PractitionerRole/2') }],
    fail: [{ requester: to('PractitionerRole/1'), owner: to('PractitionerRole/1') }, {}],
  },
  'cn-sr-1': {
    type: 'ServiceRequest',
    expression: "status = 'active' implies (requester.exists() and authoredOn.exists())",
    pass: [{ status: 'draft' }, { status: 'active', requester: to('Practitioner/1'), authoredOn: '2026' }],
    fail: [{ status: 'active', authoredOn: '2026' }],
  },
  'cn-sr-2': {
    type: 'ServiceRequest',
    expression: 'reasonCode.exists() or reasonReference.exists()',
    pass: [{ reasonCode: [{ text: 'pain' }] }, { reasonReference: [to('Condition/1')] }],
    fail: [{}],
  },
  'cn-sr-3': {
    type: 'ServiceRequest',
    expression: `extension.where(url = '${CB}/StructureDefinition/network-decision').extension.where(url = 'tier' and value.coding.code = 'out-of-network').exists() implies extension.where(url = '${CB}/StructureDefinition/network-decision').extension.where(url = 'reason').exists()`,
    pass: [
      {},
      decision(tier('preferred')),
      decision(tier('out-of-network'), { url: 'reason', valueString: 'none near' }),
    ],
    fail: [decision(tier('out-of-network'))],
  },
  'cn-ap-1': {
    type: 'Appointment',
    expression: "participant.where(actor.reference.matches('^(.*/)?Patient/.*')).count() = 1",
    pass: [actors('Patient/1', 'Practitioner/1')],
    fail: [{}, actors('Practitioner/1'), actors('Patient/1', 'http://example.org/Patient/2')],
  },
  'cn-ap-2': {
    type: 'Appointment',
    expression:
      "(status in ('booked'|'checked-in'|'arrived'|'fulfilled'|'noshow')) implies (start.exists() and end.exists())",
    pass: [
      { status: 'proposed' },
      { status: 'booked', start: '2026-01-05T10:00:00Z', end: '2026-01-05T10:30:00Z' },
    ],
    fail: [{ status: 'booked', start: '2026-01-05T10:00:00Z' }],
  },
  'cn-ap-3': {
    type: 'Appointment',
    expression: "status = 'cancelled' implies cancelationReason.exists()",
    pass: [{ status: 'booked' }, { status: 'cancelled', cancelationReason: { text: 'ill' } }],
    fail: [{ status: 'cancelled' }],
  },
  'cn-ap-4': {
    type: 'Appointment',
    expression: '(start.exists() and end.exists()) implies start <= end',
    pass: [
      { start: '2026-01-05T10:00:00Z' },
      { start: '2026-01-05T10:00:00Z', end: '2026-01-05T11:30:00+01:00' },
    ],
    fail: [{ start: '2026-01-05T10:00:00.500Z', end: '2026-01-05T10:00:00.499Z' }],
  },
  'cn-cp-1': {
    type: 'CarePlan',
    expression: 'activity.all(detail.empty() and reference.exists())',
    pass: [{}, { activity: [{ reference: to('Task/1') }] }],
    fail: [{ activity: [{ reference: to('Task/1') }, { detail: { status: 'scheduled' } }] }],
  },
  'cn-al-1': {
    type: 'Observation',
    expression:
      "value.ofType(Quantity).exists() and value.ofType(Quantity).value > 0 and value.ofType(Quantity).code = 'min'",
    pass: [minutes(20)],
    fail: [{}, minutes(0), minutes(20, 'h'), { valueString: '20 minutes' }],
  },
  'cn-al-2': {
    type: 'Observation',
    expression: 'effective.ofType(Period).start <= effective.ofType(Period).end',
    pass: [
      { effectivePeriod: WEEK },
      { effectivePeriod: { start: '2026-01-05' } },
      { effectiveDateTime: '2026' },
    ],
    fail: [{ effectivePeriod: { start: '2026-01-12', end: '2026-01-11' } }],
  },
  'cn-ep-1': {
    type: 'EpisodeOfCare',
    expression: "status = 'active' implies period.start.exists()",
    pass: [{ status: 'finished' }, { status: 'active', period: WEEK }],
    fail: [{ status: 'active' }],
  },
  'cn-co-1': {
    type: 'Consent',
    expression: "status = 'active' implies (dateTime.exists() and source.exists())",
    pass: [
      { status: 'draft' },
      { status: 'active', dateTime: '2026', sourceReference: to('DocumentReference/1') },
    ],
    fail: [{ status: 'active', dateTime: '2026' }],
  },
};

for (const [key, { type, expression, pass, fail }] of Object.entries(INVARIANTS)) {
  t.test(`${key} is compiled, holds for what passes and is violated by what fails`, (t) => {
    t.ok(isCompiled(expression, type), 'is compiled');
    const holds = compilePredicate(expression, type);
    const reference = compileFallback(expression, type);
    for (const [examples, expected] of [
      [pass, true],
      [fail, false],
    ] as const) {
      for (const example of examples) {
        const resource = { resourceType: type, ...example };
        const title = JSON.stringify(example).slice(0, 80);
        t.equal(holds(resource, resource), expected, title);
        t.equal(
          !reference(resource, resource).some(({ value }) => value === false),
          expected,
          `fhirpath.js: ${title}`,
        );
      }
    }
    t.end();
  });
}

t.test('all 28 invariants are here', (t) => {
  t.equal(Object.keys(INVARIANTS).length, 28);
  t.end();
});
