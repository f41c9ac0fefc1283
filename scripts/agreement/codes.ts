// The codes of value sets over R4's own terminology, ours and what is added: nothing is stored, so nothing is waited for.
// https://hl7.org/fhir/R4/terminologies.html#binding
import type { CodeSystem, Resource, ValueSet } from '@medplum/fhirtypes';
import { FhirError, notFound } from '../../server/fhir/errors.ts';
import { ShapeContent, shapeOf } from '../../server/terminology/external.ts';
import { newest, readPublished } from '../../server/terminology/index.ts';
import { compile } from '../../server/terminology/membership.ts';
import { canonicalParts, contentOf, hasContent, type Sources } from '../../server/terminology/sources.ts';
import type { Codes, CodesOf } from '../../server/validation/structure/codes.ts';

const r4 = readPublished(() => []);

/** Finds the newest of a URL among what is added, or that of a version. */
function finder<T extends CodeSystem | ValueSet>(added: readonly Resource[], type: T['resourceType']) {
  const all = added.filter((resource): resource is T => resource.resourceType === type);
  const byUrl = Map.groupBy(all, ({ url }) => url);
  return (url: string, version: string | undefined): T | undefined =>
    newest(
      (byUrl.get(url) ?? []).filter((one) => version === undefined || one.version === version) as never[],
    );
}

/** Looks up value sets; those that make no sense, or need what is not here, are not known. */
export function codesOver(added: readonly Resource[]): CodesOf {
  const valueSets = finder<ValueSet>(added, 'ValueSet');
  const codeSystems = finder<CodeSystem>(added, 'CodeSystem');
  const sources: Sources = {
    valueSet(canonical) {
      const { url, version } = canonicalParts(canonical);
      const found = r4.r4('ValueSet', url, version) ?? valueSets(url, version);
      if (!found) throw notFound(`The value set ${canonical} is not known here.`);
      return found;
    },
    content(system, asked) {
      const { url, version = asked } = canonicalParts(system);
      const found = [r4.r4('CodeSystem', url, version), codeSystems(url, version)].find(
        (one) => one && hasContent(one),
      );
      if (found) return contentOf(found);
      const shape = shapeOf(url);
      return shape && new ShapeContent(url, shape);
    },
  };
  const made = new Map<string, Codes | undefined>();
  return (valueSet) => {
    if (!made.has(valueSet)) made.set(valueSet, codesIn(valueSet, sources));
    return made.get(valueSet);
  };
}

function codesIn(valueSet: string, sources: Sources): Codes | undefined {
  try {
    return compile(valueSet, sources.valueSet(valueSet), sources);
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}
