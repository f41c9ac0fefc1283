// $validate: whether a resource is right, and whether this server would take it. Nothing is stored.
// https://hl7.org/fhir/R4/resource-operation-validate.html
import { badRequest, FhirError, gone, type Issue, notFound } from '../fhir/errors.ts';
import type { Result } from '../fhir/result.ts';
import { checkBodyId, resourceBody } from '../interaction/body.ts';
import { partsOf, referencesOutsideChart } from '../interaction/chart-references.ts';
import type { Body, Context, FhirRequest } from '../interaction/context.ts';
import { currentFor } from '../interaction/current.ts';
import { checkScope, checkWithin } from '../interaction/reach.ts';
import { danglingReferences } from '../interaction/store-writes.ts';
import { prepareWrite } from '../interaction/write-pipeline.ts';
import { resourceOf, UNLIMITED } from '../store/index.ts';
import { issuesByForm } from './care/questionnaire/response.ts';
import { bodyParameters, operationParameters } from './parameters.ts';

/** https://hl7.org/fhir/R4/valueset-resource-validation-mode.html */
const MODES = ['create', 'update', 'delete', 'profile'] as const;
type Mode = (typeof MODES)[number];

interface Asked {
  /** As sent: not checked yet. */
  resource: unknown;
  mode: Mode | undefined;
  /** Canonical URLs that the resource is held against beside those that apply anyway. */
  profiles: string[];
}

const NAMES = new Set(['resource', 'mode', 'profile']);
const MAX_PROFILES = 100;

/** Whether a body holds the operation's parameters; else it is the resource itself. */
function isParameters(body: unknown, type: string): boolean {
  const { resourceType, parameter } = (body ?? {}) as { resourceType?: unknown; parameter?: unknown };
  if (resourceType !== 'Parameters') return false;
  const isOurs = (one: unknown) => NAMES.has((one as { name?: string } | null)?.name ?? '');
  return type !== 'Parameters' || (Array.isArray(parameter) && parameter.some(isOurs));
}

/** What a request asks. @throws FhirError 400 for parameters that the operation does not have */
function askedOf(request: FhirRequest, type: string): Asked {
  const wrapped = isParameters(request.body, type);
  const sent = wrapped ? bodyParameters(request).filter(({ name }) => name === 'resource') : [];
  if (sent.length > 1)
    throw badRequest('$validate takes one resource. Send a request for each.', 'Parameters.parameter');
  const others = wrapped
    ? {
        resourceType: 'Parameters',
        parameter: bodyParameters(request).filter(({ name }) => name !== 'resource'),
      }
    : undefined;
  const asked: Asked = {
    resource: wrapped ? sent[0]?.resource : request.body,
    mode: undefined,
    profiles: [],
  };
  for (const [name, value] of operationParameters({ ...request, body: others })) {
    if (name === 'profile') asked.profiles.push(value);
    else if (name === 'mode') asked.mode = modeOf(value);
    else throw badRequest(`$validate has no parameter "${name}". It takes resource, mode and profile.`);
  }
  if (asked.profiles.length > MAX_PROFILES)
    throw badRequest(
      `$validate was given ${asked.profiles.length} profiles. Give at most ${MAX_PROFILES} at a time.`,
    );
  return asked;
}

function modeOf(value: string): Mode {
  const mode = MODES.find((known) => known === value);
  if (mode) return mode;
  throw badRequest(
    `"${value}" is no mode of $validate. Modes are ${MODES.join(', ')}; leave it out to check the content alone.`,
  );
}

const isError = ({ severity }: Issue): boolean => severity === 'error' || severity === 'fatal';

/** The present resource, if the caller may read it. @throws FhirError 403, 404, 410 */
async function present(
  { store, search }: Context,
  type: string,
  id: string,
  { access }: FhirRequest,
): Promise<Body> {
  checkScope(access, type, 'r');
  const current = await store.read(type, id, search.visibility(access, 'r', [type]));
  if (!current) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  if (current.deleted) throw gone(`${type}/${id} was deleted. Its versions are at ${type}/${id}/_history.`);
  return resourceOf(current);
}

/** The issues that the write would be refused with. */
async function refusals(
  context: Context,
  { access }: FhirRequest,
  mode: 'create' | 'update' | 'delete',
  [type, id]: readonly [type: string, id: string],
  resource: Body | undefined,
): Promise<readonly Issue[]> {
  const letter = ({ create: 'c', update: 'u', delete: 'd' } as const)[mode];
  try {
    checkScope(access, type, letter);
    const current = mode === 'create' ? undefined : await currentFor(context, [type, id], access, letter);
    if (mode === 'delete' && !current)
      throw notFound(`There is no ${type}/${id}, or your access does not cover it: nothing to delete.`);
    const lastUpdated = context.now();
    const intent = { type, id, letter, current, access, lastUpdated, ...(resource && { resource }) };
    const prepared = prepareWrite(context, intent);
    const keys = [...prepared.references.keys()].filter((key) => key !== `${type}/${id}`);
    if (resource) await checkWithin(context, [{ letter, resource: { ...resource, id } }], access);
    const outside = await referencesOutsideChart(context, [prepared], access);
    const there = await context.store.visible(keys.map(partsOf), UNLIMITED);
    const absent = keys.filter((key) => outside.includes(key) || !there.has(key));
    return absent.length ? danglingReferences(absent, prepared.references).issues : [];
  } catch (error) {
    if (error instanceof FhirError) return error.issues;
    throw error;
  }
}

const FINE: Issue = {
  severity: 'information',
  code: 'informational',
  diagnostics: 'No problems were found.',
};

/**
 * 200 with an OperationOutcome, whether the resource is right or not.
 * @throws FhirError 400 for a request that cannot be understood; 403, 404, 410 for an instance that cannot be read
 */
export async function validate(context: Context, request: FhirRequest): Promise<Result> {
  const [type] = request.path as [string];
  const pathId = request.path.length === 3 ? request.path[1] : undefined;
  const { resource: sent, mode, profiles } = askedOf(request, type);
  if (sent === undefined && pathId === undefined)
    throw badRequest(
      `Send the ${type} as the body, or as the parameter "resource" of a Parameters resource.`,
    );
  const body = sent === undefined ? undefined : resourceBody({ ...request, body: sent }, type);
  const id = pathId ?? body?.id;
  if (mode === 'update' || mode === 'delete') {
    if (typeof id !== 'string')
      throw badRequest(`The mode ${mode} needs an id: send to ${type}/[id]/$validate.`);
    if (body && mode === 'update') checkBodyId(body, id);
  }
  const resource = body ?? (mode === 'delete' ? undefined : await present(context, type, pathId!, request));
  const issues = resource ? [...context.validator.validate(resource, { profiles })] : [];
  if (resource && !issues.some(isError)) issues.push(...(await issuesByForm(context, request, resource)));
  if (mode && mode !== 'profile' && !issues.some(isError)) {
    const target = [type, mode === 'create' ? context.newId() : id!] as const;
    issues.push(
      ...(await refusals(context, request, mode, target, mode === 'delete' ? undefined : resource)),
    );
  }
  return { kind: 'outcome', status: 200, issues: issues.length ? issues : [FINE] };
}
