// $lookup: what a code system says of a code. https://hl7.org/fhir/R4/codesystem-operation-lookup.html
import type { Coding } from '@medplum/fhirtypes';
import { badRequest, notSupported } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { LookupRequest } from '../fhir/terminology.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { answered, type TerminologyContext } from './terminology.ts';
import { checkCodings, readParameters, type Table, taken } from './terminology-parameters.ts';

const TABLE: Table = {
  code: 'text',
  system: 'text',
  version: 'text',
  coding: 'Coding',
  date: 'text',
  displayLanguage: 'text',
  property: 'text*',
};

/** 200 with name, version, display, designations and properties; 404 for a code that is not there. */
export async function lookup({ terminology }: TerminologyContext, request: FhirRequest): Promise<Result> {
  const given = readParameters(request, '$lookup', TABLE);
  checkCodings(given);
  if (given.has('date'))
    throw notSupported('$lookup cannot look into the past here. Leave date out, or give a version.');
  const [coding] = (given.get('coding') ?? []) as Coding[];
  const plain: Partial<LookupRequest> = taken(
    given,
    {
      code: 'code',
      system: 'system',
      version: 'version',
      displayLanguage: 'displayLanguage',
      property: 'property',
    },
    { lists: ['property'] },
  );
  if (coding && (plain.code !== undefined || plain.system !== undefined))
    throw badRequest('Give the code once: code and system, or coding.');
  const asked = {
    ...plain,
    ...(coding && { code: coding.code, system: coding.system }),
    ...(coding?.version && { version: coding.version }),
  };
  const { code, system } = asked;
  if (code === undefined || system === undefined)
    throw badRequest('$lookup needs a code and its system: give code and system, or coding.');
  return answered(await terminology.lookup({ ...asked, code, system }, request.access));
}
