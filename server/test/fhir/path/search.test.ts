// Every R4 search parameter is compiled, and extracts what fhirpath.js extracts.
// https://hl7.org/fhir/R4/searchparameter-registry.html
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import t from 'tap';
import { childType, resourceTypes } from '../../../fhir/elements.ts';
import { compileFallback } from '../../../fhir/path/fallback.ts';
import { compilePath, isCompiled } from '../../../fhir/path/index.ts';
import { demoResources } from '../../indexing/resources.ts';
import { sampleOf } from './sample.ts';

interface Parameter {
  readonly code: string;
  readonly expression?: string;
  readonly components?: readonly { readonly definition: string; readonly expression: string }[];
}
const PARAMETERS = JSON.parse(
  readFileSync(new URL('../../../fhir/r4/search-parameters.json', import.meta.url), 'utf8'),
) as Record<string, readonly Parameter[]>;

const SYNTHEA = new URL('../../../../../shared/data/synthea-32-bundles.tar.gz', import.meta.url).pathname;
/** A parameter that the definitions carry for an element that R4 does not have; it finds nothing. */
const OF_R4B = 'DeviceDefinition.classification';
/** Samples of each type: enough for every type of the widest choice that search uses. */
const SEEDS = 12;
/** Synthea resources of each type that are compared. */
const MOST_PER_TYPE = 60;

/** Expressions that apply to a type: its own and those of all resources. */
function expressionsOf(type: string): string[] {
  const parameters = [...PARAMETERS[type]!, ...PARAMETERS.Resource!, ...PARAMETERS.DomainResource!];
  return [...new Set(parameters.flatMap(({ expression }) => expression ?? []))];
}

/** fhirpath.js resolves references only over a network: the same question, asked of the reference's text. */
function withoutResolve(expression: string): string {
  return expression.replace(
    /resolve\(\) is (\w+)/g,
    (_, type: string) => `reference.matches('(^|/)${type}/[^/]+(/_history/.*)?$')`,
  );
}

/** The first difference between both, and how many values were the same. */
function compare(resources: readonly Resource[], type: string): { same: number; difference?: unknown } {
  let same = 0;
  for (const expression of expressionsOf(type)) {
    const compiled = compilePath(expression, type);
    const reference = compileFallback(withoutResolve(expression), type);
    for (const resource of resources) {
      const found = compiled(resource);
      const expected = reference(resource, resource);
      if (JSON.stringify(found) !== JSON.stringify(expected)) {
        return { same, difference: { type, expression, found, expected } };
      }
      same += found.length;
    }
  }
  return { same };
}

/** Composites have their parts evaluated on each group; `DateTime` is what R4 writes for dateTime. */
function compareComponents(
  resources: readonly Resource[],
  type: string,
): { same: number; difference?: unknown } {
  let same = 0;
  for (const { code, expression, components = [] } of PARAMETERS[type]!) {
    if (!expression || !components.length) continue;
    const groupsOf = compilePath(expression, type);
    for (const resource of resources) {
      for (const group of groupsOf(resource)) {
        for (const { expression: part } of components) {
          const found = compilePath(part, group.type)(group.value as object, resource);
          const reference = compileFallback(part.replace('DateTime', 'dateTime'), group.type);
          const expected = reference(group.value, resource);
          if (JSON.stringify(found) !== JSON.stringify(expected))
            return { same, difference: { type, code, part, found, expected } };
          same += found.length;
        }
      }
    }
  }
  return { same };
}

t.test('every expression of the R4 search parameters is compiled, none is left to fhirpath.js', (t) => {
  const left: string[] = [];
  let compiled = 0;
  for (const [type, parameters] of Object.entries(PARAMETERS)) {
    for (const { code, expression } of parameters) {
      if (expression && !isCompiled(expression, type)) left.push(`${type}.${code}`);
      else if (expression) compiled++;
    }
  }
  t.same(
    left.filter((name) => name !== OF_R4B),
    [],
  );
  t.equal(compiled, 1705);
  t.end();
});

