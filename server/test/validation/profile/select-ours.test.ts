// Which profiles of ours a resource without meta.profile is held to: by codes of ours always, by those of others alone never.
// https://hl7.org/fhir/R4/profiling.html#resources
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { extract } from 'tar';
import { createValidator, loadDefinitions } from '../../../validation/index.ts';
import type { Json } from '../../../validation/run.ts';
import { demoResources, syntheaResources, withoutSynthea } from '../../indexing/resources.ts';

const OURS = 'https://throughline.example/fhir/';
const root = new URL('../../../../', import.meta.url);
const { definitions, ...terminology } = loadDefinitions(new URL('profiles/definitions/', root));
const { profilesFor, validate } = createValidator({ definitions, ...terminology });
const idsFor = (resource: Json) =>
  profilesFor(resource as { resourceType: string }).map((url) => url.split('/').at(-1)!);
const bare = ({ meta: _, ...resource }: Json): Json => resource;
const example = (id: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/profile/${id}/example.json`, root), 'utf8')) as Json;

/** What is told by codes; a referral task by those of the more general coordination task. */
const TOLD: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    `navigation-task coordination-task loop-closure-task handoff-task patient-task cancellation-task data-request-task late-work-task
     referral-request imaging-request lab-request infusion-request navigation-request dme-request appointment careplan
     goal barrier communication activity-log network-decision program-enrolment consent-navigation flag-contact-safety`
      .split(/\s+/)
      .map((name) => [`cn-${name}`, `cn-${name}`]),
  ),
  'cn-referral-task': 'cn-coordination-task',
};
const TYPES = new Set(['Task', 'ServiceRequest', 'DeviceRequest', 'Appointment', 'CarePlan']);

t.test('each of our tasks, requests, appointments and plans is told by its codes', async (t) => {
  for (const { id } of definitions.filter(({ type }) => TYPES.has(type!))) t.ok(TOLD[id!], id!);
  for (const [id, told] of Object.entries(TOLD)) t.strictSame(idsFor(bare(example(id))), [told], id);
});

t.test('the tasks, requests, appointments and plans of the stories are told by their codes', async (t) => {
  const resources = (demoResources() as unknown as Json[]).filter(({ resourceType }) =>
    TYPES.has(resourceType as string),
  );
  t.ok(resources.length > 70, `${resources.length} resources`);
  for (const resource of resources) {
    const [claim] = (resource.meta as { profile: string[] }).profile;
    const id = claim!.split('/').at(-1)!;
    t.ok(idsFor(bare(resource)).includes(TOLD[id]!), `${resource.resourceType}/${resource.id}: ${id}`);
  }
});

const concept = (codeSystem: string, code: string) => ({
  coding: [{ system: `${OURS}CodeSystem/${codeSystem}`, code }],
});
const category = (code: string) => [concept('cn-category', code)];
const subject = { reference: 'Patient/a' };
const request = { resourceType: 'ServiceRequest', status: 'active', intent: 'order', subject };

/** Resources that lack something, with the rule or the element that must be named. */
const BROKEN: readonly (readonly [Json, string])[] = [
  [{ ...request, category: category('referral'), code: { text: 'x' } }, 'cn-sr-2'],
  [{ ...request, category: category('imaging'), code: { text: 'x' } }, 'ServiceRequest.category'],
  [{ ...request, category: category('laboratory'), code: { text: 'x' } }, 'ServiceRequest.category'],
  [{ ...request, category: category('infusion'), code: { text: 'x' } }, 'cn-sr-2'],
  [{ ...request, category: category('navigation') }, 'ServiceRequest.code'],
  [
    {
      resourceType: 'DeviceRequest',
      intent: 'order',
      codeCodeableConcept: concept('cn-category', 'equipment'),
      subject,
    },
    'cn-sr-2',
  ],
  [
    {
      resourceType: 'Appointment',
      status: 'booked',
      serviceCategory: category('appointment'),
      participant: [{ actor: subject, status: 'accepted' }],
    },
    'cn-ap-2',
  ],
  [
    { ...request, resourceType: 'CarePlan', intent: 'plan', category: [concept('cn-phase', 'navigation')] },
    'CarePlan.category',
  ],
  [
    { ...bare(example('cn-patient-task')), code: concept('cn-task-code', 'patient-to-do') },
    'Task.code.coding',
  ],
  [
    {
      resourceType: 'EpisodeOfCare',
      status: 'planned',
      patient: subject,
      type: [concept('cn-programme', 'pin')],
    },
    'EpisodeOfCare.managingOrganization',
  ],
  [
    { resourceType: 'Flag', status: 'active', subject, code: concept('cn-contact-safety', 'no-mail') },
    'Flag.category',
  ],
];

t.test('what breaks a profile is an error without meta.profile too', async (t) => {
  for (const [resource, expected] of BROKEN) {
    const said = validate(resource)
      .filter(({ severity }) => severity === 'error')
      .flatMap(({ details, expression }) => [details?.coding?.[0]?.code, ...(expression ?? [])]);
    t.ok(said.includes(expected), `${resource.resourceType} ${expected}: ${said}`);
  }
});

t.test('records of others are none of ours: those of Synthea', { skip: withoutSynthea }, async (t) => {
  const resources = syntheaResources() as unknown as Json[];
  t.ok(resources.length > 10_000, `${resources.length} resources`);
  const chosen = resources.filter((resource) => idsFor(bare(resource)).length);
  t.strictSame(
    chosen.map(({ resourceType, id }) => `${resourceType}/${id}`),
    [],
  );
});

for (const version of ['6.1.0', '7.0.0']) {
  const archive = fileURLToPath(new URL(`../shared/fhir-packages/hl7.fhir.us.core-${version}.tgz`, root));
  const skip = existsSync(archive) ? false : `the package of US Core ${version} is not beside the project`;
  t.test(`and the examples of US Core ${version}`, { skip }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'us-core-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    extract({ file: archive, cwd: folder, sync: true });
    const examples = join(folder, 'package', 'example');
    const names = readdirSync(examples).filter((name) => name.endsWith('.json'));
    t.ok(names.length > 100, `${names.length} examples`);
    for (const name of names) {
      const resource = JSON.parse(readFileSync(join(examples, name), 'utf8')) as Json;
      t.strictSame(idsFor(bare(resource)), [], name);
    }
  });
}
