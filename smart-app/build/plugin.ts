// Puts the parts of the server's tables that the app needs in the place of the files that read them whole.
// https://rolldown.rs/apis/plugin-api
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { type AppTables, readAppTables } from './tables.ts';

const VIRTUAL = 'virtual:validation-tables';

const pathOf = (path: string) => fileURLToPath(new URL(`../../server/${path}`, import.meta.url));

/** A value as text that a browser parses faster than the same value as code. */
const parsed = (value: unknown): string => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;

const tablesModule = ({ validation }: AppTables): string =>
  Object.entries(validation)
    .map(([name, value]) => `export const ${name} = ${parsed(value)};`)
    .join('\n');

/** Module id -> its text. */
const MODULES: Readonly<Record<string, (tables: AppTables) => string>> = {
  // What the server ends after a time runs in the browser of whoever asked for it.
  [pathOf('fhir/path/limited.ts')]: () => 'export const limited = (work) => work();',
  // Units are compared by the server alone: their tables are larger than the app.
  [pathOf('fhir/ucum.ts')]: () =>
    "export const UCUM = 'http://unitsofmeasure.org'; export const canonicalUnit = () => undefined;",
  [pathOf('fhir/element-table.ts')]: ({ elements }) => `export const elementTable = ${parsed(elements)};`,
  [pathOf('fhir/r4/invariants.json')]: ({ invariants }) => JSON.stringify(invariants),
  [`\0${VIRTUAL}`]: tablesModule,
};

/** The tables are cut once a build. */
export function validationTables(): Plugin {
  let tables: AppTables | undefined;
  return {
    name: 'validation-tables',
    enforce: 'pre',
    buildStart: () => {
      tables = undefined;
    },
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load: (id) => {
      tables ??= Object.hasOwn(MODULES, id) ? readAppTables() : undefined;
      return MODULES[id]?.(tables!);
    },
  };
}
