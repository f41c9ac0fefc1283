// Every search parameter type on real charts: searches made from their values, against an oracle of plain loops that knows
// nothing of our search. https://hl7.org/fhir/R4/search.html
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle } from '@medplum/fhirtypes';
import t, { type Test } from 'tap';
import { run } from '../helpers/process.ts';
import { type Ask, asking, startServer } from '../helpers/server.ts';

const ARCHIVE = fileURLToPath(new URL('../../../../shared/data/synthea-32-bundles.tar.gz', import.meta.url));
const skip = existsSync(ARCHIVE) ? false : 'the archive of Synthea bundles is not beside the project';

// biome-ignore lint/suspicious/noExplicitAny: the oracle looks into any resource
type Any = Record<string, any>;
type Holds = (resource: Any) => boolean;
type Case = readonly [query: string, holds: Holds];
/** A parameter: its code and the elements that it reads, as paths with dots. */
type Param = readonly [
  code: string,
  kind: 'token' | 'string' | 'date' | 'quantity' | 'reference',
  ...paths: string[],
];

const PARAMS: Readonly<Record<string, readonly Param[]>> = {
  Patient: [
    ['gender', 'token', 'gender'],
    ['identifier', 'token', 'identifier'],
    ['birthdate', 'date', 'birthDate'],
    ['family', 'string', 'name.family'],
    ['name', 'string', 'name.family', 'name.given', 'name.prefix', 'name.suffix', 'name.text'],
    ['address-city', 'string', 'address.city'],
  ],
  Encounter: [
    ['class', 'token', 'class'],
    ['type', 'token', 'type'],
    ['date', 'date', 'period'],
    ['participant', 'reference', 'participant.individual'],
  ],
  Condition: [
    ['code', 'token', 'code'],
    ['onset-date', 'date', 'onsetDateTime'],
    ['abatement-date', 'date', 'abatementDateTime'],
    ['subject', 'reference', 'subject'],
  ],
  Observation: [
    ['category', 'token', 'category'],
    ['combo-code', 'token', 'code', 'component.code'],
    ['date', 'date', 'effectiveDateTime'],
    ['value-quantity', 'quantity', 'valueQuantity'],
    ['combo-value-quantity', 'quantity', 'valueQuantity', 'component.valueQuantity'],
    ['value-string', 'string', 'valueString', 'valueCodeableConcept.text'],
    ['encounter', 'reference', 'encounter'],
  ],
  Procedure: [
    ['code', 'token', 'code'],
    ['date', 'date', 'performedPeriod'],
    ['reason-reference', 'reference', 'reasonReference'],
  ],
  MedicationRequest: [
    ['code', 'token', 'medicationCodeableConcept'],
    ['requester', 'reference', 'requester'],
  ],
  Organization: [['name', 'string', 'name']],
  DiagnosticReport: [
    ['issued', 'date', 'issued'],
    ['result', 'reference', 'result'],
  ],
  CarePlan: [
    ['category', 'token', 'category'],
    ['care-team', 'reference', 'careTeam'],
  ],
};

const at = (resource: Any, paths: readonly string[]): Any[] =>
  paths.flatMap((path) =>
    path.split('.').reduce<Any[]>((found, name) => found.flatMap((one) => one[name] ?? []), [resource]),
  );
const escaped = (text: string): string => encodeURIComponent(text.replace(/[\\,|$]/g, '\\$&'));
/** Some of the values, from all over the list. */
const sample = <T>(values: readonly T[], count: number): T[] =>
  Array.from(
    { length: Math.min(count, values.length) },
    (_, n) => values[Math.floor((n * values.length) / count)]!,
  );

