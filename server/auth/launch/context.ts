// What an EHR may say of a launch, checked: resource ids, and the rules for the entries of fhirContext. Pure.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#fhir-context
import { resourceTypes } from '../../fhir/elements.ts';

/** A resource that an app is launched with: named by at least one of reference, canonical and identifier. */
export interface FhirContextItem {
  /** Relative reference, `Task/123`. */
  reference?: string;
  /** Canonical URL, perhaps with a version. */
  canonical?: string;
  /** FHIR Identifier. */
  identifier?: object;
  /** Resource type. */
  type?: string;
  /** URI of what the resource is for; absent means `launch`. */
  role?: string;
}

const ID = /^[A-Za-z0-9.-]{1,64}$/;
const REFERENCE = /^([A-Z][A-Za-z]+)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/;
/** They have parameters of their own in the token answer. */
const TOP_LEVEL: ReadonlySet<string | undefined> = new Set(['Patient', 'Encounter']);
const TEXTS = ['reference', 'canonical', 'type', 'role'] as const;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The resource type of an entry, as far as it says; undefined for identifiers and canonicals without `type`. */
export const contextType = ({ type, reference }: FhirContextItem): string | undefined =>
  type ?? (reference === undefined ? undefined : REFERENCE.exec(reference)?.[1]);

/** A rule for one entry: a sentence (after "fhirContext[n] ") when it is broken. */
type Rule = (item: FhirContextItem) => string | undefined;

const RULES: readonly Rule[] = [
  (item) => {
    const wrong = TEXTS.find(
      (name) => item[name] !== undefined && (typeof item[name] !== 'string' || !item[name]),
    );
    return wrong && `has a ${wrong} that is no text or an empty one.`;
  },
  ({ identifier }) =>
    identifier === undefined || isObject(identifier)
      ? undefined
      : 'has an identifier that is no Identifier object.',
  ({ reference, canonical, identifier }) =>
    (reference ?? canonical ?? identifier) === undefined
      ? 'names no resource. Give at least one of reference, canonical and identifier.'
      : undefined,
  ({ reference }) =>
    reference === undefined || resourceTypes.has(REFERENCE.exec(reference)?.[1] ?? '')
      ? undefined
      : 'has a reference that is not relative. Write it like Task/123.',
  ({ type }) =>
    type === undefined || resourceTypes.has(type) ? undefined : 'has a type that is no resource type.',
  ({ type, reference }) =>
    type === undefined || reference === undefined || reference.startsWith(`${type}/`)
      ? undefined
      : 'has a type that is not the one of its reference.',
  ({ role }) =>
    role === undefined || role === 'launch' || ABSOLUTE_URI.test(role)
      ? undefined
      : 'has a relative role. Roles are absolute URIs, or launch.',
  (item) =>
    TOP_LEVEL.has(contextType(item)) && (item.role ?? 'launch') === 'launch'
      ? 'is a Patient or Encounter in the role launch. Say it as patient or encounter, or give it another role.'
      : undefined,
];

function itemProblem(item: unknown, index: number): string | undefined {
  if (!isObject(item)) return `fhirContext[${index}] is no object.`;
  for (const rule of RULES) {
    const problem = rule(item);
    if (problem) return `fhirContext[${index}] ${problem}`;
  }
  return undefined;
}

/**
 * What of a launch is not as the specification wants it: one sentence, or undefined.
 * @param context as an EHR sent it: its values may be of any type
 */
export function launchProblem(context: {
  patient?: unknown;
  encounter?: unknown;
  fhirContext?: unknown;
  intent?: unknown;
  tenant?: unknown;
}): string | undefined {
  for (const name of ['patient', 'encounter'] as const) {
    const id = context[name];
    if (id !== undefined && !(typeof id === 'string' && ID.test(id)))
      return `${name} has to be a resource id.`;
  }
  for (const name of ['intent', 'tenant'] as const) {
    const text = context[name];
    if (text !== undefined && !(typeof text === 'string' && text))
      return `${name} has to be a text that is not empty.`;
  }
  const { fhirContext = [] } = context;
  if (!Array.isArray(fhirContext)) return 'fhirContext has to be an array of objects.';
  return fhirContext.map(itemProblem).find((problem) => problem !== undefined);
}
