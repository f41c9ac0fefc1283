// Small resources and the common assertions of the REST tests.
import type { Patient, Task } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { openPool, type Sql } from '../../db/pool.ts';
import type { Answer } from '../helpers/server.ts';

export const MRN = 'http://hospital.example/mrn';

/** A patient with an identifier, so that criteria can find it. */
export const patient = (mrn: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  identifier: [{ system: MRN, value: mrn }],
  name: [{ family: 'Example' }],
  ...more,
});

/** A task of no family of ours about a patient. */
export const task = (patientId: string, more: Partial<Task> = {}): Task => ({
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  for: { reference: `Patient/${patientId}` },
  ...more,
});

/** What an outcome has to say. */
export interface Expected {
  status: number;
  code: string;
  says: RegExp;
  expression?: string[] | undefined;
}

/** Asserts status, media type and each field of the first issue. */
export function outcome(
  t: Test,
  answer: Answer,
  { status, code, says, expression }: Expected,
  name = String(says),
): void {
  t.equal(answer.status, status, `${name}: status`);
  t.match(answer.headers['content-type'], /^application\/fhir\+json/, `${name}: media type`);
  t.equal(answer.body?.resourceType, 'OperationOutcome', `${name}: an OperationOutcome`);
  const [issue] = answer.body?.issue ?? [];
  t.equal(issue?.severity, 'error', `${name}: severity`);
  t.equal(issue?.code, code, `${name}: code`);
  t.match(issue?.diagnostics, says, `${name}: diagnostics`);
  t.same(issue?.expression, expression, `${name}: expression`);
  t.notMatch(
    JSON.stringify(answer.body),
    /\bat .*\.ts:\d+|node_modules|postgres/i,
    `${name}: no stack, nothing of the database`,
  );
}

/** A connection beside the server, to look at the tables. */
export function database(t: Test, url: string): Sql {
  const sql = openPool(url, { max: 1 });
  t.teardown(() => sql.end());
  return sql;
}

/** Rows in the tables that a write touches. */
export async function rowCounts(sql: Sql): Promise<Record<string, number>> {
  const tables = [
    'resource',
    'history',
    'index_token',
    'index_string',
    'index_date',
    'index_reference',
    'index_uri',
  ];
  const counts = await Promise.all(
    tables.map(
      async (table) => [table, (await sql.unsafe(`select count(*)::int as n from ${table}`))[0]!.n] as const,
    ),
  );
  return Object.fromEntries(counts);
}
