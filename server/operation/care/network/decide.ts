// ServiceRequest/$decide-network and DeviceRequest/$decide-network (ours): picks the provider of an order, and records how.
// https://hl7.org/fhir/R4/operations.html
import type { Coding, Coverage, HealthcareService, Organization } from '@medplum/fhirtypes';
import { keyOf } from '../../../care/code.ts';
import {
  type Decision,
  decided,
  decisionObservation,
  missingReason,
  type Order,
} from '../../../care/network/decision.ts';
import { bestTier, type Option, ranked, standingOptions, type Wish } from '../../../care/network/option.ts';
import { amountsFor, firstRate, lowestOf } from '../../../care/network/rate.ts';
import { earlierDecision } from '../../../care/network/record.ts';
import { namedNetworks, type Standing, standings } from '../../../care/network/tier.ts';
import { tailOf } from '../../../care/reference.ts';
import {
  badRequest,
  businessRule,
  forbidden,
  gone,
  issue,
  notFound,
  unprocessable,
} from '../../../fhir/errors.ts';
import { ID } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, Executor, FhirRequest } from '../../../interaction/context.ts';
import { checkParameters } from '../../../interaction/parameters.ts';
import { checkIfMatch } from '../../../interaction/precondition.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import { resourceOf, type StoredVersion } from '../../../store/index.ts';
import { type Given, readGiven } from '../schedule/parameters.ts';
import { lookAt, type Sight, visible } from './directory.ts';
import { WISH, wishOf } from './wish.ts';

const PARAMETERS = {
  ...WISH,
  choice: { kind: 'Reference', types: ['HealthcareService', 'Organization'] },
  reason: { kind: 'CodeableConcept' },
} as const;
type Asked = Given<typeof PARAMETERS>;

/** Statuses of an order that somebody can still carry out. */
const OPEN: readonly (string | undefined)[] = ['draft', 'active', 'on-hold'];

/** What an order needs: its code, the kind of performer, and its categories, the most exact first. */
function neededBy(order: Order): Coding[] {
  const concepts =
    order.resourceType === 'DeviceRequest'
      ? [order.codeCodeableConcept, order.performerType]
      : [order.code, order.performerType, ...(order.category ?? [])];
  return concepts.flatMap((one) => one?.coding ?? []).filter(({ code }) => code !== undefined);
}

const coverageOf = ({ insurance = [] }: Order): string | undefined =>
  insurance.map(tailOf).find((key) => key?.startsWith('Coverage/'));

/** The order as the caller may read it, locked. @throws FhirError 404, 410 */
async function lockedOrder(
  { store, search }: Context,
  { access, path }: FhirRequest,
  executor: Executor,
): Promise<StoredVersion> {
  const [type, id] = path as [string, string];
  await store.lock([{ type, id }], executor);
  const current = await store.read(type, id, search.visibility(access, 'r', [type]), executor);
  if (!current) throw notFound(`There is no ${type}/${id}, or your access does not cover it.`);
  if (current.deleted) throw gone(`${type}/${id} was deleted.`);
  return current;
}

/** What is picked, and how it stands. */
interface Picked {
  readonly choice: HealthcareService | Organization;
  readonly standing: Standing;
  /** The place, when the choice has exactly one. */
  readonly place: string | undefined;
  /** The options that there were, the choice among them. */
  readonly options: readonly Option[];
  readonly shown: readonly string[];
}

/** How the choice stands among the options: by the service itself, or the best that an organisation has among them. */
function pickOf(choice: Picked['choice'], { directory }: Sight, wish: Wish, now: Date): Picked {
  const all = standingOptions(directory, wish.near, now);
  const options = ranked(all, wish);
  const key = keyOf(choice);
  const own =
    choice.resourceType === 'HealthcareService'
      ? all.find((one) => one.key === key)
      : options.find(({ provider }) => provider === key);
  const standing =
    own ??
    standings(
      directory.affiliations,
      directory.networks,
      now,
    )({ key, provider: key, places: [] }, namedNetworks(choice));
  const keys = options.map((one) => one.key);
  const isShown = own !== undefined && keys.includes(own.key);
  const place = own?.places.length === 1 ? keyOf(own.places[0]!) : undefined;
  return { choice, standing, place, options, shown: isShown ? keys : [...keys, key] };
}

