// A server on which changes are taken back: its people, its clock, and the whole record as it is at a moment.
// https://hl7.org/fhir/R4/http.html#history
import type { Bundle, Condition, Parameters, ParametersParameter, Resource, Task } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { CB, concept } from '../../care/code.ts';
import { openPool, type Sql } from '../../db/pool.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

export type Stored<T> = T & { id: string };
type Request = globalThis.Parameters<Ask>;

/** A resource without version and instant; nothing when there is none. */
const bare = (content: string): string => {
  if (!content) return '';
  const { meta, ...rest } = parseJson(content) as Resource;
  const { versionId: _, lastUpdated: __, ...labels } = meta ?? {};
  return stringifyJson({ ...rest, meta: labels });
};

/** The transaction to come. */
export async function momentOf(sql: Sql): Promise<string> {
  const [row] = await sql`select pg_snapshot_xmax(pg_current_snapshot())::text as xid`;
  return row!.xid as string;
}

/** What is not as it was at a moment, by `Type/id`. Records of what happened are left out. */
export async function changesSince(sql: Sql, moment: string): Promise<string[]> {
  const rows = await sql`select t.name, r.id, r.content, coalesce(h.content, '') as before
    from (select rid, min(version) as first from change where xid >= ${moment}::text::xid8 group by rid) c
    join resource r on r.rid = c.rid join resource_type t on t.id = r.type
    left join history h on h.rid = c.rid and h.version = c.first - 1
    where t.name not in ('AuditEvent', 'Provenance') order by t.name, r.id`;
  return rows.flatMap(({ name, id, content, before }) =>
    bare(content as string) === bare(before as string) ? [] : `${name}/${id}`,
  );
}

/** Everything that stands, by `Type/id`: its bytes without version and instant. Records of what happened are left out. */
export async function everything(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql`select t.name, r.id, r.content from resource r join resource_type t on t.id = r.type
    where not r.deleted and t.name not in ('AuditEvent', 'Provenance') order by t.name, r.id`;
  return Object.fromEntries(rows.map(({ name, id, content }) => [`${name}/${id}`, bare(content as string)]));
}

/** What of two moments differs, by `Type/id`. */
export const changesBetween = (before: Record<string, string>, after: Record<string, string>): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => before[key] !== after[key]);

export const ruleOf = ({ body }: Answer): string | undefined => body?.issue?.[0]?.details?.coding?.[0]?.code;
export const saidOf = ({ body }: Answer): string => body?.issue?.[0]?.diagnostics ?? '';
/** How an answer refuses to take something back. */
export const refusal = (answer: Answer) => [answer.status, ruleOf(answer)];
export const REFUSED = [409, 'task-undo'];

export const parameters = (...parameter: ParametersParameter[]): Parameters => ({
  resourceType: 'Parameters',
  parameter,
});
/** What a task is completed with. */
export const OUTCOME: ParametersParameter = { name: 'output', valueString: 'Done.' };

export const barrier = (type: string, patient: string): Condition => ({
  resourceType: 'Condition',
  clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  category: [
    concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
    concept(`${CB}/CodeSystem/cn-category`, 'cn-barrier'),
  ],
  code: concept(`${CB}/CodeSystem/cn-barrier-type`, type),
  subject: { reference: patient },
});

/** Starts the server with the demo; its clock goes with ours, and ahead by what is added to it. */
export async function startUndo(t: Test) {
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const server = await startServer(t, { open: false, demo: true, now, env: { DB_CONNECTIONS: '4' } });
  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());
  const lay = laying(server);
  const tokenOf = async (name: string): Promise<string> => {
    const payload = name === 'ehr' ? { client: name } : { user: name };
    const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
    return `Bearer ${(answer.json() as { access_token: string }).access_token}`;
  };
  const tokens = new Map<string, string>();
  for (const name of ['navigator', 'nurse', 'physician', 'scheduler', 'peer', 'supervisor', 'auditor', 'ehr'])
    tokens.set(name, await tokenOf(name));
  const as = (name: string): Ask => asking(server, { authorization: tokens.get(name)! });

  /** Asks as somebody. @throws Error when it is refused */
  async function does(name: string, ...request: Request): Promise<Answer> {
    const answer = await as(name)(...request);
    if (answer.status >= 300) throw new Error(`${request[0]} ${request[1]}: ${JSON.stringify(answer.body)}`);
    return answer;
  }
  const find = async <T extends Resource>(query: string): Promise<Stored<T>[]> =>
    (((await does('supervisor', 'GET', `/${query}`)).body as Bundle).entry ?? []).map(
      ({ resource }) => resource as Stored<T>,
    );
  const read = async <T extends Resource>(key: string): Promise<Stored<T>> =>
    (await does('supervisor', 'GET', `/${key}`)).body as Stored<T>;
  const transition = (status: Task['status'], ...more: ParametersParameter[]) =>
    parameters({ name: 'status', valueCode: status }, ...more);

  let count = 0;
  /** Stores a task of Ana's like one of the demo that lies in a pool, and gives its address. */
  async function task(more: Partial<Task> = {}): Promise<string> {
    const { meta, ...pooled } = await read<Task>('Task/ana-records');
    const id = `undo-${++count}`;
    const profile = meta?.profile;
    await lay('PUT', `/Task/${id}`, { ...pooled, ...(profile && { meta: { profile } }), ...more, id });
    return `/Task/${id}`;
  }
  return {
    ...{ server, sql, now, lay, as, does, find, read, transition, task, tokens },
    everything: () => everything(sql),
    /** The clock goes ahead. */
    wait: (seconds: number) => {
      ahead += seconds * 1000;
    },
  };
}
