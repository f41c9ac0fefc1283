// A caller's access compiled: into the condition that every statement carries, and into a judgement of resources that are
// not, or no longer, in the tables (writes, past versions). Both fail closed.
import type { Resource } from '@medplum/fhirtypes';
import type { Systems } from '../../db/intern.ts';
import type { Sql, Transaction } from '../../db/pool.ts';
import type { Rid, RidOf } from '../../db/rid.ts';
import { plainArray, Statement, textArray } from '../../db/statement.ts';
import type { Condition, Visibility } from '../../db/visibility.ts';
import {
  type Access,
  criteriaOf,
  type Letter,
  type Limit,
  limitsOf,
  mindsLabels,
  onlyPatient,
  type PatientSet,
  type Test,
} from '../../fhir/access.ts';
import { compartmentParameters } from '../../fhir/compartment.ts';
import { resourceTypes } from '../../fhir/elements.ts';
import { sensitivityOf } from '../../fhir/sensitivity.ts';
import { paramTest } from '../criterion/type.ts';
import type { Registry } from '../registry.ts';
import { callers } from './caller.ts';
import { criteriaProblem, criteriaSql, matchesCriteria, readCriteria, systemsIn } from './criteria.ts';
import { labelSql, unlabelledSql } from './labels.ts';
import { inSetsSql, onePatient, openedSql, type PatientsContext } from './patients.ts';

export interface VisibilitiesDependencies {
  sql: Sql;
  registry: Registry;
  systems: Systems;
  ridOf: RidOf;
  typeId: (type: string) => number;
  base: string;
  now: () => Date;
  /** Patients in whose compartments a resource lies. */
  compartmentsOf: (resource: Resource) => ReadonlySet<Rid>;
}

/** Types that have the same conditions. */
interface Group {
  types: string[];
  limits: readonly Limit[];
  labels: boolean;
}

export class Visibilities {
  readonly #deps: VisibilitiesDependencies;
  /** Made once for a caller, letter and list of types. */
  readonly #made = new WeakMap<Access, Map<string, Visibility>>();
  readonly #callers: (access: Access) => string;

  constructor(deps: VisibilitiesDependencies) {
    this.#deps = deps;
    this.#callers = callers(deps);
  }

