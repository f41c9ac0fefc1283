// The compiled code systems and value sets fit together: what is bound exists, and what is included is defined.
// https://hl7.org/fhir/R4/terminologies.html
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CodeSystem, Resource, StructureDefinition, ValueSet } from '@medplum/fhirtypes';
import t from 'tap';
import { policyOf, readPolicies } from '../../auth/policy/resource.ts';
import { practiceRuleOf } from '../../care/practice/rule.ts';
import { STATE_RULES } from '../../care/state/index.ts';
import { RULE_SYSTEM } from '../../fhir/errors.ts';

const BASE = 'https://throughline.example/fhir/';
const folder = new URL('../../../profiles/definitions/', import.meta.url);

function compiled<T extends Resource>(type: T['resourceType']): T[] {
  const files = readdirSync(new URL(`${type}/`, folder));
  return files.map((file) => JSON.parse(readFileSync(new URL(`${type}/${file}`, folder), 'utf8')) as T);
}

/** What the server is written in: the care rules are named where they refuse. */
const server = fileURLToPath(new URL('../../', import.meta.url));
const source = globSync('{care,operation,interaction}/**/*.ts', { cwd: server })
  .map((file) => readFileSync(`${server}/${file}`, 'utf8'))
  .join('\n');

const codeSystems = compiled<CodeSystem>('CodeSystem');
const valueSets = compiled<ValueSet>('ValueSet');
const profiles = compiled<StructureDefinition>('StructureDefinition');
const codesOf = (url: string) =>
  codeSystems.find((system) => system.url === url)?.concept?.map((concept) => concept.code) ?? [];

t.test('every code of ours is defined once, by one sentence', async (t) => {
  for (const system of codeSystems) {
    const codes = codesOf(system.url!);
    t.equal(new Set(codes).size, codes.length, system.url!);
    for (const { code, display, definition } of system.concept!) {
      t.ok(display, `${system.id} ${code}`);
      t.match(definition, /^[A-Z].*\.$/, `${system.id} ${code}`);
    }
  }
});

t.test('every code of ours that a value set includes is defined', async (t) => {
  for (const { id, compose } of valueSets) {
    for (const { system, concept } of compose!.include.filter((include) =>
      include.system?.startsWith(BASE),
    )) {
      const defined = codesOf(system!);
      t.ok(defined.length, `${id}: ${system}`);
      for (const { code } of concept ?? []) t.ok(defined.includes(code), `${id}: ${code}`);
    }
  }
});

t.test('every value set of ours that a profile binds is compiled', async (t) => {
  const urls = new Set(valueSets.map((valueSet) => valueSet.url));
  for (const { id, snapshot } of profiles) {
    const bound = snapshot!.element.flatMap((element) => element.binding?.valueSet ?? []);
    for (const url of bound.filter((url) => url.startsWith(BASE))) t.ok(urls.has(url), `${id}: ${url}`);
  }
});

t.test(
  'every code of cn-task-code that begins with nav or coord belongs to exactly one profile',
  async (t) => {
    const codesIn = (id: string) =>
      valueSets.find((valueSet) => valueSet.id === id)!.compose!.include[0]!.concept!.map(({ code }) => code);
    const all = codesOf(`${BASE}CodeSystem/cn-task-code`);
    t.same(
      codesIn('cn-navigation-task-code'),
      all.filter((code) => code?.startsWith('nav-')),
    );
    t.same(
      codesIn('cn-coordination-task-code'),
      all.filter((code) => code?.startsWith('coord-')),
    );
  },
);

t.test(
  'cn-rule names every rule that an outcome can name: care rules, policies and invariants',
  async (t) => {
    const constraints = profiles.flatMap((profile) =>
      profile.snapshot!.element.flatMap((element) => element.constraint ?? []),
    );
    const invariants = constraints.map(({ key }) => key).filter((key) => key.startsWith('cn-'));
    const policies = readPolicies(new URL('../../../profiles/policy/', import.meta.url)).map(
      (resource) => policyOf(resource)!,
    );
    const permissions = policies.flatMap(({ rules }) => rules.map(({ rule }) => rule));
    const practice = readPolicies(new URL('../../../profiles/practice/', import.meta.url)).map(
      (resource) => practiceRuleOf(resource).rule,
    );
    const named = new Set([...STATE_RULES, ...practice, ...permissions, ...invariants]);
    const codes = codesOf(RULE_SYSTEM);
    t.same(
      [...named].filter((rule) => !codes.includes(rule)),
      [],
      'what data names',
    );
    const unnamed = codes.filter((code) => !named.has(code!) && !source.includes(`'${code}'`));
    t.same(unnamed, [], 'no code stands for nothing');
  },
);
