// Task/$transition: moves a task to another status, with what the move asks for. https://hl7.org/fhir/R4/operations.html
import type { CodeableConcept, Parameters, ParametersParameter, TaskOutput } from '@medplum/fhirtypes';
import { concept, PARAMETER } from '../../../care/code.ts';
import type { TaskStatus } from '../../../care/state/task.ts';
import { type Move, moved } from '../../../care/state/transition.ts';
import { badRequest, notSupported, unprocessable } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { bodyParameters } from '../../parameters.ts';
import { onTask } from './task.ts';

/** Parameters, and whether each may be repeated. */
const PARAMETERS: ReadonlyMap<string, boolean> = new Map([
  ['status', false],
  ['reason', false],
  ['businessStatus', false],
  ['output', true],
]);

/** What an output is that names no type, by what it references: codes of cn-task-parameter. */
const OUTPUT_OF_TYPE: Readonly<Record<string, string>> = {
  Appointment: 'appointment',
  Communication: 'answer',
  Composition: 'consult-note',
  Condition: 'barrier',
  DiagnosticReport: 'result',
  DocumentReference: 'result',
  HealthcareService: 'chosen-provider',
  Observation: 'result',
  Organization: 'chosen-provider',
  PractitionerRole: 'chosen-provider',
  Procedure: 'procedure',
  Task: 'handoff',
};
const ANY_OUTPUT = 'outcome';

const VALUE = /^value[A-Z]/;
const valueIn = (parameter: ParametersParameter): [name: string, value: unknown] | undefined =>
  Object.entries(parameter).find(([name]) => VALUE.test(name));

const codeOf = (parameter: ParametersParameter | undefined): string | undefined => {
  const value: unknown = parameter?.valueCode ?? parameter?.valueString;
  return typeof value === 'string' ? value : undefined;
};

/** An output: its type and value as parts, or its value alone. @throws FhirError 400 */
function outputOf(parameter: ParametersParameter, base: string): TaskOutput {
  const parts = new Map((parameter.part ?? []).map((part) => [part.name, part]));
  const value = valueIn(parameter) ?? valueIn(parts.get('value') ?? { name: 'value' });
  const named = parts.get('type')?.valueCodeableConcept;
  const unknown = [...parts.keys()].find((name) => name !== 'type' && name !== 'value');
  if (!value || unknown !== undefined)
    throw badRequest(
      'output must have a value, such as a valueReference or a valueString, or the parts type (a valueCodeableConcept) and value.',
      'Parameters.parameter',
    );
  const reference: unknown = parameter.valueReference?.reference;
  const local = typeof reference === 'string' ? localReference(reference, base) : undefined;
  const type = named ?? concept(PARAMETER, (local && OUTPUT_OF_TYPE[local.type]) ?? ANY_OUTPUT);
  return { type, [value[0]]: value[1] } as unknown as TaskOutput;
}

function conceptOf(parameter: ParametersParameter | undefined): CodeableConcept | undefined {
  if (!parameter) return undefined;
  if (parameter.valueCodeableConcept) return parameter.valueCodeableConcept;
  throw badRequest(`${parameter.name} must be a valueCodeableConcept.`, 'Parameters.parameter');
}

/** What the body asks for. @throws FhirError 400, 422 for a body that is no valid Parameters resource */
function given({ validator, base }: Context, request: FhirRequest): Move {
  const parameters = bodyParameters(request);
  const issues = request.body === undefined ? [] : validator.validate(request.body as Parameters);
  if (issues.some(({ severity }) => severity === 'error' || severity === 'fatal'))
    throw unprocessable(issues);
  const named = Map.groupBy(parameters, ({ name }) => name!);
  for (const [name, list] of named) {
    const repeats = PARAMETERS.get(name);
    if (repeats === undefined)
      throw notSupported(
        `$transition has no parameter "${name}". It takes ${[...PARAMETERS.keys()].join(', ')}.`,
      );
    if (!repeats && list.length > 1)
      throw badRequest(`${name} is given ${list.length} times. Give it once.`, 'Parameters.parameter');
  }
  const status = codeOf(named.get('status')?.[0]);
  if (status === undefined)
    throw badRequest('status must be a valueCode: the status to move to.', 'Parameters.parameter');
  return {
    status: status as TaskStatus,
    reason: conceptOf(named.get('reason')?.[0]),
    businessStatus: conceptOf(named.get('businessStatus')?.[0]),
    output: (named.get('output') ?? []).map((one) => outputOf(one, base)),
  };
}

/** 200 with the task; 400, 403, 404, 409, 410, 412 and 422 as for an update of it. */
export async function transition(context: Context, request: FhirRequest): Promise<Result> {
  checkParameters(request);
  const move = given(context, request);
  return onTask(context, request, (task, now) => moved(task, move, now));
}