  #context(access: Access, statement: Statement): PatientsContext {
    return {
      registry: this.#deps.registry,
      ridOf: this.#deps.ridOf,
      statement,
      caller: () => `${statement.add(this.#callers(access), 'text')}::jsonb`,
    };
  }

  /**
   * What the caller may see of some types. The statement says beside it which types it reads, unless it reads all.
   * @param letter what the caller wants to do
   */
  of(access: Access, letter: Letter, types: readonly string[] = ALL_TYPES): Visibility {
    const made = this.#made.get(access) ?? new Map<string, Visibility>();
    this.#made.set(access, made);
    const key = `${letter}${this.#deps.registry.generation()}${types === ALL_TYPES ? '*' : types.join()}`;
    const known = made.get(key);
    if (known) return known;
    const visibility = this.#compiled(access, groupsOf(access, letter, types), types);
    if (made.size >= REMEMBERED) made.clear();
    made.set(key, visibility);
    return visibility;
  }

  /** The charts that limits confine to, as a condition on resources of types that lie in charts. */
  charts(access: Access, limits: readonly Limit[], types: readonly string[]): Visibility {
    return this.#compiled(access, [{ types: [...types], limits, labels: false }], types);
  }

  /** Whether the caller sees resources that are like one, of some patient: nothing but its content is judged. */
  showsSuch(access: Access, letter: Letter, sample: Resource): boolean {
    const passes = (test: Test) =>
      test.kind !== 'criteria' || matchesCriteria(sample, test.criteria, this.#deps);
    const limits = limitsOf(access, sample.resourceType, letter);
    return limits?.every((limit) => limit.some((tests) => tests.every(passes))) ?? false;
  }

  /** What keeps search parameters from being a condition of access: one sentence, or undefined. @param type or `*` */
  criteriaProblem = (type: string, criteria: string): string | undefined =>
    criteriaProblem(type, criteria, this.#deps);

  /** Finds out what the SQL of a caller's conditions needs; once for each Access, before its first use. */
  async prepare(access: Access): Promise<void> {
    const { registry, systems } = this.#deps;
    const conditions = access.scopes.map(({ type, criteria }) => ({ types: [type], criteria }));
    if (access.policy !== 'unlimited')
      conditions.push(...access.policy.rules.map(({ types, criteria }) => ({ types: [...types], criteria })));
    const urls = conditions.flatMap(({ types, criteria }) => {
      const asked = criteria && criteriaOf(access, criteria);
      return asked ? types.flatMap((type) => systemsIn(type, asked, registry)) : [];
    });
    if (urls.length) await systems.intern(urls);
  }

  #compiled(access: Access, groups: readonly Group[], types: readonly string[]): Visibility {
    const { typeId } = this.#deps;
    const seen = groups.flatMap((group) => group.types);
    const chart = this.#chart(access, groups);
    return {
      types: types === ALL_TYPES && seen.length === types.length ? undefined : seen.map(typeId),
      whole: seen.length === types.length && groups.every(isOpen),
      ...(chart && { chart }),
      byLabels: seen.length === types.length && groups.every(({ limits }) => limits.length === 0),
      sql: this.#condition(access, groups, types),
    };
  }

  /** The groups that are confined to one patient's chart. */
  #chart(access: Access, groups: readonly Group[]): Visibility['chart'] {
    const { typeId, ridOf } = this.#deps;
    const inside = groups.filter(({ limits }) => onlyPatient(limits) !== undefined);
    if (!inside.length) return undefined;
    const patient = onlyPatient(inside[0]!.limits)!;
    const types = inside.flatMap((group) => group.types);
    const beside = inside.map((group) => ({
      ...group,
      limits: group.limits.filter((limit) => !isChartOnly(limit, patient)),
    }));
    const sql = this.#condition(access, beside, types);
    return { patient: ridOf(`Patient/${patient}`), types: types.map(typeId), sql };
  }

  #condition(access: Access, groups: readonly Group[], types: readonly string[]): Condition {
    const seen = groups.reduce((sum, group) => sum + group.types.length, 0);
    if (seen === types.length && groups.every(isOpen)) return () => undefined;
    const beside = groups.length === 1 && seen === types.length;
    return (alias, statement) => {
      const tests = groups.map((group) => this.#groupSql(access, group, alias, statement, beside));
      return tests.length ? `(${tests.join(' or ')})` : 'false';
    };
  }

  #groupSql(access: Access, group: Group, alias: string, statement: Statement, beside: boolean): string {
    const { typeId } = this.#deps;
    const tests = group.limits.map((limit) => this.#limitSql(access, group.types, limit, alias, statement));
    if (group.labels && access.policy !== 'unlimited')
      tests.push(unlabelledSql(alias, this.#context(access, statement)));
    if (!beside) tests.unshift(`${alias}.type = any('${plainArray(group.types.map(typeId))}'::smallint[])`);
    return `(${tests.join(' and ')})`;
  }

  #limitSql(
    access: Access,
    types: readonly string[],
    limit: Limit,
    alias: string,
    statement: Statement,
  ): string {
    const alternatives = limit.map((tests) =>
      tests.map((test) => this.#testSql(access, types, test, alias, statement)).join(' and '),
    );
    return alternatives.length === 1 ? alternatives[0]! : `((${alternatives.join(') or (')}))`;
  }

  #testSql(
    access: Access,
    types: readonly string[],
    test: Test,
    alias: string,
    statement: Statement,
  ): string {
    const { registry, systems, ridOf, typeId, base, now } = this.#deps;
    if (test.kind === 'criteria') {
      const criteria = readCriteria(types, test.criteria, registry);
      const systemOf = (url: string) => systems.known(url);
      return criteriaSql(criteria, alias, statement, {
        ridOf,
        base,
        typeId,
        systemOf,
        now: now(),
      });
    }
    if (types.length === 1 && types[0] === 'Patient')
      return `(${this.#patientsSql(access, test.sets, `${alias}.rid`, statement)})`;
    return `exists (select from index_reference acl_p where acl_p.rid = ${alias}.rid
      and ${chartTest(types, registry)} and (${this.#patientsSql(access, test.sets, 'acl_p.target', statement)}))`;
  }

  #patientsSql(access: Access, sets: readonly PatientSet[], patient: string, statement: Statement): string {
    const context = this.#context(access, statement);
    const inSets = inSetsSql(sets, patient, context);
    return opensCharts(access, sets) ? `${inSets} or ${openedSql(access.subject, patient, context)}` : inSets;
  }

  /**
   * Judges resources by their contents: what is about to be written, and past versions.
   * @param labels whether labels hide (they do from readers; writing sensitive content is no disclosure)
   * @returns by place, whether the caller may
   */
  async permits(
    access: Access,
    letter: Letter,
    resources: readonly Resource[],
    { labels, executor = this.#deps.sql }: { labels: boolean; executor?: Sql | Transaction | undefined },
  ): Promise<boolean[]> {
    const cases = resources.map((resource) => ({
      resource,
      limits: limitsOf(access, resource.resourceType, letter),
      patients: this.#deps.compartmentsOf(resource),
      labels: labels && mindsLabels(access, resource.resourceType) ? sensitivityOf(resource) : [],
    }));
    const reached = await this.#reached(access, cases, executor);
    const shown = await this.#shown(access, cases, executor);
    const passes = (resource: Resource, patients: ReadonlySet<Rid>, test: Test): boolean =>
      test.kind === 'criteria'
        ? matchesCriteria(resource, test.criteria, this.#deps)
        : [...patients].some((patient) => reached(test.sets, patient));
    return cases.map(
      ({ resource, limits, patients, labels: codes }) =>
        (limits?.every((limit) =>
          limit.some((tests) => tests.every((test) => passes(resource, patients, test))),
        ) ??
          false) &&
        codes.every((code) => [...patients].some((patient) => shown(code, patient))),
    );
  }

  /** Which patients are in the sets of the cases' limits: one statement for each list of sets that only the database knows. */
  async #reached(
    access: Access,
    cases: readonly { limits: readonly Limit[] | undefined; patients: ReadonlySet<Rid> }[],
    executor: Sql | Transaction,
  ) {
    const asked = new Map<string, { sets: readonly PatientSet[]; patients: Set<Rid> }>();
    for (const { limits, patients } of cases)
      for (const test of (limits ?? []).flat(2))
        if (test.kind === 'patients' && !onePatient(test.sets)) {
          const key = JSON.stringify(test.sets);
          const entry = asked.get(key) ?? { sets: test.sets, patients: new Set<Rid>() };
          for (const patient of patients) entry.patients.add(patient);
          asked.set(key, entry);
        }
    const found = new Map<string, Set<unknown>>();
    for (const [key, { sets, patients }] of asked) {
      const statement = new Statement();
      const rids = statement.add(plainArray([...patients]), 'bigint[]');
      const rows = await executor.unsafe(
        `select acl_x.rid::text as rid from unnest(${rids}) acl_x(rid) where ${this.#patientsSql(access, sets, 'acl_x.rid', statement)}`,
        statement.values,
        { prepare: true },
      );
      found.set(key, new Set(rows.map(({ rid }) => rid)));
    }
    return (sets: readonly PatientSet[], patient: Rid): boolean => {
      const one = onePatient(sets);
      if (one !== undefined) return patient === this.#deps.ridOf(`Patient/${one}`);
      return found.get(JSON.stringify(sets))?.has(patient) ?? false;
    };
  }

  /** Which labels of which patients are shown to the caller: one statement, when there are any. */
  async #shown(
    access: Access,
    cases: readonly { labels: readonly string[]; patients: ReadonlySet<Rid> }[],
    executor: Sql | Transaction,
  ) {
    const { policy } = access;
    const pairs = cases.flatMap(({ labels, patients }) =>
      labels.flatMap((code) => [...patients].map((patient) => [code, patient] as const)),
    );
    if (!pairs.length || policy === 'unlimited' || policy.labels === 'all') return () => true;
    const statement = new Statement();
    const codes = statement.add(textArray(pairs.map(([code]) => code)), 'text[]');
    const rids = statement.add(plainArray(pairs.map(([, patient]) => patient)), 'bigint[]');
    const rows = await executor.unsafe(
      `select acl_x.code, acl_x.rid::text as rid from unnest(${codes}, ${rids}) acl_x(code, rid)
      where ${labelSql('acl_x.code', 'acl_x.rid', this.#context(access, statement))}`,
      statement.values,
      { prepare: true },
    );
    const found = new Set(rows.map(({ code, rid }) => `${code} ${rid}`));
    return (code: string, patient: Rid): boolean => found.has(`${code} ${patient}`);
  }
}

