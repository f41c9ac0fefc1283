// An access policy as the form changes it: read from the Basic that keeps it, written back into it, and what is different.
// docs/profiles/cn-access-policy.md
import type { Basic, Coding, Extension } from '@medplum/fhirtypes';
import { extensionUrl } from '../../../fhir/systems.ts';

export const LETTERS = ['c', 'r', 'u', 'd', 's'] as const;
export type Letter = (typeof LETTERS)[number];
/** Of whose records: codes of cn-record-holder. */
export const WHOSE = ['any', 'assigned', 'members', 'self'] as const;
export type Whose = (typeof WHOSE)[number];

export interface Rule {
  readonly name: string;
  readonly types: readonly string[];
  /** Some of cruds, in that order. */
  readonly letters: string;
  readonly whose: string;
  /** Search parameters, or empty. */
  readonly criteria: string;
}

/** A policy as it is typed. */
export interface Policy {
  /** Code of cn-role. */
  readonly role: string;
  readonly rules: readonly Rule[];
  /** Every label is seen without a consent. */
  readonly every: boolean;
  /** Labels seen without a consent, and those seen with one. */
  readonly without: readonly Coding[];
  readonly with: readonly Coding[];
  readonly consentOf: 'any' | 'assigned';
  readonly purposes: readonly Coding[];
  /** For how long a chart may be opened in an emergency; empty: never. */
  readonly minutes: string;
}

const URL = {
  role: extensionUrl('policy-role'),
  rule: extensionUrl('policy-rule'),
  labels: extensionUrl('policy-labels'),
  purpose: extensionUrl('policy-purpose'),
  minutes: extensionUrl('break-glass-minutes'),
} as const;
const OURS: ReadonlySet<string> = new Set(Object.values(URL));

const named = ({ extension = [] }: { extension?: Extension[] }, url: string): readonly Extension[] =>
  extension.filter((one) => one.url === url);
const codesIn = (of: Extension, url: string): readonly string[] =>
  named(of, url).flatMap(({ valueCode }) => valueCode ?? []);
const codingsIn = (of: { extension?: Extension[] } | undefined, url: string): readonly Coding[] =>
  of ? named(of, url).flatMap(({ valueCoding }) => valueCoding ?? []) : [];

const ruleOf = (extension: Extension): Rule => ({
  name: codesIn(extension, 'name')[0] ?? '',
  types: codesIn(extension, 'type'),
  letters: codesIn(extension, 'letters')[0] ?? '',
  whose: codesIn(extension, 'whose')[0] ?? 'any',
  criteria: named(extension, 'criteria')[0]?.valueString ?? '',
});

/** Reads a policy. */
export function policyOf(basic: Basic): Policy {
  const [labels] = named(basic, URL.labels);
  const minutes = named(basic, URL.minutes)[0]?.valuePositiveInt;
  return {
    role: named(basic, URL.role)[0]?.valueCode ?? '',
    rules: named(basic, URL.rule).map(ruleOf),
    every: labels !== undefined && named(labels, 'every')[0]?.valueBoolean === true,
    without: codingsIn(labels, 'without-consent'),
    with: codingsIn(labels, 'with-consent'),
    consentOf: labels && codesIn(labels, 'consent-of')[0] === 'assigned' ? 'assigned' : 'any',
    purposes: codingsIn(basic, URL.purpose),
    minutes: minutes === undefined ? '' : String(minutes),
  };
}

const code = (url: string, valueCode: string): Extension => ({ url, valueCode });

const ruleExtension = ({ name, types, letters, whose, criteria }: Rule): Extension => ({
  url: URL.rule,
  extension: [
    code('name', name),
    ...types.map((type) => code('type', type)),
    code('letters', letters),
    code('whose', whose),
    ...(criteria.trim() ? [{ url: 'criteria', valueString: criteria.trim() }] : []),
  ],
});

function labelsExtension(policy: Policy): readonly Extension[] {
  const parts: Extension[] = [
    ...(policy.every ? [{ url: 'every', valueBoolean: true }] : []),
    ...policy.without.map((valueCoding) => ({ url: 'without-consent', valueCoding })),
    ...policy.with.map((valueCoding) => ({ url: 'with-consent', valueCoding })),
    ...(policy.consentOf === 'assigned' ? [code('consent-of', 'assigned')] : []),
  ];
  return parts.length ? [{ url: URL.labels, extension: parts }] : [];
}