const codings = (value: Any): Any[] => {
  if (typeof value !== 'object') return [{ code: String(value) }];
  return value.coding ?? [{ system: value.system, code: value.code ?? value.value }];
};
function tokenCases(code: string, paths: readonly string[], values: readonly Any[]): Case[] {
  const has =
    (test: (coding: Any) => boolean): Holds =>
    (resource) =>
      at(resource, paths).flatMap(codings).some(test);
  const all = values.flatMap(codings).filter((coding) => coding.code);
  return sample(all, 2).flatMap((one, n): Case[] => {
    const other = all[all.length - 1 - n]!;
    const same = has((coding) => coding.code === one.code);
    const either = has((coding) => coding.code === one.code || coding.code === other.code);
    return [
      [`${code}=${escaped(one.code)}`, same],
      [`${code}:not=${escaped(one.code)}`, (resource) => !same(resource)],
      [`${code}=${escaped(one.code)},${escaped(other.code)}`, either],
      [`${code}:not=${escaped(one.code)},${escaped(other.code)}`, (resource) => !either(resource)],
      ...(one.system
        ? ([
            [
              `${code}=${escaped(one.system)}|${escaped(one.code)}`,
              has((coding) => coding.code === one.code && coding.system === one.system),
            ],
            [`${code}=${escaped(one.system)}|`, has((coding) => coding.system === one.system)],
            [`${code}=urn:nobody|${escaped(one.code)}`, () => false],
          ] as const)
        : []),
    ];
  });
}

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
function stringCases(code: string, paths: readonly string[], values: readonly Any[]): Case[] {
  const has =
    (test: (text: string) => boolean): Holds =>
    (resource) =>
      at(resource, paths).map(String).some(test);
  return sample(values.map(String), 3).flatMap((text): Case[] => {
    const [head, middle] = [folded(text.slice(0, 3)).trim(), folded(text.slice(2, 5)).trim() || 'a'];
    return [
      [`${code}=${escaped(head.toUpperCase())}`, has((one) => folded(one).startsWith(head))],
      [`${code}:exact=${escaped(text)}`, has((one) => one === text)],
      [`${code}:exact=${escaped(text.toUpperCase())}`, has((one) => one === text.toUpperCase())],
      [`${code}:contains=${escaped(middle)}`, has((one) => folded(one).includes(middle))],
    ];
  });
}

type Range = readonly [from: number, to: number];
/** Milliseconds from the beginning to the end, exclusive, of what a date stands for. */
function rangeOf(date: string): Range {
  const from = Date.parse(date);
  const [year, month] = date.split('-').map(Number) as [number, number];
  if (date.length === 4) return [from, Date.UTC(year + 1, 0)];
  if (date.length === 7) return [from, Date.UTC(year, month)];
  if (date.length === 10) return [from, from + 86_400_000];
  return [from, from + (/:\d\d\.\d/.test(date) ? 1 : 1000)];
}
const whole = (value: Any): Range =>
  typeof value === 'string'
    ? rangeOf(value)
    : [rangeOf(value.start)[0], value.end ? rangeOf(value.end)[1] : Infinity];
const within = ([from, to]: Range, [low, high]: Range): boolean => from >= low && to <= high;
const DATES: Readonly<Record<string, (target: Range, value: Range) => boolean>> = {
  '': within,
  eq: within,
  ne: (target, value) => !within(target, value),
  gt: ([, to], [, high]) => to > high,
  lt: ([from], [low]) => from < low,
  ge: (target, value) => target[1] > value[1] || within(target, value),
  le: (target, value) => target[0] < value[0] || within(target, value),
  sa: ([from], [, high]) => from >= high,
  eb: ([, to], [low]) => to <= low,
};
function dateCases(code: string, paths: readonly string[], values: readonly Any[]): Case[] {
  const starts = values.map((value): string => (typeof value === 'string' ? value : value.start));
  return [4, 7, 10, 20].flatMap((length, n) => {
    const instant = new Date(sample(starts, 5)[n] ?? starts[0]!).toISOString();
    const date = length === 20 ? `${instant.slice(0, 19)}Z` : instant.slice(0, length);
    return Object.entries(DATES).map(
      ([prefix, compare]): Case => [
        `${code}=${prefix}${date}`,
        (resource) => at(resource, paths).some((value) => compare(whole(value), rangeOf(date))),
      ],
    );
  });
}

type Compare = (value: number, searched: number, margin: number) => boolean;
const near: Compare = (value, searched, margin) => value >= searched - margin && value < searched + margin;
const NUMBERS: Readonly<Record<string, Compare>> = {
  '': near,
  ne: (...all) => !near(...all),
  gt: (value, searched) => value > searched,
  le: (value, searched) => value <= searched,
  sa: (value, searched) => value > searched,
  eb: (value, searched) => value < searched,
};
function quantityCases(code: string, paths: readonly string[], values: readonly Any[]): Case[] {
  return sample(values, 3).flatMap(({ value, unit }, n) => {
    const text = Number(value).toFixed(n % 3);
    const margin = 0.5 * 10 ** -(n % 3);
    const has =
      (compare: Compare, only?: string): Holds =>
      (resource) =>
        at(resource, paths).some(
          (one) =>
            (!only || one.unit === only || one.code === only) && compare(one.value, Number(text), margin),
        );
    return Object.entries(NUMBERS).flatMap(([prefix, compare]): Case[] => [
      [`${code}=${prefix}${text}`, has(compare)],
      ...(prefix === 'ne'
        ? []
        : ([[`${code}=${prefix}${text}||${escaped(unit)}`, has(compare, unit)]] as const)),
    ]);
  });
}

