// An access policy as the Basic resource that an administrator edits: read into a Policy, and what is wrong with one.
// https://hl7.org/fhir/R4/basic.html · profile: profiles/input/fsh/profile/cn-access-policy.fsh
import { readdirSync, readFileSync } from 'node:fs';
import type { Basic, Coding, Extension, Resource } from '@medplum/fhirtypes';
import type { Letter, Policy, PolicyRule, Whose } from '../../fhir/access.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { type Issue, issue } from '../../fhir/errors.ts';
import type { CheckCriteria } from '../launch/scopes.ts';

const CB = 'https://throughline.example/fhir/';
const CATEGORY = `${CB}CodeSystem/cn-category`;
/** The code by which a Basic is known as an access policy, for a token search. */
export const POLICY_CODE = `${CATEGORY}|access-policy`;

const EXTENSION = {
  role: `${CB}StructureDefinition/policy-role`,
  rule: `${CB}StructureDefinition/policy-rule`,
  labels: `${CB}StructureDefinition/policy-labels`,
  purpose: `${CB}StructureDefinition/policy-purpose`,
  breakGlass: `${CB}StructureDefinition/break-glass-minutes`,
};
const LETTERS = /^c?r?u?d?s?$/;
const WHOSE: ReadonlySet<string> = new Set(['any', 'assigned', 'members', 'self']);
/** Types that the server alone writes: no policy can hand that out. */
const SERVER_WRITES: ReadonlySet<string> = new Set(['AuditEvent', 'Provenance']);
/** The longest time for which a chart may be open in an emergency: a day. */
const MAX_BREAK_GLASS_MINUTES = 24 * 60;

/** Whether a resource is an access policy, by its code. */
export function isPolicy(resource: Resource): resource is Basic {
  if (resource.resourceType !== 'Basic') return false;
  return resource.code?.coding?.some(({ system, code }) => `${system}|${code}` === POLICY_CODE) ?? false;
}

/** The id that the policy of a role is stored under, so that there is one and no other. */
export const policyId = (role: string): string => `policy-${role}`;

/** A part of a resource, with its FHIRPath. */
interface Part {
  readonly extension: Extension;
  readonly path: string;
}

const partsIn = (of: { extension?: Extension[] }, path: string, url: string): Part[] =>
  (of.extension ?? []).flatMap((extension, n) =>
    extension.url === url ? [{ extension, path: `${path}.extension[${n}]` }] : [],
  );
const within = ({ extension, path }: Part, url: string): Part[] => partsIn(extension, path, url);
const codeOf = (part: Part | undefined): string => part?.extension.valueCode ?? '';
const labelsIn = (part: Part, url: string): string[] =>
  within(part, url).flatMap(({ extension }) => extension.valueCoding?.code ?? []);

function ruleOf(part: Part): PolicyRule {
  const criteria = within(part, 'criteria')[0]?.extension.valueString;
  return Object.freeze({
    rule: codeOf(within(part, 'name')[0]),
    types: new Set(within(part, 'type').map(codeOf)),
    letters: new Set([...codeOf(within(part, 'letters')[0])] as Letter[]),
    whose: codeOf(within(part, 'whose')[0]) as Whose,
    ...(criteria && { criteria }),
  });
}

/**
 * Reads a policy; `policyProblems` says first whether it can be read.
 * @returns undefined when it names no role
 */
export function policyOf(resource: Basic): Policy | undefined {
  const role = codeOf(partsIn(resource, 'Basic', EXTENSION.role)[0]);
  if (!role) return undefined;
  const [labels] = partsIn(resource, 'Basic', EXTENSION.labels);
  const purposes = partsIn(resource, 'Basic', EXTENSION.purpose);
  const [minutes] = partsIn(resource, 'Basic', EXTENSION.breakGlass);
  const every = labels && within(labels, 'every')[0]?.extension.valueBoolean;
  return Object.freeze({
    role,
    rules: Object.freeze(partsIn(resource, 'Basic', EXTENSION.rule).map(ruleOf)),
    labels: every ? 'all' : new Set(labels && labelsIn(labels, 'without-consent')),
    consented: new Set(labels && labelsIn(labels, 'with-consent')),
    consentedOf: labels && codeOf(within(labels, 'consent-of')[0]) === 'assigned' ? 'assigned' : 'any',
    purposes: Object.freeze(
      purposes.flatMap(({ extension }) => (extension.valueCoding as Coding | undefined)?.code ?? []),
    ),
    breakGlassMinutes: minutes?.extension.valuePositiveInt ?? 0,
  });
}

const wrong = (path: string, sentence: string): Issue => issue('value', sentence, path, 'access-policy');

