// Registered clients by HTTP: what npm run clients does, and changes of what a client may be given.
// https://www.rfc-editor.org/rfc/rfc7591#section-3
import { badRequest } from '../../fhir/errors.ts';
import { type Client, changeClient, endGrantsOf, removeClient } from '../client/directory.ts';
import { allowedScopeProblem, INVITATION_SECONDS, INVITED_SCOPE, invite } from '../client/registration.ts';
import { scopeProblem, scopeWords } from '../launch/scopes.ts';
import { isPlain, readBody, toldOf } from './body.ts';
import { type AdminDeps, type AdminRoute, named } from './route.ts';

/** A client as administrators see it, without its secret. */
function view({ id, name, scope, role, members, preapproved, metadata }: Client) {
  const { redirect_uris, grant_types, token_endpoint_auth_method, jwks_uri } = metadata;
  return {
    id,
    name,
    scope,
    role: role ?? null,
    preapproved: preapproved === true,
    authentication: token_endpoint_auth_method,
    grantTypes: grant_types,
    redirectUris: redirect_uris,
    ...(jwks_uri && { jwksUri: jwks_uri }),
    ...(members && { members }),
  };
}

async function clientOf({ clients }: AdminDeps, id: string | undefined): Promise<Client> {
  return named(
    (await clients.list()).find((client) => client.id === id),
    'client',
    id,
  );
}

/** Scope and role that a client may have. @throws FhirError 400 */
function check(
  { policies, checkCriteria }: AdminDeps,
  { scope, role }: { scope?: string; role?: string | null },
): void {
  const problem =
    scope && (allowedScopeProblem(scope) ?? scopeProblem(scopeWords(scope), checkCriteria)?.sentence);
  if (problem) throw badRequest(`The member scope cannot be so. ${problem}`);
  if (role && !policies.of(role).rules.length)
    throw badRequest(
      `The member role is "${role}"; allowed is null, or a role with an access policy, such as payer-system.`,
    );
}

export const clientRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: 'clients',
    handle: async ({ clients }) => ({ status: 200, body: { clients: (await clients.list()).map(view) } }),
  },
  {
    // An app registers itself, with what this answer shows once.
    method: 'POST',
    path: 'clients',
    async handle(deps, { body }) {
      const said = readBody(body, { scope: 'text', role: 'text or null' });
      check(deps, said);
      const { scope = INVITED_SCOPE, role } = said;
      const at = deps.now();
      const initialAccessToken = await invite(deps.sql, at, { scope, ...(role && { role }) });
      const invitation = {
        initialAccessToken,
        registrationEndpoint: `${deps.publicUrl}/auth/register`,
        expiresAt: new Date(at.getTime() + INVITATION_SECONDS * 1000).toISOString(),
        scope,
        role: role ?? null,
      };
      const members = toldOf({ scope, ...(role && { role }) });
      return {
        status: 201,
        body: invitation,
        change: { action: 'C', what: 'invitation', id: role ?? 'app', members },
      };
    },
  },
  {
    method: 'GET',
    path: 'clients/:id',
    handle: async (deps, { params }) => ({ status: 200, body: view(await clientOf(deps, params.id)) }),
  },
  {
    method: 'PUT',
    path: 'clients/:id',
    async handle(deps, { params, body }) {
      const { id, scope } = await clientOf(deps, params.id);
      const said = readBody(body, { name: 'text', scope: 'text', role: 'text or null', preapproved: 'flag' });
      check(deps, said);
      await changeClient(deps.sql, id, said);
      // What users gave was within the scope of before.
      if (said.scope !== undefined && said.scope !== scope) await endGrantsOf(deps.sql, deps.revocations, id);
      const change = { action: 'U', what: 'client', id, members: toldOf(said) } as const;
      return { status: 200, body: view(await clientOf(deps, id)), change };
    },
  },
  {
    method: 'DELETE',
    path: 'clients/:id',
    async handle({ sql, revocations }, { params }) {
      const { id = '' } = params;
      named((isPlain(id) && (await removeClient(sql, revocations, id))) || undefined, 'client', id);
      return { status: 204, change: { action: 'D', what: 'client', id } };
    },
  },
];
