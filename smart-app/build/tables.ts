// The parts of the server's own tables that the app's forms are checked with, cut out when the app is built.
// https://hl7.org/fhir/R4/validation.html
import { readFileSync } from 'node:fs';
import type { StructureDefinition } from '@medplum/fhirtypes';
import { elementTable } from '../../server/fhir/element-table.ts';
import type { Type } from '../../server/fhir/elements.ts';
import { readR4Definitions } from '../../server/validation/definition/read-r4.ts';
import { type Definitions, loadDefinitions } from '../../server/validation/load.ts';
import { codeTable } from '../../server/validation/profile/value-set.ts';
import type { CodeTable } from '../../server/validation/structure/codes.ts';
import { chooseDefinitions } from './definitions.ts';

/** The resource types that the app writes. */
export const WRITTEN = ['Task', 'DocumentReference', 'QuestionnaireResponse'] as const;

/** What the chunk of the forms imports as `virtual:validation-tables`. */
export interface ValidationTables {
  /** Ours; of other types only names. */
  readonly own: readonly StructureDefinition[];
  /** R4's own that ours name. */
  readonly r4: readonly StructureDefinition[];
  /** Codes of R4's required bindings. */
  readonly codes: CodeTable;
  /** Codes of the value sets of ours. */
  readonly ownCodes: CodeTable;
}

/** All tables of the chunk. */
export interface AppTables {
  readonly validation: ValidationTables;
  readonly elements: Readonly<Record<string, Type>>;
  /** Type -> the constraints of R4. */
  readonly invariants: Readonly<Record<string, unknown>>;
}

const ROOT = new URL('../../', import.meta.url);
const readJson = <T>(path: string): T => JSON.parse(readFileSync(new URL(path, ROOT), 'utf8')) as T;

const pick = <T>(table: Readonly<Record<string, T>>, names: Iterable<string>): Record<string, T> =>
  Object.fromEntries(
    [...names].flatMap((name) => (Object.hasOwn(table, name) ? [[name, table[name]!]] : [])),
  );

/** The types that values of the types are made of, and those that they specialise. */
function typesWithin(starts: readonly string[]): Set<string> {
  const within = new Set(starts);
  for (const name of within) {
    const { base, elements } = elementTable[name]!;
    if (base) within.add(base);
    for (const { types } of Object.values(elements))
      for (const type of types) if (Object.hasOwn(elementTable, type)) within.add(type);
  }
  return within;
}

/** The elements of the types; other resource types have their names only, which references may lead to. */
function elementsOf(within: ReadonlySet<string>): Record<string, Type> {
  return Object.fromEntries(
    Object.entries(elementTable).flatMap(([name, type]): [string, Type][] => {
      if (!within.has(name)) return type.kind === 'resource' ? [[name, { ...type, elements: {} }]] : [];
      const elements = Object.entries(type.elements).map(([key, { summary: _, ...element }]) => [
        key,
        element,
      ]);
      return [[name, { ...type, elements: Object.fromEntries(elements) }]];
    }),
  );
}

const withoutVersion = (canonical: string) => canonical.split('|')[0]!;

/** The value sets that the definitions bind to, or ask about in an expression. */
function valueSetsIn(definitions: readonly StructureDefinition[], { valueSets }: Definitions): Set<string> {
  const text = JSON.stringify(definitions);
  const bound = definitions.flatMap(({ snapshot }) =>
    (snapshot?.element ?? []).flatMap(({ binding }) => binding?.valueSet ?? []),
  );
  const asked = valueSets.flatMap(({ url }) => (url && text.includes(url) ? [url] : []));
  return new Set([...bound.map(withoutVersion), ...asked]);
}

/** Cuts the tables; reads the server's files anew. */
export function readAppTables(): AppTables {
  const definitions = loadDefinitions(new URL('profiles/definitions/', ROOT));
  const chosen = chooseDefinitions(definitions.definitions, new Set<string>(WRITTEN), readR4Definitions());
  const elements = elementsOf(typesWithin(WRITTEN));
  const bound = valueSetsIn([...chosen.own, ...chosen.r4], definitions);
  const required = Object.values(elements).flatMap((type) =>
    Object.values(type.elements).flatMap((element) => element.required ?? []),
  );
  return {
    elements,
    invariants: pick(
      readJson<Record<string, unknown>>('server/fhir/r4/invariants.json'),
      typesWithin(WRITTEN),
    ),
    validation: {
      ...chosen,
      codes: pick(readJson<CodeTable>('server/fhir/r4/codes.json'), new Set([...required, ...bound])),
      ownCodes: pick(codeTable(definitions.valueSets, definitions.codeSystems), bound),
    },
  };
}
