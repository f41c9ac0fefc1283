// $subsumes: how two codes of one code system stand to each other. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html
import type { CodeSystem, Coding } from '@medplum/fhirtypes';
import { badRequest } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import type { Chosen } from '../fhir/terminology.ts';
import type { FhirRequest } from '../interaction/context.ts';
import { answered, type TerminologyContext } from './terminology.ts';
import { chosenResource, type Given, readParameters, type Table } from './terminology-parameters.ts';

const TABLE: Table = {
  codeA: 'text',
  codeB: 'text',
  system: 'text',
  version: 'text',
  codingA: 'Coding',
  codingB: 'Coding',
};

/** A code in one of its two forms. @throws FhirError 400 */
function codeOf(given: Given, side: 'A' | 'B'): Coding & { code: string } {
  const [code] = given.get(`code${side}`) ?? [];
  const [coding] = (given.get(`coding${side}`) ?? []) as Coding[];
  if ((code === undefined) === (coding === undefined) || typeof (code ?? coding?.code) !== 'string')
    throw badRequest(`$subsumes needs code${side} (with system) or coding${side}: one of them, with a code.`);
  return coding ? (coding as Coding & { code: string }) : { code: code as string };
}

/** 200 with an outcome: equivalent, subsumes, subsumed-by or not-subsumed. */
export async function subsumes(context: TerminologyContext, request: FhirRequest): Promise<Result> {
  const given = readParameters(request, '$subsumes', TABLE);
  const [a, b] = [codeOf(given, 'A'), codeOf(given, 'B')];
  const named = chosenResource<CodeSystem>(context, request, given, 'CodeSystem', {
    url: 'system',
    version: 'version',
  });
  const systems = new Set(
    [a.system, b.system, named && 'url' in named ? named.url : undefined].filter((one) => one !== undefined),
  );
  if (systems.size > 1)
    throw badRequest(
      `The codes are of different systems: ${[...systems].join(', ')}. Give two of one system.`,
    );
  const [system] = systems;
  const version = a.version ?? b.version;
  const codeSystem: Chosen<CodeSystem> | undefined =
    named ?? (typeof system === 'string' ? { url: system, ...(version && { version }) } : undefined);
  if (!codeSystem)
    throw badRequest('$subsumes needs the code system: give system, or codings with their system.');
  return answered(
    await context.terminology.subsumes({ codeSystem, codeA: a.code, codeB: b.code }, request.access),
  );
}
