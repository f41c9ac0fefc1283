// Criteria of every kind, alone and together, find exactly what reading every resource finds.
// https://hl7.org/fhir/R4/search.html#combining
import type { Observation, Patient, Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import {
  dateTime,
  type Interval,
  intervalOf,
  matchesDate,
  partialDate,
  period,
  periodOf,
  searchText,
} from './date-model.ts';
import { type Draft, openStorage, type Storage } from './storage.ts';

/** A criterion and what it means. */
type Criterion<T> = readonly [name: string, value: string, matches: (resource: T) => boolean];
const one = <T>(...values: T[]) => fc.constantFrom(...values);
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

interface Token {
  system?: string | undefined;
  code?: string | undefined;
}
const systems = ['https://a.example', 'https://b.example', undefined] as const;
const codes = ['x', 'X', 'y', '5.1.1', 'y,z', 'y|z'] as const;
const coding = fc.record({ system: one(...systems), code: one(...codes) });
const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&');

/** `code`, `system|code`, `|code`, `system|`, several with commas; with and without `:not`. */
function tokens<T>(code: string, valuesOf: (resource: T) => Token[]): fc.Arbitrary<Criterion<T>> {
  const shapes: Record<string, (token: Token) => [string, (value: Token) => boolean]> = {
    code: ({ code }) => [escaped(code!), (value) => value.code === code],
    both: ({ system = '', code }) => [
      `${system}|${escaped(code!)}`,
      (value) => value.code === code && (value.system ?? '') === system,
    ],
    system: ({ system = 'https://a.example' }) => [`${system}|`, (value) => value.system === system],
  };
  const value = fc.tuple(one(...Object.values(shapes)), coding).map(([shape, token]) => shape(token));
  return fc
    .tuple(fc.array(value, { minLength: 1, maxLength: 3 }), fc.boolean())
    .map(([tests, not]): Criterion<T> => {
      const any = (resource: T) => valuesOf(resource).some((found) => tests.some(([, test]) => test(found)));
      return [
        not ? `${code}:not` : code,
        tests.map(([text]) => text).join(','),
        (resource) => any(resource) !== not,
      ];
    });
}

/** Elements of type code, whose system is implied. */
const codeElement = <T>(
  code: string,
  values: readonly string[],
  readValue: (resource: T) => string | undefined,
): fc.Arbitrary<Criterion<T>> =>
  fc
    .tuple(fc.subarray([...values], { minLength: 1 }), fc.boolean())
    .map(
      ([asked, not]): Criterion<T> => [
        not ? `${code}:not` : code,
        asked.join(','),
        (resource) => asked.includes(readValue(resource) ?? '') !== not,
      ],
    );

const words = ['Ana', 'ana', 'Änne', 'Anneke', 'an%', 'a_n', 'An Na', 'na', 'a,n', 'Zoë'] as const;
const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const strings = <T>(code: string, textsOf: (resource: T) => string[]): fc.Arbitrary<Criterion<T>> =>
  fc
    .tuple(one('', ':exact', ':contains'), fc.array(one(...words), { minLength: 1, maxLength: 2 }))
    .map(([modifier, texts]): Criterion<T> => {
      const test = (found: string, text: string) =>
        modifier === ':exact'
          ? found === text
          : modifier
            ? fold(found).includes(fold(text))
            : fold(found).startsWith(fold(text));
      return [
        `${code}${modifier}`,
        texts.map(escaped).join(','),
        (resource) => textsOf(resource).some((found) => texts.some((text) => test(found, text))),
      ];
    });

const dates = <T>(code: string, intervalsOf: (resource: T) => Interval[]): fc.Arbitrary<Criterion<T>> =>
  fc
    .array(searchText, { minLength: 1, maxLength: 2 })
    .map(
      (texts): Criterion<T> => [
        code,
        texts.join(','),
        (resource) =>
          intervalsOf(resource).some((interval) => texts.some((text) => matchesDate(interval, text))),
      ],
    );

const patients = ['Patient/1', 'Patient/2', 'Patient/3', 'Group/1'] as const;
const references = <T>(code: string, referencesOf: (resource: T) => string[]): fc.Arbitrary<Criterion<T>> =>
  fc
    .array(one(...patients, '1', '2'), { minLength: 1, maxLength: 2 })
    .map(
      (asked): Criterion<T> => [
        code,
        asked.join(','),
        (resource) =>
          referencesOf(resource).some((found) =>
            asked.some((text) => (text.includes('/') ? found === text : found.endsWith(`/${text}`))),
          ),
      ],
    );

const uris = ['https://p.example/1', 'https://p.example/2', 'https://p.example'] as const;
const uri = <T>(code: string, urisOf: (resource: T) => string[]): fc.Arbitrary<Criterion<T>> =>
  fc
    .subarray([...uris], { minLength: 1 })
    .map(
      (asked): Criterion<T> => [
        code,
        asked.join(','),
        (resource) => urisOf(resource).some((found) => asked.includes(found as (typeof uris)[number])),
      ],
    );

const missing = <T>(code: string, has: (resource: T) => boolean): fc.Arbitrary<Criterion<T>> =>
  fc
    .boolean()
    .map((asked): Criterion<T> => [`${code}:missing`, String(asked), (resource) => has(resource) !== asked]);

const ids = <T extends { id?: string }>(type: string): fc.Arbitrary<Criterion<T>> =>
  fc.array(fc.nat(79), { minLength: 1, maxLength: 30 }).map((asked): Criterion<T> => {
    const list = asked.map((n) => `${type}-${n}`);
    return ['_id', list.join(','), ({ id }) => list.includes(id!)];
  });

const codingsOf = (concept: { coding?: Token[] } | undefined): Token[] => concept?.coding ?? [];
const concept = fc.array(coding, { minLength: 1, maxLength: 2 }).map((codings) => ({ coding: codings }));
const meta = fc.record({
  profile: some(fc.subarray([...uris], { minLength: 1 })),
  tag: some(fc.array(coding, { minLength: 1, maxLength: 2 })),
});
const reference = one(...patients).map((text) => ({ reference: text }));
const statuses = ['requested', 'accepted', 'completed'] as const;

const task = {
  resource: fc.record({
    meta,
    status: one(...statuses),
    code: some(concept),
    for: some(reference),
    authoredOn: some(dateTime),
    executionPeriod: some(period),
  }),
  criteria: fc.oneof<fc.Arbitrary<Criterion<Task>>[]>(
    ids('Task'),
    codeElement('status', statuses, ({ status }) => status),
    tokens('code', ({ code }) => codingsOf(code)),
    tokens('_tag', (resource) => resource.meta?.tag ?? []),
    references('subject', (resource) => [resource.for?.reference ?? []].flat()),
    dates('authored-on', ({ authoredOn }) => (authoredOn ? [intervalOf(authoredOn)] : [])),
    dates('period', ({ executionPeriod }) => (executionPeriod ? [periodOf(executionPeriod)] : [])),
    uri('_profile', (resource) => resource.meta?.profile ?? []),
    missing('code', ({ code }) => code !== undefined),
    missing('period', ({ executionPeriod }) => executionPeriod !== undefined),
  ),
};
const patient = {
  resource: fc.record({
    name: some(
      fc.array(
        fc.record({
          family: some(one(...words)),
          given: some(fc.array(one(...words), { minLength: 1, maxLength: 2 })),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    ),
    gender: some(one('female', 'male')),
    birthDate: some(partialDate),
    active: some(fc.boolean()),
    identifier: some(
      fc.array(
        coding.map(({ system, code }) => ({ system, value: code })),
        { minLength: 1, maxLength: 2 },
      ),
    ),
  }),
  criteria: fc.oneof<fc.Arbitrary<Criterion<Patient>>[]>(
    strings('family', ({ name }) => (name ?? []).flatMap(({ family }) => family ?? [])),
    strings('name', ({ name }) =>
      (name ?? []).flatMap(({ family, given }) => [family ?? [], given ?? []].flat()),
    ),
    codeElement('gender', ['female', 'male'], ({ gender }) => gender),
    codeElement('active', ['true', 'false'], ({ active }) => active?.toString()),
    dates('birthdate', ({ birthDate }) => (birthDate ? [intervalOf(birthDate)] : [])),
    tokens('identifier', ({ identifier }) =>
      (identifier ?? []).map(({ system, value }) => ({ system, code: value })),
    ),
    missing('name', ({ name }) => name?.some(({ family, given }) => family || given) ?? false),
  ),
};
const observation = {
  resource: fc.record({
    status: one('final', 'amended'),
    code: concept,
    category: some(fc.array(concept, { minLength: 1, maxLength: 2 })),
    subject: some(reference),
    effectiveDateTime: some(dateTime),
    performer: some(
      fc.array(
        one('Patient/1', 'Patient/2', 'Patient/3').map((text) => ({ reference: text })),
        { minLength: 1, maxLength: 2 },
      ),
    ),
  }),
  criteria: fc.oneof<fc.Arbitrary<Criterion<Observation>>[]>(
    codeElement('status', ['final', 'amended'], ({ status }) => status),
    tokens('code', ({ code }) => codingsOf(code)),
    tokens('category', ({ category }) => (category ?? []).flatMap(codingsOf)),
    references('subject', ({ subject }) => [subject?.reference ?? []].flat()),
    references('performer', ({ performer }) => (performer ?? []).flatMap((each) => each.reference ?? [])),
    dates('date', ({ effectiveDateTime }) => (effectiveDateTime ? [intervalOf(effectiveDateTime)] : [])),
    missing('category', ({ category }) => category !== undefined),
  ),
};

async function load(s: Storage, type: string, resource: fc.Arbitrary<object>): Promise<Draft[]> {
  const drafts = fc
    .sample(resource, { numRuns: 80, seed: 42 })
    .map((body, n): Draft => JSON.parse(JSON.stringify({ resourceType: type, id: `${type}-${n}`, ...body })));
  for (let n = 0; n < drafts.length; n += 10) await s.save(drafts.slice(n, n + 10));
  return drafts;
}

for (const [type, { resource, criteria }] of Object.entries({
  Task: task,
  Patient: patient,
  Observation: observation,
})) {
  t.test(`Searches of ${type} by one to four criteria find what reading every ${type} finds`, async (t) => {
    const s = await openStorage(t);
    const drafts = await load(s, type, resource);
    const some = fc.array(criteria as fc.Arbitrary<Criterion<unknown>>, { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(some, one('', '_lastUpdated', '_id', '-_id'), async (list, sort) => {
      const parameters = new URLSearchParams([
        ...list.map(([name, value]): [string, string] => [name, value]),
        ...(sort ? [['_sort', sort] as [string, string]] : []),
      ]);
      const expected = drafts
        .filter((draft) => list.every(([, , matches]) => matches(draft)))
        .map(({ id }) => id);
      t.same(
        (await s.find(type, `${parameters}&_count=7`)).sort(),
        expected.sort(),
        `${type}?${decodeURIComponent(String(parameters))}`,
      );
      t.equal(
        (await s.page(type, `${parameters}&_total=accurate`)).total,
        expected.length,
        'and counts as many',
      );
    });
    await fc.assert(property, { numRuns: 250, seed: 7, endOnFailure: true });
  });
}
