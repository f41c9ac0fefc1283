// Writes of SearchParameter resources as requests see them: what is refused, and what is followed by a synchronization.
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

const NAMED = /(?:^|\/)SearchParameter(?:[/?]|$)/;

/** Whether the URL of an entry, relative or with the base address, names SearchParameters; it may be encoded. */
function namesSearchParameter(url: unknown): boolean {
  if (typeof url !== 'string') return false;
  try {
    return NAMED.test(decodeURIComponent(url));
  } catch {
    return NAMED.test(url);
  }
}

/** Whether a request that was carried out may have changed a SearchParameter. */
export function writesSearchParameters({
  method,
  path,
  body,
}: {
  method: string;
  path: readonly string[];
  body: unknown;
}): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  if (path.length) return path[0] === 'SearchParameter' && path.length < 3;
  const entries: unknown = (body as Bundle | undefined)?.entry;
  return Array.isArray(entries) && entries.some((entry) => namesSearchParameter(entry?.request?.url));
}
