// Writes of resources that the server works by, as requests see them: what is refused, and what is followed by a synchronization.
import type { Bundle, SearchParameter } from '@medplum/fhirtypes';
import type { Registry } from '../search/registry.ts';
import type { Validator } from '../validation/index.ts';

const isSearchParameter = (resource: unknown): resource is SearchParameter =>
  (resource as { resourceType?: unknown } | null)?.resourceType === 'SearchParameter';

/** A validator that also refuses active SearchParameters which could not be indexed. */
export function withSearchParameters(
  { validate }: Pick<Validator, 'validate'>,
  registry: Pick<Registry, 'problems'>,
): Pick<Validator, 'validate'> {
  return {
    validate(resource, options) {
      const issues = validate(resource, options);
      const broken = issues.some(({ severity }) => severity === 'error' || severity === 'fatal');
      return broken || !isSearchParameter(resource) ? issues : [...registry.problems(resource), ...issues];
    },
  };
}

/** Whether the URL of an entry, relative or with the base address, names resources; it may be encoded. */
function isNamed(named: RegExp, url: unknown): boolean {
  if (typeof url !== 'string') return false;
  try {
    return named.test(decodeURIComponent(url));
  } catch {
    return named.test(url);
  }
}

/** What is asked of a request that was carried out. */
type Carried = { method: string; path: readonly string[]; body: unknown };

/** Tells requests that may have changed resources of a type, which the next one may count on, from others. */
export function writesOf(type: string): (request: Carried) => boolean {
  const named = new RegExp(`(?:^|/)${type}(?:[/?]|$)`);
  return ({ method, path, body }) => {
    if (method === 'GET' || method === 'HEAD') return false;
    if (path.length) return path[0] === type;
    const entries: unknown = (body as Bundle | undefined)?.entry;
    return (
      Array.isArray(entries) &&
      entries.some((entry) => entry?.resource?.resourceType === type || isNamed(named, entry?.request?.url))
    );
  };
}

export const writesSearchParameters = writesOf('SearchParameter');
