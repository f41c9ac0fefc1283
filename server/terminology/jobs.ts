// Imports of code systems as jobs: what is asked for is kept at once, and loaded by whichever process has time.
// https://hl7.org/fhir/R4/async.html
import type { CodeSystem, ParametersParameter } from '@medplum/fhirtypes';
import type { Sql, Transaction } from '../db/pool.ts';
import { issue, unprocessable } from '../fhir/errors.ts';
import { type ImportInput, type ImportRun, keepImport, runImport } from './import.ts';
import { addition, type ImportSource, wholeCodeSystem } from './import-source.ts';
import type { Published } from './published.ts';
import { hasContent } from './sources.ts';

export const IMPORT = 'terminology-import';

/** How far an import is. */
export interface ImportStatus {
  readonly kind: string;
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly error: string | null;
}

/** The jobs of this process, as far as imports need them. */
export interface ImportJobs {
  add(kind: string, input: unknown, options: { executor: Transaction }): Promise<string>;
  find(id: string): Promise<ImportStatus | undefined>;
  wake(): void;
}

/** Kinds of jobs for the table of those that a process runs. */
export const importKinds = (sql: Sql): Record<string, (run: ImportRun) => Promise<void>> => ({
  [IMPORT]: (run) => runImport(sql, run),
});

/** The job, and how many concepts and properties it was given. */
export interface Begun {
  readonly job: string;
  readonly concepts: number;
}

export interface Imports {
  /** Begins to load a whole CodeSystem; concepts that it no longer has are taken away. @throws FhirError 400, 422 */
  codeSystem(codeSystem: CodeSystem): Promise<Begun>;
  /** Begins to add concepts and properties to a code system. @throws FhirError 400, 422 */
  additions(parameters: readonly ParametersParameter[]): Promise<Begun>;
  find(job: string): Promise<ImportStatus | undefined>;
}

interface ImportDependencies {
  sql: Sql;
  jobs: ImportJobs;
  published: Pick<Published, 'r4'>;
  newId: () => string;
}

/** Makes what begins imports and tells of them. */
export function createImports({ sql, jobs, published, newId }: ImportDependencies): Imports {
  const start = async ({ header, entries, replaces }: ImportSource): Promise<Begun> => {
    const r4 = published.r4('CodeSystem', header.url);
    if (r4 && hasContent(r4))
      throw unprocessable([
        issue(
          'business-rule',
          `${header.url} is defined by R4 and is here already. Load a code system of another URL.`,
        ),
      ]);
    const id = newId();
    const begun = await sql.begin(async (transaction) => {
      const own = transaction as Transaction;
      const { system, concepts } = await keepImport(own, id, header, entries, replaces);
      const input: ImportInput = { import: id, system, replaces };
      return { job: await jobs.add(IMPORT, input, { executor: own }), concepts };
    });
    jobs.wake();
    return begun as Begun;
  };
  return {
    codeSystem: async (codeSystem) => start(wholeCodeSystem(codeSystem)),
    additions: async (parameters) => start(addition(parameters)),
    async find(id) {
      const job = await jobs.find(id);
      return job?.kind === IMPORT ? job : undefined;
    },
  };
}