/** The Basic with the policy in it; what it says beside the policy stays. */
export function withPolicy(basic: Basic, policy: Policy): Basic {
  const others = basic.extension?.filter(({ url }) => !OURS.has(url)) ?? [];
  const minutes = Number(policy.minutes);
  return {
    ...basic,
    extension: [
      ...others,
      code(URL.role, policy.role),
      ...policy.rules.map(ruleExtension),
      ...labelsExtension(policy),
      ...policy.purposes.map((valueCoding) => ({ url: URL.purpose, valueCoding })),
      ...(policy.minutes ? [{ url: URL.minutes, valuePositiveInt: minutes }] : []),
    ],
  };
}

/** The rule, and its part, that an issue of the server is about. */
export function placeOf(
  basic: Basic,
  expression: string | undefined,
): { rule: string; part?: string } | undefined {
  const [, place, part] = /^Basic\.extension\[(\d+)\](?:\.extension\[(\d+)\])?/.exec(expression ?? '') ?? [];
  const extension = place === undefined ? undefined : basic.extension?.[Number(place)];
  if (extension?.url !== URL.rule) return undefined;
  const url = part === undefined ? undefined : extension.extension?.[Number(part)]?.url;
  return { rule: codesIn(extension, 'name')[0] ?? '', ...(url && { part: url }) };
}

/** The rules of all policies by name, each as the first policy has it. */
export function knownRules(policies: readonly Policy[]): ReadonlyMap<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const { rules: own } of policies)
    for (const rule of own) if (!rules.has(rule.name)) rules.set(rule.name, rule);
  return new Map([...rules].sort(([one], [other]) => one.localeCompare(other)));
}

/** The codings that some policies name, each once. */
export const knownCodings = (
  policies: readonly Policy[],
  of: (policy: Policy) => readonly Coding[],
): readonly Coding[] => [
  ...new Map(policies.flatMap((policy) => of(policy).map((one) => [one.code ?? '', one] as const))).values(),
];

/** Where two policies differ. */
export interface Difference {
  /** The rule it is in; absent: of the policy itself. */
  readonly rule?: string;
  readonly what:
    | 'rule'
    | 'types'
    | 'letters'
    | 'whose'
    | 'criteria'
    | 'every'
    | 'without'
    | 'with'
    | 'consentOf'
    | 'purposes'
    | 'minutes';
  readonly before?: string;
  readonly after?: string;
}

const listed = (codings: readonly Coding[]): string => codings.map(({ code = '' }) => code).join(' ');
const whole = ({ letters, types }: Rule): string => `${letters} ${types.join(' ')}`;

const PARTS = {
  types: ({ types }: Rule) => types.join(' '),
  letters: ({ letters }: Rule) => letters,
  whose: ({ whose }: Rule) => whose,
  criteria: ({ criteria }: Rule) => criteria.trim(),
} as const;
const WHOLES = {
  every: ({ every }: Policy) => String(every),
  without: (policy: Policy) => listed(policy.without),
  with: (policy: Policy) => listed(policy.with),
  consentOf: ({ consentOf }: Policy) => consentOf,
  purposes: ({ purposes }: Policy) => listed(purposes),
  minutes: ({ minutes }: Policy) => minutes,
} as const;

const keysOf = <K extends string>(table: Readonly<Record<K, unknown>>): K[] => Object.keys(table) as K[];

/** What is different in `after`, rule by rule. */
export function differences(before: Policy, after: Policy): readonly Difference[] {
  const old = new Map(before.rules.map((rule) => [rule.name, rule]));
  const next = new Map(after.rules.map((rule) => [rule.name, rule]));
  const gone = before.rules.filter(({ name }) => !next.has(name));
  return [
    ...gone.map((rule): Difference => ({ rule: rule.name, what: 'rule', before: whole(rule) })),
    ...after.rules.flatMap((rule): readonly Difference[] => {
      const kept = old.get(rule.name);
      if (!kept) return [{ rule: rule.name, what: 'rule', after: whole(rule) }];
      return keysOf(PARTS).flatMap((what) => {
        const [from, to] = [PARTS[what](kept), PARTS[what](rule)];
        return from === to ? [] : [{ rule: rule.name, what, before: from, after: to }];
      });
    }),
    ...keysOf(WHOLES).flatMap((what): readonly Difference[] => {
      const [from, to] = [WHOLES[what](before), WHOLES[what](after)];
      return from === to ? [] : [{ what, before: from, after: to }];
    }),
  ];
}