/** Test of the rows by which resources lie in patients' charts: of one type, those of its own parameters, which are fewer. */
function chartTest(types: readonly string[], registry: Registry): string {
  const codes = types.length === 1 ? (compartmentParameters[types[0]!] ?? []) : [];
  const ids = codes.map((code) => registry.find(types[0]!, code)?.id);
  return ids.length && !ids.includes(undefined)
    ? paramTest('acl_p', ids as number[])
    : paramTest('acl_p', [registry.compartment]);
}

const ALL_TYPES: readonly string[] = [...resourceTypes];
/** Visibilities that are remembered of one caller. */
const REMEMBERED = 200;

const isOpen = ({ limits, labels }: Group): boolean => limits.length === 0 && !labels;

/** Whether a limit asks for nothing but one patient's chart. */
const isChartOnly = (limit: Limit, patient: string): boolean =>
  limit.every(
    ([test, ...more]) => !more.length && test?.kind === 'patients' && onePatient(test.sets) === patient,
  );

/** Whether a chart that was opened in an emergency counts beside these sets: not beside the one that the launch named. */
const opensCharts = ({ policy }: Access, sets: readonly PatientSet[]): boolean =>
  policy !== 'unlimited' && policy.breakGlassMinutes > 0 && sets.some(({ by }) => by === 'assigned');

/** The types that the caller reaches, those with the same conditions together. */
function groupsOf(access: Access, letter: Letter, types: readonly string[]): Group[] {
  const groups = new Map<string, Group>();
  for (const type of types) {
    const limits = limitsOf(access, type, letter);
    if (!limits) continue;
    const labels = mindsLabels(access, type);
    const key = limits.length || labels ? JSON.stringify([limits, labels]) : '';
    // A criterion has other parameters in each type.
    const own = limits.flat(2).some(({ kind }) => kind === 'criteria') ? `${type} ${key}` : key;
    const group = groups.get(own);
    if (group) group.types.push(type);
    else groups.set(own, { types: [type], limits, labels });
  }
  return [...groups.values()];
}