function typeProblems(part: Part, letters: string): Issue[] {
  const types = within(part, 'type');
  if (!types.length) return [wrong(`${part.path}.extension`, 'The rule names no type. Add a part "type".')];
  const writes = /[cud]/.test(letters);
  return types.flatMap((one) => {
    const type = codeOf(one);
    if (type !== '*' && !resourceTypes.has(type)) {
      return [wrong(`${one.path}.value`, `"${type}" is no resource type of R4. Name one, or * to read all.`)];
    }
    if (!writes || (type !== '*' && !SERVER_WRITES.has(type))) return [];
    const sentence =
      type === '*'
        ? 'The type * can be read and searched only (letters r and s). Name the types that may be written.'
        : `Only the server writes ${type}. Leave the letters c, u and d out of the rule.`;
    return [wrong(`${one.path}.value`, sentence)];
  });
}

function criteriaProblems(part: Part, checkCriteria: CheckCriteria): Issue[] {
  return within(part, 'criteria').flatMap((one) => {
    const criteria = one.extension.valueString ?? '';
    const at = `${one.path}.value`;
    if (!criteria)
      return [wrong(at, 'The criteria are empty. Give search parameters, or leave the part out.')];
    const asked = criteria.replaceAll('{user}', 'PractitionerRole/example');
    return within(part, 'type').flatMap((type) => {
      const sentence = resourceTypes.has(codeOf(type)) && checkCriteria(codeOf(type), asked);
      return sentence ? [wrong(at, sentence)] : [];
    });
  });
}

function ruleProblems(part: Part, checkCriteria: CheckCriteria): Issue[] {
  const at = (name: string) => `${within(part, name)[0]?.path ?? part.path}.value`;
  const letters = codeOf(within(part, 'letters')[0]);
  const whose = codeOf(within(part, 'whose')[0]);
  const found: Issue[] = [];
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(codeOf(within(part, 'name')[0]))) {
    found.push(wrong(at('name'), 'The rule needs a name of small letters, digits and hyphens, 64 at most.'));
  }
  if (!letters || !LETTERS.test(letters)) {
    const sentence = `The letters "${letters}" are not some of cruds in that order, such as rs.`;
    found.push(wrong(at('letters'), sentence));
  }
  if (!WHOSE.has(whose)) {
    found.push(wrong(at('whose'), `"${whose}" is not one of ${[...WHOSE].join(', ')}.`));
  }
  return [...found, ...typeProblems(part, letters), ...criteriaProblems(part, checkCriteria)];
}

/** Whoever keeps the policies must not lock everybody out of them. */
function lockOut(policy: Policy | undefined): Issue[] {
  if (policy?.role !== 'programme-admin') return [];
  const keeps = policy.rules.some(
    ({ types, letters, whose }) => types.has('Basic') && letters.has('u') && whose === 'any',
  );
  if (keeps) return [];
  const sentence =
    'Nobody could change a policy any more. Keep a rule that lets the programme administrator update Basic.';
  return [wrong('Basic.extension', sentence)];
}

/**
 * What keeps an access policy from being read and enforced, one issue a problem, each with its element.
 * @param checkCriteria says whether search parameters can be enforced
 * @returns nothing for a resource that is no access policy
 */
export function policyProblems(resource: Resource, checkCriteria: CheckCriteria): Issue[] {
  if (!isPolicy(resource)) return [];
  const roles = partsIn(resource, 'Basic', EXTENSION.role);
  const role = codeOf(roles[0]);
  const found = partsIn(resource, 'Basic', EXTENSION.rule).flatMap((part) =>
    ruleProblems(part, checkCriteria),
  );
  if (roles.length !== 1 || !role) {
    found.push(wrong('Basic.extension', 'A policy is about one role. Give the extension policy-role once.'));
  } else if (resource.id !== policyId(role)) {
    const sentence = `The policy of ${role} is kept as Basic/${policyId(role)}. PUT it there.`;
    found.push(wrong('Basic.id', sentence));
  }
  for (const { extension, path } of partsIn(resource, 'Basic', EXTENSION.breakGlass)) {
    const minutes = extension.valuePositiveInt ?? 0;
    if (Number.isInteger(minutes) && minutes > 0 && minutes <= MAX_BREAK_GLASS_MINUTES) continue;
    const sentence = `A chart is opened in an emergency for 1 to ${MAX_BREAK_GLASS_MINUTES} minutes, not ${minutes}.`;
    found.push(wrong(`${path}.value`, sentence));
  }
  return [...found, ...lockOut(policyOf(resource))];
}

/** The policies in a folder of JSON files, by the names of the files. */
export function readPolicies(folder: URL): Basic[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Basic);
}