/** @throws FhirError 422 with rule `network-reason` */
function checkReason({ standing, options }: Picked, asked: Asked): void {
  const sentence = missingReason(standing.tier, bestTier(options), asked.one('reason'));
  if (sentence) throw unprocessable([issue('required', sentence, 'Parameters.parameter', 'network-reason')]);
}

/** @throws FhirError 409 with rule `network-order-open` */
function checkOpen(order: Order): void {
  if (!OPEN.includes(order.status))
    throw businessRule(
      `The order is ${order.status}. A provider is picked for an order that has not ended: draft, active or on-hold.`,
      `${order.resourceType}.status`,
      'network-order-open',
    );
}

/**
 * The coverage whose networks count: that which is asked for, else the first of the order.
 * @throws FhirError 400 for the coverage of somebody else
 */
async function coverageFor(
  context: Context,
  caller: Pick<FhirRequest, 'access' | 'executor'>,
  asked: string | undefined,
  order: Order,
): Promise<string | undefined> {
  if (asked === undefined) return coverageOf(order);
  const { beneficiary } = await visible<Coverage>(context, caller, asked);
  if (tailOf(beneficiary) === tailOf(order.subject)) return asked;
  throw badRequest(
    'The parameter coverage must name a coverage of the person whom the order is for.',
    'Parameters.parameter',
  );
}

async function decide(
  context: Context,
  request: FhirRequest,
  asked: Asked,
  executor: Executor,
): Promise<Result> {
  const { access, headers } = request;
  const caller = { access, executor };
  const current = await lockedOrder(context, request, executor);
  checkIfMatch(headers['if-match'], current.version);
  const order = resourceOf(current) as Order;
  checkOpen(order);
  const given = asked.all('service');
  const wanted = given.length ? given : neededBy(order);
  const wish = wishOf(asked);
  const choice = await visible<Picked['choice']>(context, caller, asked.one('choice')!);
  const coverage = await coverageFor(context, caller, asked.one('coverage'), order);
  const sight = await lookAt(context, caller, { wanted, near: wish.near, coverage, choice });
  const pick = pickOf(choice, sight, wish, context.now());
  checkReason(pick, asked);
  const { tier, network, rates } = pick.standing;
  const decidedBy = access.fhirUser!;
  const decision: Decision = {
    tier,
    ...(network && { network }),
    options: pick.shown,
    amounts: amountsFor(wanted, rates, sight.references),
    reason: asked.one('reason'),
    decidedBy,
  };
  const known = [rates, ...pick.options.map((one) => one.rates)].flatMap(
    (list) => firstRate(list, wanted)?.amount ?? [],
  );
  const key = keyOf(order);
  const { result } = await carryOut(context, caller, async (unit, desk) => {
    unit.hold(order.resourceType, order.id!, current);
    const next = decided(order, decision, keyOf(choice), pick.place);
    const before = await earlierDecision(desk, order);
    const facts = { performer: { reference: decidedBy }, at: desk.now, lowest: lowestOf(known) };
    const observation = decisionObservation(next, facts, before);
    if (before) desk.update(observation);
    else desk.create(observation);
    // Whoever may record the decision has decided: that it stands on the order, which somebody else may have signed, follows.
    unit.desk().update(next);
  });
  return result(key, 200);
}

/** 200 with the order; 400, 403 for those who may not record a decision, 404, 409, 410, 412, 422 without a reason that is needed. */
export async function decideNetwork(context: Context, request: FhirRequest): Promise<Result> {
  checkParameters(request);
  const { access, executor } = request;
  const [type, id] = request.path as [string, string];
  if (!ID.test(id)) throw badRequest(`"${id}" is not an id. Ids have 1 to 64 letters, digits, "-" and ".".`);
  checkScope(access, type, 'r');
  checkScope(access, type, 'u');
  checkScope(access, 'Observation', 'c');
  if (access.fhirUser === undefined)
    throw forbidden('A decision names who has decided. Sign in as a user.', undefined, 'scope-of-practice');
  const asked = readGiven(request, '$decide-network', PARAMETERS, context.base);
  if (asked.one('choice') === undefined)
    throw badRequest(
      '$decide-network needs the parameter choice: a reference to the HealthcareService or Organization that is picked.',
      'Parameters.parameter',
    );
  const work = (transaction: Executor) => decide(context, request, asked, transaction);
  return executor ? work(executor) : context.store.transaction(work);
}
