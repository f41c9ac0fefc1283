// A Consent as permissions and denials of seeing labelled content, pure. https://hl7.org/fhir/R4/consent.html
//
// Provisions in a provision are exceptions to it: what they do not state they have from it, their period lies in its period, and
// without a type they are its opposite. R4 gives the outermost provision no type: without one it is what `policyRule` says
// (opt in, opt out); where that says nothing which is computable, it neither permits nor denies, and only those in it count.
//
// What rules cannot say falls on the side that shows less. A permission is left out when its provision narrows it by data, class,
// code, dataPeriod, a source of the content, an unknown action or a modifier, and it has only those actors, labels and purposes
// that callers can be compared with; a denial is made without such narrowing.
import type { Consent, ConsentProvision, ConsentProvisionActor, Period } from '@medplum/fhirtypes';
import { dateRange, instantTime } from '../../fhir/datetime.ts';
import { issue, unprocessable } from '../../fhir/errors.ts';
import { referenceKey } from '../../fhir/reference.ts';
import { sensitivityOfCoding } from '../../fhir/sensitivity.ts';

/** What a rule is about. null: anything. */
interface Terms {
  /** Codes of sensitivity labels. */
  readonly labels: readonly string[] | null;
  /** `Type/id`, or the URL of who is not of this server. */
  readonly actors: readonly string[] | null;
  /** Codes of v3-ActReason. */
  readonly purposes: readonly string[] | null;
  /** Half-open range of instants. */
  readonly low: string;
  readonly high: string;
  /** Something narrows it that rules cannot say. */
  readonly narrowed: boolean;
  /** It is about other actions than seeing. */
  readonly blind: boolean;
}

/**
 * One permission or denial. `rule` numbers the provisions of a Consent in their order, `last` is the number of the last one
 * inside: a denial gives way to those permissions that are exceptions to it, `rule` < their `rule` <= `last`.
 */
export interface DirectiveRule extends Terms {
  readonly permit: boolean;
  readonly rule: number;
  readonly last: number;
}

const UNBOUNDED: Terms = {
  labels: null,
  actors: null,
  purposes: null,
  low: '-infinity',
  high: 'infinity',
  narrowed: false,
  blind: false,
};

/** Most provisions of one Consent. */
const MAX_PROVISIONS = 2_000;

const has = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

/** Policy rules that say what the outermost provision does. https://terminology.hl7.org/CodeSystem-v3-ActCode.html */
const POLICIES: ReadonlyMap<unknown, boolean> = new Map([
  ['OPTIN', true],
  ['OPTINR', true],
  ['OPTOUT', false],
  ['OPTOUTE', false],
]);

/** Roles of actors from whom content comes; all others receive it. https://hl7.org/fhir/R4/valueset-security-role-type.html */
const SOURCES: ReadonlySet<unknown> = new Set(
  'AUT COAUTH PRIMAUTH author CST custodian INF informant SOURCE performer GRANTOR CONSENTER'.split(' '),
);

/** Actions by whether they show content. https://hl7.org/fhir/R4/valueset-consent-action.html */
const ACTIONS: ReadonlyMap<unknown, boolean> = new Map([
  ['access', true],
  ['use', true],
  ['disclose', true],
  ['read', true],
  ['collect', false],
  ['correct', false],
]);

/** Systems of purposes that callers have; a purpose without any is meant as one of them. */
const PURPOSES: ReadonlySet<unknown> = new Set([
  undefined,
  'http://terminology.hl7.org/CodeSystem/v3-ActReason',
]);

const isSource = ({ role }: ConsentProvisionActor): boolean =>
  has(role?.coding) && role.coding!.every(({ code }) => SOURCES.has(code));

/** An actor as text; undefined for one who cannot be compared with a caller. */
function actorOf(actor: ConsentProvisionActor, base: string): string | undefined {
  const reference = actor.reference?.reference;
  if (isSource(actor) || !reference || reference.startsWith('#')) return undefined;
  return referenceKey(reference, base);
}

const later = (a: string, b: string): string => (instantTime(a) < instantTime(b) ? b : a);
const earlier = (a: string, b: string): string => (instantTime(a) < instantTime(b) ? a : b);

