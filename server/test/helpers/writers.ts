// Writers that keep on whatever happens, and remember what the server has acknowledged.
import { openPool } from '../../db/pool.ts';

/** `Type/id/version` of every version that the server said is stored. */
export type Acknowledged = ReadonlySet<string>;

export interface Writers {
  acknowledged: Acknowledged;
  /** Requests that failed, by status; 0: no answer. */
  failures: ReadonlyMap<number, number>;
  /** Ends all writers after their present request. */
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: any resource
  body: any;
}

async function ask(url: string, method: string, body: object): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      method,
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: answer.status, body: await answer.json() };
  } catch {
    return { status: 0, body: undefined };
  }
}

const patient = (text: string, id?: string) => ({
  resourceType: 'Patient',
  ...(id && { id }),
  name: [{ family: text, given: ['A', 'B'] }],
  identifier: [{ system: 'urn:test:number', value: text }],
  birthDate: '1970-01-01',
  active: true,
});

/** Starts writers that create, update and send transactions. @param base FHIR base of an open server */
export function startWriters(base: string, count = 6): Writers {
  const acknowledged = new Set<string>();
  const failures = new Map<number, number>();
  let going = true;
  const acknowledge = (resource: { resourceType: string; id: string; meta: { versionId: string } }) =>
    acknowledged.add(`${resource.resourceType}/${resource.id}/${resource.meta.versionId}`);
  const send = async (path: string, method: string, body: object): Promise<Answer | undefined> => {
    const answer = await ask(`${base}${path}`, method, body);
    if (answer.status >= 200 && answer.status < 300) return answer;
    failures.set(answer.status, (failures.get(answer.status) ?? 0) + 1);
    await new Promise((done) => setTimeout(done, 20));
    return undefined;
  };
  const write = async (writer: number) => {
    for (let n = 0; going; n++) {
      const name = `w${writer}-${n}`;
      const created = await send('/Patient', 'POST', patient(name));
      if (created) {
        acknowledge(created.body);
        const { id } = created.body;
        const updated = await send(`/Patient/${id}`, 'PUT', patient(`${name}-again`, id));
        if (updated) acknowledge(updated.body);
      }
      const entry = [1, 2, 3].map((part) => ({
        fullUrl: `urn:uuid:00000000-0000-4000-8000-00000000000${part}`,
        resource: {
          ...patient(`${name}-${part}`),
          ...(part > 1 && {
            link: [
              {
                type: 'seealso',
                other: { reference: `urn:uuid:00000000-0000-4000-8000-00000000000${part - 1}` },
              },
            ],
          }),
        },
        request: { method: 'POST', url: 'Patient' },
      }));
      const stored = await send('', 'POST', { resourceType: 'Bundle', type: 'transaction', entry });
      for (const { response } of stored?.body.entry ?? []) {
        const [, id, version] = /Patient\/([^/]+)\/_history\/(\d+)$/.exec(response.location) ?? [];
        acknowledged.add(`Patient/${id}/${version}`);
      }
    }
  };
  const running = Promise.all(Array.from({ length: count }, (_, writer) => write(writer)));
  return {
    acknowledged,
    failures,
    stop: async () => {
      going = false;
      await running;
    },
  };
}

/** Versions that were acknowledged and are not in the database. */
export async function lost(databaseUrl: string, acknowledged: Acknowledged): Promise<string[]> {
  const sql = openPool(databaseUrl, { max: 1 });
  try {
    // History has no id of its own: every version below the present one must be there, which its consistency check proves.
    const rows = await sql`select t.name || '/' || r.id as key, r.version from resource r
      join resource_type t on t.id = r.type`;
    const present = new Map(rows.map((row) => [row.key as string, row.version as number]));
    return [...acknowledged].filter((entry) => {
      const cut = entry.lastIndexOf('/');
      return !((present.get(entry.slice(0, cut)) ?? 0) >= Number(entry.slice(cut + 1)));
    });
  } finally {
    await sql.end();
  }
}

/** Waits until no statement of a server that was killed runs any more. */
export async function quiet(databaseUrl: string): Promise<void> {
  const sql = openPool(databaseUrl, { max: 1 });
  try {
    for (let n = 0; n < 400; n++) {
      const [row] = await sql`select count(*)::int as others from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
      if (!row!.others) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error('Statements of the killed server still run.');
  } finally {
    await sql.end();
  }
}
