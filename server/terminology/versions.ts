// Versions of code systems that a caller asks for, instead of those that value sets name.
// https://hl7.org/fhir/R4/valueset-operation-expand.html
import { issue, unprocessable } from '../fhir/errors.ts';
import type { ExpandRequest } from '../fhir/terminology.ts';
import { canonicalParts, type Sources } from './sources.ts';

type Asked = Pick<ExpandRequest, 'systemVersion' | 'checkSystemVersion' | 'forceSystemVersion'>;

const table = (list: readonly string[] = []): ReadonlyMap<string, string | undefined> =>
  new Map(list.map(canonicalParts).map(({ url, version }) => [url, version]));

/** Sources that keep to the versions that are asked for. @throws FhirError 422 where a value set names another than it must */
export function withVersions(sources: Sources, asked: Asked): Sources {
  const [usual, checked, forced] = [
    table(asked.systemVersion),
    table(asked.checkSystemVersion),
    table(asked.forceSystemVersion),
  ];
  if (!usual.size && !checked.size && !forced.size) return sources;
  return {
    valueSet: (canonical) => sources.valueSet(canonical),
    content(system, version) {
      const wanted = checked.get(system);
      if (wanted && version && version !== wanted)
        throw unprocessable([
          issue(
            'value',
            `The value set uses version ${version} of ${system}, and check-system-version asks for ${wanted}.`,
          ),
        ]);
      return sources.content(system, forced.get(system) ?? version ?? wanted ?? usual.get(system));
    },
  };
}
