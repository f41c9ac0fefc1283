// An administrator changes what a role may do, by HTTP, and it holds from the next request on; what cannot be enforced is refused.
// https://hl7.org/fhir/R4/basic.html
import type { Basic, Consent, Extension } from '@medplum/fhirtypes';
import t from 'tap';
import { ANA, type Caller, CB, startPractice } from './practice.ts';

const { callers, put, like } = await startPractice(t);
const as = (role: string): Caller => callers.find((caller) => caller.role === role)!;
const admin = as('programme-admin');
const RULE = `${CB}/StructureDefinition/policy-rule`;
const part = (rule: Extension, name: string) => rule.extension!.find(({ url }) => url === name)!;
const ruleIn = (policy: Basic, name: string) =>
  policy.extension!.find(({ url, extension }) => url === RULE && extension![0]!.valueCode === name)!;

async function change(role: string, edit: (policy: Basic) => void) {
  const policy = { ...(await like<Basic>('Basic', `policy-${role}`)), id: `policy-${role}` };
  edit(policy);
  return admin.ask('PUT', `/Basic/policy-${role}`, policy);
}

t.test(
  'a rule that is taken away is gone with the next request, for tokens given before as well',
  async (t) => {
    const peer = as('peer');
    const path = '/Condition/ana-diabetes';
    t.equal((await peer.ask('GET', path)).status, 200);
    const { status } = await change('peer', (policy) => {
      const gone = [ruleIn(policy, 'read-minimum-problems'), ruleIn(policy, 'record-barriers')];
      policy.extension = policy.extension!.filter((each) => !gone.includes(each));
    });
    t.equal(status, 200);
    const { status: refused, body } = await peer.ask('GET', path);
    t.equal(refused, 403);
    t.match(body.issue, [
      {
        severity: 'error',
        code: 'forbidden',
        details: { coding: [{ system: `${CB}/CodeSystem/cn-rule`, code: 'scope-of-practice' }] },
        diagnostics: /The role peer may not do this: reading Condition/,
      },
    ]);
  },
);

t.test('a rule that is given holds with the next request', async (t) => {
  const read = () => as('scheduler').ask('GET', '/CarePlan/ana-plan');
  t.equal((await read()).status, 403);
  const { status } = await change('scheduler', (policy) => {
    const rule = structuredClone(ruleIn(policy, 'read-demographics'));
    part(rule, 'name').valueCode = 'read-plans';
    rule.extension = rule.extension!.filter(({ url }) => url !== 'type');
    rule.extension.push({ url: 'type', valueCode: 'CarePlan' });
    policy.extension!.push(rule);
  });
  t.equal(status, 200);
  t.equal((await read()).status, 200);
});

t.test(
  'what cannot be enforced is 422, names the element, and the policy before stays in force',
  async (t) => {
    const cases: [what: string, edit: (rule: Extension) => object, says: RegExp, element: string][] = [
      [
        'an unknown type',
        (rule) => Object.assign(part(rule, 'type'), { valueCode: 'Chore' }),
        /"Chore" is no resource type/,
        '[1].value',
      ],
      [
        'letters out of order',
        (rule) => Object.assign(part(rule, 'letters'), { valueCode: 'sr' }),
        /in that order, such as rs/,
        '[2].value',
      ],
      [
        'criteria that access cannot be limited by',
        (rule) => Object.assign(part(rule, 'criteria'), { valueString: 'due=lt2026-01-01' }),
        /"due" cannot limit access/,
        '.value',
      ],
    ];
    for (const [what, edit, says, element] of cases) {
      const { status, body } = await change('scheduler', (policy) =>
        edit(ruleIn(policy, 'scheduling-tasks')),
      );
      t.equal(status, 422, what);
      const found = body.issue.find(({ diagnostics }: { diagnostics: string }) => says.test(diagnostics));
      t.match(found?.expression?.[0], /^Basic\.extension\[\d+\]\.extension/, what);
      t.ok(found?.expression?.[0].endsWith(element), what);
    }
    t.equal((await as('scheduler').ask('GET', '/Task/ana-reminder-cardiology')).status, 200);
  },
);

t.test('a second policy of a role is refused, and so is one that locks everybody out', async (t) => {
  const policy = await like<Basic>('Basic', 'policy-rn');
  const second = await admin.ask('POST', '/Basic', policy);
  t.equal(second.status, 422);
  t.match(second.body.issue, [{ expression: ['Basic.id'], diagnostics: /PUT it there/ }]);
  const out = await change('programme-admin', (own) => {
    own.extension = own.extension!.filter(({ url }) => url !== RULE);
  });
  t.equal(out.status, 422);
  t.match(out.body.issue, [{ diagnostics: /Nobody could change a policy any more/ }]);
  t.equal((await admin.ask('GET', '/Basic/policy-rn')).status, 200);
});

t.test('a deleted policy leaves the role without any rights', async (t) => {
  const pharmacist = as('pharmacist');
  t.equal((await pharmacist.ask('GET', '/Patient/ana-reyes')).status, 200);
  t.match(await admin.ask('DELETE', '/Basic/policy-pharmacist'), { status: /^20[04]$/ });
  t.equal((await pharmacist.ask('GET', '/Patient/ana-reyes')).status, 403);
  t.equal((await pharmacist.ask('GET', '/Organization/larkfield-care')).status, 403);
});

t.test(
  'a consent opens labelled records to those whose policy sees them with one, and to nobody else',
  async (t) => {
    const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'MH' };
    await put({
      resourceType: 'Condition',
      id: 'labelled',
      meta: { security: [label] },
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/condition-category',
              code: 'problem-list-item',
            },
          ],
        },
      ],
      code: { text: 'A problem' },
      subject: ANA,
    });
    const sees = async () => {
      const found: string[] = [];
      for (const { role, ask } of callers)
        if ((await ask('GET', '/Condition/labelled')).status === 200) found.push(role);
      return found;
    };
    t.same(await sees(), ['patient']);
    const permit: Consent = {
      resourceType: 'Consent',
      id: 'permit',
      status: 'active',
      scope: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
      },
      category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
      patient: ANA,
      dateTime: '2026-01-01T00:00:00Z',
      organization: [{ reference: 'Organization/larkfield-care' }],
      sourceReference: { reference: 'DocumentReference/ana-consent-form' },
      policyRule: { text: 'Local policy' },
      provision: { type: 'permit', securityLabel: [label] },
    };
    await put(permit);
    const CLINICAL = ['clinical-support', 'lpn', 'rn', 'lcsw', 'np-pa', 'physician'];
    t.same(await sees(), ['navigator', ...CLINICAL, 'patient', 'ehr-system']);
  },
);
