// What an operation on a person reads as its caller: the person, and what is about them. https://hl7.org/fhir/R4/security.html
import type { Patient, Resource, ResourceType } from '@medplum/fhirtypes';
import { reach } from '../../fhir/access.ts';
import { gone, notFound } from '../../fhir/errors.ts';
import type { Context, FhirRequest } from '../../interaction/context.ts';
import { checkScope } from '../../interaction/reach.ts';
import { resourceOf } from '../../store/index.ts';

/** Most resources of a type that are read. */
const MOST = '200';

/** The person, if the caller may read them. @throws FhirError 403, 404, 410 */
export async function visiblePatient(
  { store, search }: Context,
  { access, executor }: Pick<FhirRequest, 'access' | 'executor'>,
  id: string,
): Promise<Patient> {
  checkScope(access, 'Patient', 'r');
  const found = await store.read('Patient', id, search.visibility(access, 'r', ['Patient']), executor);
  if (!found) throw notFound(`There is no Patient/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`Patient/${id} was deleted.`);
  return resourceOf(found) as Patient;
}

/** Searches as the caller; of a type that they may not search, nothing is found. */
export const findingAs =
  ({ search }: Context, { access, executor }: Pick<FhirRequest, 'access' | 'executor'>) =>
  async <K extends ResourceType>(
    type: K,
    query: string,
  ): Promise<Extract<Resource, { resourceType: K }>[]> => {
    if (reach(access, type, 's') === 'none') return [];
    const parameters = [...new URLSearchParams(query), ['_count', MOST] as const];
    const { matches } = await search.type(type, parameters, access, executor ? { executor } : {});
    return matches.map((content) => JSON.parse(content) as Extract<Resource, { resourceType: K }>);
  };
