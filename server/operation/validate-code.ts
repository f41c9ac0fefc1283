// $validate-code: whether a code is one of a value set, or of a code system.
// https://hl7.org/fhir/R4/valueset-operation-validate-code.html · https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
import type { CodeSystem } from '@medplum/fhirtypes';
import { badRequest } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { GivenCode, ValidateInCodeSystem, ValidateInValueSet } from '../fhir/terminology.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { answered, type TerminologyContext } from './terminology.ts';
import {
  CODE_PARAMETERS,
  checkCodings,
  chosenResource,
  chosenValueSet,
  readParameters,
  type Table,
  taken,
} from './terminology-parameters.ts';

const IN_VALUE_SET: Table = {
  url: 'text',
  valueSet: 'resource',
  valueSetVersion: 'text',
  ...CODE_PARAMETERS,
  systemVersion: 'text',
  abstract: 'boolean',
  inferSystem: 'boolean',
  displayLanguage: 'text',
};
const { system: _, ...WITHOUT_SYSTEM } = CODE_PARAMETERS;
const IN_CODE_SYSTEM: Table = {
  url: 'text',
  codeSystem: 'resource',
  ...WITHOUT_SYSTEM,
  abstract: 'boolean',
  displayLanguage: 'text',
};
const CODE_NAMES = {
  code: 'code',
  system: 'system',
  version: 'version',
  display: 'display',
  coding: 'coding',
  codeableConcept: 'codeableConcept',
} as const;
const OPTIONS = { abstract: 'abstract', displayLanguage: 'displayLanguage' } as const;

/** 200 with result, message and display. */
export async function validateInValueSet(context: TerminologyContext, request: FhirRequest): Promise<Result> {
  const given = readParameters(request, 'ValueSet/$validate-code', IN_VALUE_SET);
  checkCodings(given);
  const valueSet = chosenValueSet(context, request, given, 'ValueSet/$validate-code');
  const asked: Omit<ValidateInValueSet, 'valueSet'> = {
    ...taken(given, { version: 'systemVersion' }),
    ...taken(given, { ...CODE_NAMES, ...OPTIONS, inferSystem: 'inferSystem' }),
  };
  return answered(await context.terminology.validateInValueSet({ ...asked, valueSet }, request.access));
}

/** 200 with result, message and display. */
export async function validateInCodeSystem(
  context: TerminologyContext,
  request: FhirRequest,
): Promise<Result> {
  const given = readParameters(request, 'CodeSystem/$validate-code', IN_CODE_SYSTEM);
  checkCodings(given);
  const codeSystem = chosenResource<CodeSystem>(context, request, given, 'CodeSystem', {
    url: 'url',
    version: 'version',
    resource: 'codeSystem',
  });
  const asked: Omit<ValidateInCodeSystem, 'codeSystem'> = taken(given, { ...CODE_NAMES, ...OPTIONS });
  if (!codeSystem && !systemOf(asked))
    throw badRequest(
      'CodeSystem/$validate-code needs a code system. Give its canonical url, a coding with its system, or the CodeSystem itself as codeSystem by POST.',
    );
  return answered(
    await context.terminology.validateInCodeSystem(
      { ...asked, ...(codeSystem && { codeSystem }) },
      request.access,
    ),
  );
}

const systemOf = ({ coding, codeableConcept }: GivenCode): string | undefined =>
  coding?.system ?? codeableConcept?.coding?.find(({ system }) => system)?.system;