function referenceCases(
  code: string,
  paths: readonly string[],
  values: readonly Any[],
  charts: Charts,
): Case[] {
  return sample(values, 2).flatMap(({ reference }, n): Case[] => {
    const target = charts.named(reference)!;
    const [type, id] = [target.resourceType as string, target.id as string];
    const other = charts.named(values[values.length - 1 - n]!.reference)!;
    const has =
      (...ids: string[]): Holds =>
      (resource) =>
        at(resource, paths).some((one) => ids.includes(charts.named(one.reference)?.id));
    return [
      [`${code}=${type}/${id}`, has(id)],
      [`${code}=${id}`, has(id)],
      [`${code}:${type}=${id}`, has(id)],
      [`${code}=${type}/${id},${other.resourceType}/${other.id}`, has(id, other.id)],
      [`${code}:${type}._id=${id}`, has(id)],
    ];
  });
}

/** All resources of the files. */
class Charts {
  readonly #byId: ReadonlyMap<string, Any>;
  readonly byType: ReadonlyMap<string, Any[]>;

  constructor(resources: readonly Any[]) {
    this.#byId = new Map(resources.map((resource) => [resource.id, resource]));
    this.byType = Map.groupBy(this.#byId.values(), ({ resourceType }) => resourceType as string);
  }

  /** The resource that a `urn:uuid:` reference names. */
  named = (reference: string): Any | undefined => this.#byId.get(reference.replace('urn:uuid:', ''));
}

const MAKERS = { token: tokenCases, string: stringCases, date: dateCases, quantity: quantityCases } as const;
function casesOf(type: string, [code, kind, ...paths]: Param, charts: Charts): Case[] {
  const values = charts.byType.get(type)!.flatMap((resource) => at(resource, paths));
  const present: Holds = (resource) => at(resource, paths).length > 0;
  return [
    [`${code}:missing=false`, present],
    [`${code}:missing=true`, (resource) => !present(resource)],
    ...(kind === 'reference'
      ? referenceCases(code, paths, values, charts)
      : MAKERS[kind](code, paths, values)),
  ];
}

/** Matches that are only counted: reading them all would take most of the time. */
const MANY = 1_000;

/** Ids of all matches, over all pages. */
async function found(ask: Ask, path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = `/${path}&_count=1000&_elements=id`; next; ) {
    const { status, body } = await ask('GET', next);
    if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body.issue)}`);
    ids.push(...(body.entry ?? []).map(({ resource }: Any) => resource.id));
    const link = (body as Bundle).link?.find(({ relation }) => relation === 'next')?.url;
    next = link?.slice(link.indexOf('/fhir/') + 5);
  }
  return ids;
}

async function load(t: Test): Promise<{ ask: Ask; charts: Charts }> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-synthea-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('tar', ['xzf', ARCHIVE, '-C', folder]);
  const resources = readdirSync(folder).flatMap((name) =>
    (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bundle).entry!.map(
      ({ resource }) => resource as Any,
    ),
  );
  const server = await startServer(t, { env: { DB_CONNECTIONS: '4' } });
  const { ended, said } = run(t, 'scripts/import.ts', [folder], {
    DATABASE_URL: server.databaseUrl,
    DATA_DIR: folder,
  });
  t.equal(await ended, 0, said.err);
  return { ask: asking(server), charts: new Charts(resources) };
}

t.test('Searches made from the values of charts find what plain loops find', { skip }, async (t) => {
  const { ask, charts } = await load(t);
  let [asked, nonempty] = [0, 0];
  for (const [type, params] of Object.entries(PARAMS)) {
    await t.test(type, async (t) => {
      for (const [query, holds] of new Map(params.flatMap((param) => casesOf(type, param, charts)))) {
        const expected = charts.byType
          .get(type)!
          .filter(holds)
          .map(({ id }) => id as string);
        asked++;
        if (expected.length) nonempty++;
        if (expected.length > MANY) {
          const { body } = await ask('GET', `/${type}?${query}&_summary=count`);
          t.equal(body.total, expected.length, `${type}?${query}`);
          continue;
        }
        const ids = await found(ask, `${type}?${query}`);
        t.equal(ids.sort().join(), expected.sort().join(), `${type}?${query} finds ${expected.length}`);
      }
    });
  }
  t.ok(asked > 300 && nonempty > asked * 0.6, `${asked} searches, ${nonempty} of them found something`);
});
