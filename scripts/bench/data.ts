// What the benchmark measures on: patients with tasks, and the requests that are made of them.
import type { Task } from '@medplum/fhirtypes';
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { openPool, type Sql } from '../../server/db/pool.ts';
import { createRidOf, type RidOf, secretOf } from '../../server/db/rid.ts';
import { systemAccess } from '../../server/fhir/access.ts';

export const CB = 'https://throughline.example/fhir';
const STATUSES = ['requested', 'accepted', 'in-progress', 'completed'] as const;

/** A coordination task as the fixtures have them: about 1.4 kB, 25 index rows. */
export function benchTask(n: number, patients: number, now: Date): Task {
  const status = STATUSES[n % STATUSES.length]!;
  const day = (offset: number) => new Date(now.getTime() + offset * 86_400_000).toISOString();
  return {
    resourceType: 'Task',
    meta: { profile: [`${CB}/StructureDefinition/cn-coordination-task`] },
    identifier: [{ system: `${CB}/identifier/task`, value: `bench-${n}` }],
    groupIdentifier: { system: `${CB}/identifier/episode`, value: `bench-episode-${n % patients}` },
    status,
    intent: 'order',
    priority: n % 5 ? 'routine' : 'urgent',
    code: {
      coding: [
        {
          system: `${CB}/CodeSystem/cn-task-code`,
          code: (n >> 2) % 2 ? 'coord-post-visit-followup' : 'coord-result-review',
        },
      ],
      text: 'Follow-up after a visit',
    },
    description: 'Call within two business days and ask how the first week with the new medicine went.',
    for: { reference: `Patient/bench-${n % patients}` },
    focus: { reference: `Encounter/bench-${n % patients}` },
    encounter: { reference: `Encounter/bench-${n % patients}` },
    authoredOn: day(-3),
    lastModified: day(-2),
    requester: { reference: 'PractitionerRole/bench-physician' },
    performerType: [{ coding: [{ system: `${CB}/CodeSystem/cn-role`, code: 'rn' }], text: 'Nurse' }],
    owner: { reference: 'PractitionerRole/bench-nurse' },
    executionPeriod: { start: day(-2), ...(status === 'completed' && { end: day(-1) }) },
    restriction: { period: { end: day((n % 9) - 4) } },
    note: [{ text: 'First try: no answer. The patient is home in the afternoon.' }],
    ...(status === 'completed' && {
      output: [
        {
          type: {
            coding: [{ system: `${CB}/CodeSystem/cn-task-parameter`, code: 'outcome' }],
            text: 'Outcome',
          },
          valueString: 'Reached; no new questions.',
        },
      ],
    }),
  };
}

/** Fills an empty database through the server's own transactions. */
export async function fill(databaseUrl: string, patients: number, tasks: number, now: Date): Promise<void> {
  const config = readConfig({ DATABASE_URL: databaseUrl, DEMO: 'off', LOG_LEVEL: 'error' }, ['--open']);
  const app = await createApp({ config, databaseUrl });
  const put = (resource: { resourceType: string; id?: string }) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  });
  const send = (entry: object[]) =>
    app.dispatch({
      method: 'POST',
      path: [],
      query: new URLSearchParams(),
      headers: {},
      body: { resourceType: 'Bundle', type: 'transaction', entry },
      access: systemAccess,
    });
  const staff = ['physician', 'nurse'].map((id) =>
    put({ resourceType: 'PractitionerRole', id: `bench-${id}` }),
  );
  await send(staff);
  for (let start = 0; start < patients; start += 500) {
    const numbers = Array.from({ length: Math.min(500, patients - start) }, (_, n) => start + n);
    await send(
      numbers.flatMap((n) => [
        put({
          resourceType: 'Patient',
          id: `bench-${n}`,
          name: [{ family: `Family${n}`, given: ['Given'] }],
          birthDate: '1970-01-01',
        } as never),
        put({
          resourceType: 'Encounter',
          id: `bench-${n}`,
          status: 'finished',
          class: { code: 'AMB' },
          subject: { reference: `Patient/bench-${n}` },
        } as never),
      ]),
    );
  }
  for (let start = 0; start < tasks; start += 500) {
    await send(
      Array.from({ length: Math.min(500, tasks - start) }, (_, n) =>
        put({ ...benchTask(start + n, patients, now), id: `bench-${start + n}` }),
      ),
    );
  }
  const sql = openPool(databaseUrl, { max: 1 });
  await sql.unsafe('vacuum analyze');
  await sql`create table bare (id bigint primary key generated always as identity, content text not null)`;
  await sql.end();
  await app.close();
}

/** The small numbers of a database, for statements written by hand. */
export interface Numbers {
  ridOf: RidOf;
  type: (name: string) => number;
  param: (type: string, code: string) => number;
}

export async function numbersOf(sql: Sql): Promise<Numbers> {
  const types = new Map((await sql`select name, id from resource_type`).map(({ name, id }) => [name, id]));
  const params = new Map(
    (await sql`select type, code, id from search_parameter`).map(({ type, code, id }) => [
      `${type}.${code}`,
      id,
    ]),
  );
  return {
    ridOf: createRidOf((await secretOf(sql, 'rid')).toString('base64')),
    type: (name) => types.get(name)!,
    param: (type, code) => params.get(`${type}.${code}`)!,
  };
}