t.test('components of composite parameters are compiled at the elements that the composite selects', (t) => {
  const left: string[] = [];
  let compiled = 0;
  for (const [type, parameters] of Object.entries(PARAMETERS)) {
    for (const { code, expression, components } of parameters) {
      if (!components || !expression) continue;
      for (const path of expression.split(' | ')) {
        const root = path.split('.').reduce((owner, name) => childType(owner, name) ?? owner);
        for (const component of components) {
          if (isCompiled(component.expression, root)) compiled++;
          else left.push(`${type}.${code} ${component.expression}`);
        }
      }
    }
  }
  t.same(left, []);
  t.ok(compiled > 30, `${compiled} components`);
  t.end();
});

t.test('on resources with every element and every choice filled in, extraction equals fhirpath.js', (t) => {
  let same = 0;
  for (const type of resourceTypes) {
    const resources = Array.from({ length: SEEDS }, (_, seed) => sampleOf(type, seed) as unknown as Resource);
    const result = compare(resources, type);
    t.same(result.difference, undefined, `${type}: ${result.same} values`);
    same += result.same;
  }
  t.ok(same > 40_000, `${same} values were the same`);
  t.end();
});

t.test('components of composites extract what fhirpath.js extracts', (t) => {
  let same = 0;
  for (const type of resourceTypes) {
    const resources = Array.from({ length: SEEDS }, (_, seed) => sampleOf(type, seed) as unknown as Resource);
    const result = compareComponents(resources, type);
    if (result.difference) t.same(result.difference, undefined, type);
    same += result.same;
  }
  t.ok(same > 1_000, `${same} values were the same`);
  t.end();
});

t.test('on the demo stories, extraction equals fhirpath.js', (t) => {
  const resources = demoResources() as unknown as Resource[];
  const byType = Map.groupBy(resources, ({ resourceType }) => resourceType);
  let same = 0;
  for (const [type, list] of byType) {
    for (const result of [compare(list, type), compareComponents(list, type)]) {
      t.same(result.difference, undefined, `${type}: ${result.same} values of ${list.length} resources`);
      same += result.same;
    }
  }
  t.ok(same > 1_000, `${same} values were the same`);
  t.end();
});

const skip = !existsSync(SYNTHEA) && 'the Synthea bundles are not beside the project';
t.test('on the Synthea bundles, extraction equals fhirpath.js', { skip }, (t) => {
  const byType = syntheaByType();
  let [same, components] = [0, 0];
  for (const [type, resources] of byType) {
    const result = compare(resources, type);
    t.same(result.difference, undefined, `${type}: ${result.same} values of ${resources.length} resources`);
    same += result.same;
    const parts = compareComponents(resources, type);
    if (parts.difference) t.same(parts.difference, undefined, `components of ${type}`);
    components += parts.same;
  }
  t.ok(components > 100, `${components} values of components were the same`);
  t.ok(byType.size > 15, `${byType.size} types`);
  t.ok(same > 5_000, `${same} values were the same`);
  t.end();
});

/** Resources of the bundles, evenly chosen, with `urn:uuid:` references made `Type/id`. */
function syntheaByType(): Map<string, Resource[]> {
  const folder = mkdtempSync(join(tmpdir(), 'synthea-'));
  const byType = new Map<string, Resource[]>();
  try {
    execFileSync('tar', ['xzf', SYNTHEA, '-C', folder]);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.json'),
    );
    for (const file of files.sort()) {
      const { entry = [] } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Bundle;
      const types = new Map(entry.map(({ fullUrl, resource }) => [fullUrl, resource!.resourceType]));
      const taken = new Map<string, number>();
      for (const { resource } of entry) {
        const type = resource!.resourceType;
        const count = (taken.get(type) ?? 0) + 1;
        taken.set(type, count);
        const resources = byType.get(type) ?? [];
        if (count > 4 || resources.length >= MOST_PER_TYPE) continue;
        const text = JSON.stringify(resource).replace(/urn:uuid:([0-9a-f-]+)/g, (url, id: string) =>
          types.has(url) ? `${types.get(url)}/${id}` : url,
        );
        byType.set(type, [...resources, JSON.parse(text) as Resource]);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return byType;
}
