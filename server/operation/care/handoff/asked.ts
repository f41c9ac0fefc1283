// What a hand-off is asked for with, from the parameters of $handoff. https://hl7.org/fhir/R4/operations.html#request
import type { ParametersParameter } from '@medplum/fhirtypes';
import type { Lane } from '../../../care/people.ts';
import { relativeKey } from '../../../care/reference.ts';
import { badRequest, notSupported } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { FhirRequest } from '../../../interaction/context.ts';
import { bodyParameters } from '../../parameters.ts';

/** The parameters, read. What is missing of them is told with everything else that is missing. */
export interface AskedParameters {
  readonly side: Lane;
  readonly owner?: string;
  readonly reason: string;
  readonly urgent: boolean;
  readonly note?: string;
  /** Id of the plan. */
  readonly plan?: string;
}

const SIDES: Readonly<Record<string, Lane>> = { coordination: 'coordination', navigation: 'navigation' };
/** Characters of a reason or a note. */
const MOST = 4000;

type Given = ReadonlyMap<string, ParametersParameter>;

function textOf(given: Given, name: string): string {
  const parameter = given.get(name);
  if (!parameter) return '';
  const text: unknown = parameter.valueString;
  if (typeof text !== 'string' || text.length > MOST)
    throw badRequest(`${name} must be a valueString of at most ${MOST} characters.`, 'Parameters.parameter');
  return text.trim();
}

function referenceOf(given: Given, name: string, base: string): string | undefined {
  const parameter = given.get(name);
  if (!parameter) return undefined;
  const reference: unknown = (parameter.valueReference as { reference?: unknown } | undefined)?.reference;
  const local = typeof reference === 'string' ? localReference(reference, base) : undefined;
  if (!local)
    throw badRequest(
      `${name} must be a valueReference that names a resource of this server as Type/id.`,
      'Parameters.parameter',
    );
  return `${local.type}/${local.id}`;
}

function sideOf(given: Given): Lane {
  const parameter = given.get('direction');
  const side = parameter ? SIDES[parameter.valueCode ?? ''] : 'coordination';
  if (side) return side;
  throw badRequest('direction must be a valueCode: coordination or navigation.', 'Parameters.parameter');
}

function urgencyOf(given: Given): boolean {
  const urgent: unknown = given.has('urgent') ? given.get('urgent')!.valueBoolean : false;
  if (typeof urgent === 'boolean') return urgent;
  throw badRequest('urgent must be a valueBoolean.', 'Parameters.parameter');
}

const NAMES = ['owner', 'reason', 'carePlan', 'direction', 'urgent', 'note'];

/** Reads the parameters. @throws FhirError 400 for those that cannot be read */
export function askedOf(request: FhirRequest, base: string): AskedParameters {
  const parameters = bodyParameters(request);
  for (const { name } of parameters)
    if (!NAMES.includes(name!))
      throw notSupported(`$handoff has no parameter "${name}". It takes ${NAMES.join(', ')}.`);
  const given = new Map(parameters.map((one) => [one.name!, one]));
  if (given.size < parameters.length)
    throw badRequest('A parameter is given twice. Give each once.', 'Parameters.parameter');
  const owner = referenceOf(given, 'owner', base);
  const plan = referenceOf(given, 'carePlan', base);
  if (plan && !plan.startsWith('CarePlan/'))
    throw badRequest('carePlan must name a CarePlan.', 'Parameters.parameter');
  const note = textOf(given, 'note');
  return {
    side: sideOf(given),
    reason: textOf(given, 'reason'),
    urgent: urgencyOf(given),
    ...(owner && { owner }),
    ...(note && { note }),
    ...(plan && { plan: relativeKey({ reference: plan })!.slice('CarePlan/'.length) }),
  };
}
