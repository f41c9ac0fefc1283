// What the invariants of profiles ask of others: value sets, profiles, and an end to what takes too long.
// https://hl7.org/fhir/R4/fhirpath.html#functions
import type { Services } from '../../fhir/path/index.ts';
import type { Run } from '../run.ts';
import type { CodesOf } from '../structure/codes.ts';
import { boundTest } from './binding.ts';
import type { Lookup } from './context.ts';
import type { Limit } from './later.ts';
import { follows } from './local.ts';

/** Makes the services of invariants. @param limit ends a work that takes too long, by throwing */
export function servicesOf(codesOf: CodesOf, lookup: Lookup, limit: Limit): Services {
  return {
    limit,
    memberOf: (valueSet, value, type) => boundTest(valueSet, type, codesOf)?.(value),
    conformsTo: (profile, value, { resource, rootResource, asker }) => {
      const known = lookup(profile);
      const isResource = typeof (value as { resourceType?: unknown } | null)?.resourceType === 'string';
      const { entries, shared } = (asker ?? {}) as Partial<Run>;
      const run: Run = {
        ...(shared && { shared }),
        entries,
        resource: isResource ? value : resource,
        rootResource: rootResource ?? resource,
        path: [known?.type ?? ''],
        issues: [],
      };
      return known && follows(value, known.check, run);
    },
  };
}
