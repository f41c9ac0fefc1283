// An audit on a database of its own, told of requests without HTTP.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, Provenance } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { type Answered, type AuditDependencies, createAudit } from '../../audit/index.ts';
import { type Access, emptyPolicy, type Policy } from '../../fhir/access.ts';
import { newId } from '../../fhir/id.ts';
import type { Result } from '../../fhir/result.ts';
import { BASE, openStorage, scope } from '../search/storage.ts';

export const NURSE: Access = Object.freeze({
  subject: 'nurse',
  client: 'throughline-app',
  fhirUser: 'PractitionerRole/nurse',
  role: 'rn',
  patient: 'ana',
  scopes: [scope('user', '*', 'cruds')],
  policy: Object.freeze({ ...emptyPolicy('rn'), purposes: ['TREAT'] }) as Policy,
});
export const PAYER: Access = Object.freeze({
  subject: 'payer',
  client: 'payer',
  scopes: [scope('system', '*', 'rs')],
  policy: Object.freeze({ ...emptyPolicy('payer-system'), purposes: ['HPAYMT'] }) as Policy,
});

export const folderOf = (t: Test): string => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-audit-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Stands for the database in names of journals. */
export const STORE = '0123456789abcdef';

/** All lines of the journals of a folder. */
export const linesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean));

/** The version of a resource as an interaction answers with it. */
export const shown = (
  type: string,
  id: string,
  version: number,
  status = 200,
  method: 'POST' | 'PUT' = 'PUT',
): Answered => ({
  status,
  result: {
    kind: 'resource',
    status,
    location: status === 201 || method === 'PUT',
    resource: {
      type,
      id,
      version,
      method,
      deleted: false,
      lastUpdated: new Date(),
      content: '{"secret":"of the resource"}',
    },
  } as Result,
});

export interface AskOptions {
  access?: Access | undefined;
  body?: unknown;
  answer?: Answered;
  request?: string;
}

/** Opens an audit; what it stores is searched without limits. */
export async function openAudit(t: Test, options: Partial<AuditDependencies> = {}) {
  const storage = await openStorage(t, { now: () => new Date() });
  const { dependencies, registry, sql } = storage;
  const folder = options.folder ?? folderOf(t);
  const deps: AuditDependencies = {
    ...dependencies,
    sql,
    indexed: registry.indexed,
    compartment: registry.compartment,
    parameters: registry,
    folder,
    store: STORE,
    publicUrl: 'http://127.0.0.1:3000',
    now: () => new Date(),
    newId: () => newId(new Date()),
    log: { error: (details, message) => process.stderr.write(`${message}: ${JSON.stringify(details)}\n`) },
    ...options,
  };
  const audit = createAudit(deps);
  t.teardown(() => audit.close());

  /** A request and its answer. */
  const ask = async (method: string, path: string, asked: AskOptions = {}): Promise<void> => {
    const { body, request = 'request-1' } = asked;
    const record = audit.request({ request, address: '192.0.2.7', method, url: `/fhir${path}` });
    record.access = 'access' in asked ? asked.access : NURSE;
    await record.begin(body);
    await record.end(asked.answer ?? { status: 200, result: { kind: 'empty', status: 200 } });
  };
  const found = async <T>(type: string, query = ''): Promise<T[]> => {
    const { matches } = await storage.search.type(
      type,
      [...new URLSearchParams(query), ['_count', '500']],
      SYSTEM,
    );
    return matches.map((content) => JSON.parse(content) as T);
  };
  return {
    ...storage,
    audit,
    deps,
    folder,
    base: BASE,
    ask,
    /** The stored events, in the order of the chain. */
    async events(): Promise<AuditEvent[]> {
      await audit.catchUp();
      const rows =
        await sql`select r.content from audit_chain c join resource r on r.rid = c.rid order by c.seq`;
      return rows.map(({ content }) => JSON.parse(content) as AuditEvent);
    },
    findEvents: (query: string) => found<AuditEvent>('AuditEvent', query),
    provenances: () => found<Provenance>('Provenance'),
  };
}
const SYSTEM: Access = {
  subject: 'system',
  scopes: [scope('system', '*', 'cruds')],
  policy: 'unlimited',
};
