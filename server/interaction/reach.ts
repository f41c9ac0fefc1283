// What a caller reaches, as every interaction asks it, and the sentences that refuse the rest: scopes, the policy of the
// role, the chart, consent. https://hl7.org/fhir/R4/security.html#authorization
import type { Resource } from '@medplum/fhirtypes';
import { type Access, type Letter, limitsOf, onlyPatient, reach, ruleNames } from '../fhir/access.ts';
import { type FhirError, forbidden } from '../fhir/errors.ts';
import { doing, nameOf, notReached } from '../fhir/refusal.ts';
import { resourceOf, type StoredVersion } from '../store/index.ts';
import type { Context, Executor } from './context.ts';

/** @throws FhirError 403 when no scope of the caller, or no rule of their policy, covers the interaction on the type */
export function checkScope(access: Access, type: string, letter: Letter): void {
  if (reach(access, type, letter) === 'none') throw notReached(access, [type], letter);
}

/** 403: the resource is another patient's, or one that the caller's policy keeps from them. */
export function outside(access: Access, type: string, id: string, letter: Letter): FhirError {
  const limits = limitsOf(access, type, letter) ?? [];
  if (onlyPatient(limits) !== undefined)
    return forbidden(`${type}/${id} is not about the patient whose chart is open.`, undefined, 'compartment');
  const [rule = 'security-label'] = limits.length ? ruleNames(access, type, letter) : [];
  return forbidden(
    `${nameOf(access)} may not do this: ${doing(letter, `${type}/${id}`)} is beyond ${rule === 'security-label' ? 'what the patient has consented to' : `the rule ${rule}`}.`,
    undefined,
    rule,
  );
}

/** 403: what was sent is not what the caller may write. */
function beyond({ store }: Context, access: Access, resource: Resource, letter: Letter): FhirError {
  const type = resource.resourceType;
  const limits = limitsOf(access, type, letter) ?? [];
  const patient = onlyPatient(limits);
  if (patient !== undefined && !store.compartmentsOf(resource).has(store.rid('Patient', patient)))
    return forbidden(
      `This ${type} is not about the patient whose chart is open. Only that patient's resources can be written.`,
      undefined,
      'compartment',
    );
  const criteria = limits.flat(2).flatMap((test) => (test.kind === 'criteria' ? [test.criteria] : []));
  const [rule = 'scope'] = ruleNames(access, type, letter);
  const only = criteria.length ? ` It may where ${[...new Set(criteria)].join(', or ')}.` : '';
  return forbidden(
    `${nameOf(access)} may not write this ${type}: it is beyond the rule ${rule}.${only}`,
    undefined,
    rule,
  );
}

/**
 * Whether new versions are what the caller may write.
 * @throws FhirError 403 for the first that is not
 */
export async function checkWithin(
  context: Context,
  written: readonly { letter: Letter; resource: Resource }[],
  access: Access,
  executor?: Executor,
): Promise<void> {
  const limited = written.filter(
    ({ letter, resource }) => limitsOf(access, resource.resourceType, letter)?.length !== 0,
  );
  for (const [letter, some] of Map.groupBy(limited, (one) => one.letter)) {
    const resources = some.map(({ resource }) => resource);
    const permitted = await context.search.visibilities.permits(access, letter, resources, {
      labels: false,
      executor,
    });
    const refused = resources.find((_resource, place) => !permitted[place]);
    if (refused) throw beyond(context, access, refused, letter);
  }
}

/**
 * Which versions the caller may see: what they see now may have been another patient's before, or been labelled otherwise.
 * Deletions say nothing and are seen.
 */
export async function visibleVersions<T extends StoredVersion & { type: string }>(
  { search }: Context,
  access: Access,
  versions: readonly T[],
  executor?: Executor,
): Promise<T[]> {
  const judged = versions.filter(({ deleted, type }) => !deleted && reach(access, type, 'r') !== 'all');
  if (!judged.length) return [...versions];
  const permitted = await search.visibilities.permits(access, 'r', judged.map(resourceOf), {
    labels: true,
    executor,
  });
  const hidden = new Set(judged.filter((_version, place) => !permitted[place]));
  return versions.filter((version) => !hidden.has(version));
}
