// One caller for each role and kind of client, on a server with the demo stories, for the matrix of who may do what.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type { CareTeam, Patient, Reference, Resource } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { saveClients, saveUsers } from '../../auth/index.ts';
import { openPool } from '../../db/pool.ts';
import { systemAccess } from '../../fhir/access.ts';
import { type Ask, asking, startServer } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const ANA: Reference<Patient> = { reference: 'Patient/ana-reyes' };

/** Who is asked as: a role, and the user's own reference, which programs have not. */
export interface Caller {
  role: string;
  self?: Reference;
  ask: Ask;
}

const USERS: readonly (readonly [role: string, fhirUser: string])[] = [
  ['navigator', 'PractitionerRole/navigator'],
  ['benefits-navigator', 'PractitionerRole/benefits-navigator'],
  ['scheduler', 'PractitionerRole/scheduler'],
  ['chw', 'PractitionerRole/chw'],
  ['peer', 'PractitionerRole/peer'],
  ['clinical-support', 'PractitionerRole/clinical-support'],
  ['lpn', 'PractitionerRole/lpn'],
  ['rn', 'PractitionerRole/nurse'],
  ['lcsw', 'PractitionerRole/social-worker'],
  ['np-pa', 'PractitionerRole/np-pa'],
  ['physician', 'PractitionerRole/physician'],
  ['pharmacist', 'PractitionerRole/pharmacist'],
  ['supervisor', 'PractitionerRole/supervisor'],
  ['programme-admin', 'PractitionerRole/admin'],
  ['quality-analyst', 'PractitionerRole/quality-analyst'],
  ['auditor', 'PractitionerRole/auditor'],
  ['patient', 'Patient/ana-reyes'],
  ['natural-support', 'RelatedPerson/lucia-reyes'],
];
const CLIENTS = [
  {
    role: 'payer-system',
    members: [{ by: 'payor', payor: 'Organization/meridian-vale-plan' } as const],
  },
  { role: 'quality-system', members: [{ by: 'group', group: 'Group/larkfield-panel' } as const] },
  { role: 'ehr-system' },
];
export const ROLES: readonly string[] = [...USERS.map(([role]) => role), ...CLIENTS.map(({ role }) => role)];

/** Starts the server, and signs everybody in. Ana's team has the community health worker and her sister in it. */
export async function startPractice(t: Test) {
  const server = await startServer(t, { open: false, demo: true });
  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());

  const dispatch = async (method: 'GET' | 'PUT', type: string, id: string, body?: Resource) => {
    const query = new URLSearchParams();
    const request = { method, path: [type, id], query, headers: {}, body, access: systemAccess };
    const result = await server.dispatch(request);
    if (result.kind !== 'resource') throw new Error(`${method} ${type}/${id}: ${result.status}`);
    return JSON.parse(result.resource.content) as Resource;
  };
  /** Stores a resource as the server itself, whatever the policies say. */
  const put = async (resource: Resource) => {
    await dispatch('PUT', resource.resourceType, resource.id!, resource);
  };
  /** A stored resource without what a new one has not. */
  const like = async <T extends Resource>(type: T['resourceType'], id: string): Promise<T> => {
    const { id: _id, meta, ...rest } = await dispatch('GET', type, id);
    return { ...rest, ...(meta?.profile && { meta: { profile: meta.profile } }) } as T;
  };

  for (const [role, fhirUser] of USERS) {
    const [type, id] = fhirUser.split('/');
    if (type !== 'PractitionerRole') continue;
    const known = await dispatch('GET', type, id!).catch(() => undefined);
    if (!known) await put({ resourceType: type, id: id!, active: true, code: [{ text: role }] });
  }
  const team = await like<CareTeam>('CareTeam', 'ana-care-team');
  const more = ['PractitionerRole/chw', 'RelatedPerson/lucia-reyes'].map((reference) => ({
    role: [{ text: 'Member' }],
    member: { reference },
  }));
  await put({ ...team, id: 'ana-care-team', participant: [...(team.participant ?? []), ...more] });

  await saveUsers(
    sql,
    USERS.map(([role, fhirUser]) => ({ username: `as-${role}`, name: role, role, fhirUser })),
  );
  const metadata = {
    redirect_uris: [],
    grant_types: [],
    response_types: [],
    token_endpoint_auth_method: 'none',
  };
  await saveClients(
    sql,
    CLIENTS.map((client) => ({
      ...client,
      id: `as-${client.role}`,
      name: client.role,
      scope: 'system/*.cruds',
      metadata,
    })),
  );

  const tokenOf = async (body: object): Promise<string> => {
    const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: body });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return (answer.json() as { access_token: string }).access_token;
  };
  const asker = async (body: object) => asking(server, { authorization: `Bearer ${await tokenOf(body)}` });
  const callers: Caller[] = [];
  for (const [role, reference] of USERS)
    callers.push({ role, self: { reference }, ask: await asker({ user: `as-${role}` }) });
  for (const { role } of CLIENTS) callers.push({ role, ask: await asker({ client: `as-${role}` }) });
  return { server, callers, put, like };
}