/** The part of a period that lies in an enclosing one; a bound that cannot be read is not `known`. */
function within(
  { low, high }: Pick<Terms, 'low' | 'high'>,
  { start, end }: Period = {},
): { low: string; high: string; known: boolean } {
  const from = start && dateRange(start)?.low;
  const to = end && dateRange(end)?.high;
  return {
    low: from ? later(low, from) : low,
    high: to ? earlier(high, to) : high,
    known: Boolean(!start || from) && Boolean(!end || to),
  };
}

/** The values of a list that can be compared, or those around it; for a denial nothing of the list may be lost. */
function valuesOf<T>(
  list: readonly T[] | undefined,
  read: (item: T) => string | undefined,
  inherited: readonly string[] | null,
  permit: boolean,
): readonly string[] | null {
  if (!list?.length) return inherited;
  const values = list.flatMap((item) => read(item) ?? []);
  return !permit && values.length < list.length ? null : [...new Set(values)];
}

const isNarrowed = (provision: ConsentProvision): boolean =>
  has(provision.data) ||
  has(provision.class) ||
  has(provision.code) ||
  has(provision.modifierExtension) ||
  provision.dataPeriod !== undefined ||
  (provision.actor ?? []).some(isSource);

/** Whether the actions are about something else than seeing: surely so for a denial, possibly so for a permission. */
function isBlind({ action = [] }: ConsentProvision, permit: boolean): boolean {
  const shows = action.flatMap(({ coding = [] }) => coding.map(({ code }) => ACTIONS.get(code)));
  return permit ? !shows.includes(true) : shows.length > 0 && shows.every((one) => one === false);
}

/** The terms of a provision, read as a permission or as a denial. */
function termsOf(provision: ConsentProvision, around: Terms, permit: boolean, base: string): Terms {
  const { low, high, known } = within(around, provision.period);
  const { actor, securityLabel, purpose, action } = provision;
  const purposeOf = ({ system, code }: { system?: string; code?: string }) =>
    PURPOSES.has(system) ? code : undefined;
  return {
    labels: valuesOf(securityLabel, sensitivityOfCoding, around.labels, permit),
    actors: valuesOf(actor, (one) => actorOf(one, base), around.actors, permit),
    purposes: valuesOf(purpose, purposeOf, around.purposes, permit),
    low,
    high,
    narrowed: around.narrowed || !known || isNarrowed(provision),
    blind: has(action) ? isBlind(provision, permit) : around.blind,
  };
}

/** Both readings of the provisions around one: whichever it is, those in it may be the other. */
type Readings = Readonly<Record<'permit' | 'deny', Terms>>;

/** What the outermost provision does: permits, denies, or neither. */
function typeOfRoot({ policyRule }: Consent, { type }: ConsentProvision): boolean | undefined {
  if (type) return type === 'permit';
  const says = (policyRule?.coding ?? []).map(({ code }) => POLICIES.get(code));
  return says.includes(false) ? false : says.includes(true) ? true : undefined;
}

/**
 * The permissions and denials of a Consent that counts.
 * @param base base URL of this server; references to it are local
 * @throws FhirError 422 for more provisions than are taken
 */
export function directiveRules(consent: Consent, base: string): DirectiveRule[] {
  const rules: DirectiveRule[] = [];
  let next = 0;
  const add = (provision: ConsentProvision, type: boolean | undefined, around: Readings): void => {
    const rule = next++;
    if (next > MAX_PROVISIONS) throw tooManyProvisions();
    const terms: Readings = {
      permit: termsOf(provision, around.permit, true, base),
      deny: termsOf(provision, around.deny, false, base),
    };
    for (const inner of provision.provision ?? []) {
      const opposite = type === undefined ? undefined : !type;
      add(inner, inner.type ? inner.type === 'permit' : opposite, terms);
    }
    if (type === undefined) return;
    const own = type ? terms.permit : terms.deny;
    if (own.blind || (type && own.narrowed) || instantTime(own.low) >= instantTime(own.high)) return;
    rules.push({ ...own, permit: type, rule, last: next - 1 });
  };
  const { provision = {} } = consent;
  const outside = { ...UNBOUNDED, narrowed: has(consent.modifierExtension) };
  add(provision, typeOfRoot(consent, provision), { permit: outside, deny: outside });
  return rules;
}

const tooManyProvisions = () =>
  unprocessable([
    issue(
      'too-costly',
      `This Consent has more than ${MAX_PROVISIONS} provisions. Write several Consents.`,
      'Consent.provision',
    ),
  ]);
