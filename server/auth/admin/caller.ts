// Who administers: a programme administrator of now, whose token was given to the app of this server for it.
// https://www.rfc-editor.org/rfc/rfc6750#section-3.1
import { decodeJwt } from 'jose';
import type { Access } from '../../fhir/access.ts';
import { FhirError, issue } from '../../fhir/errors.ts';
import { ADMIN_ROLE, type User, type UserDirectory } from '../directory.ts';
import { ADMIN_SCOPE, scopeWords } from '../launch/scopes.ts';

/** An administrator, and the client that asks for them. */
export interface Administrator extends User {
  client: string | undefined;
}

export interface CallerDeps {
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  users: Pick<UserDirectory, 'find'>;
}

/** Name of the rule that refuses whoever is no programme administrator. */
const ROLE_RULE = 'programme-admin-only';

const withoutScope = () =>
  new FhirError(
    403,
    [
      issue(
        'forbidden',
        `Administration needs the scope ${ADMIN_SCOPE}, which this access token does not have. Only the app of this server gets it, when a programme administrator signs in here.`,
        undefined,
        'scope',
      ),
    ],
    { 'www-authenticate': `Bearer error="insufficient_scope", scope="${ADMIN_SCOPE}"` },
  );

const withoutRole = (role: string | undefined) =>
  new FhirError(403, [
    issue(
      'forbidden',
      `Only a programme administrator may administer this server. ${role ? `Your role is ${role}` : 'Your account is not active any more'}; ask one of them.`,
      undefined,
      ROLE_RULE,
    ),
  ]);

/** The subject and client of a verified access, for the audit of a refusal. */
export type Refused = (caller: { user: string; client: string | undefined }) => void;

/**
 * The administrator who asks. The role is that of their account now, not that of the token.
 * @param onKnown told who asks as soon as the token is verified
 * @throws FhirError 401 without a valid token; 403 without the scope, or for any other role
 */
export async function administratorOf(
  { guard, users }: CallerDeps,
  authorization: string | undefined,
  onKnown: Refused,
): Promise<Administrator> {
  const { subject, client } = await guard({ authorization });
  onKnown({ user: subject, client });
  const { scope } = decodeJwt(authorization!.replace(/^Bearer +/i, ''));
  if (!scopeWords(String(scope ?? '')).includes(ADMIN_SCOPE)) throw withoutScope();
  const user = await users.find(subject);
  if (user?.role !== ADMIN_ROLE) throw withoutRole(user?.role);
  return { ...user, client };
}
