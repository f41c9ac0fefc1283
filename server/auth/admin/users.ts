// Accounts by HTTP: what npm run users does except passwords, which nobody types for somebody else, and changes of role.
// https://pages.nist.gov/800-63-4/sp800-63b.html
import { badRequest, conflict } from '../../fhir/errors.ts';
import { type Account, type AccountChange, AccountError, type NewAccount } from '../account/account.ts';
import { ADMIN_ROLE } from '../directory.ts';
import { readBody, toldOf } from './body.ts';
import { type AdminDeps, type AdminRequest, type AdminRoute, named } from './route.ts';

const MEMBERS = {
  name: 'text',
  role: 'text',
  fhirUser: 'text',
  locale: 'text or null',
  npi: 'text or null',
  email: 'text or null',
} as const;

async function accountOf({ accounts }: AdminDeps, username: string | undefined): Promise<Account> {
  return named(
    (await accounts.list()).find((account) => account.username === username),
    'account',
    username,
  );
}

/** A role that says something here. @throws FhirError 400 */
function checkRole({ policies }: AdminDeps, role: string | undefined): void {
  if (role !== undefined && !policies.of(role).rules.length)
    throw badRequest(`The member role is "${role}"; allowed is a role with an access policy, such as rn.`);
}

/** Whoever locks themselves out cannot let themselves in again. @throws FhirError 409 */
function checkOwn(
  { caller }: AdminRequest,
  username: string,
  { role, active }: { role?: string; active?: boolean },
): void {
  if (username !== caller.username || (active !== false && (role ?? ADMIN_ROLE) === ADMIN_ROLE)) return;
  throw conflict(
    'This is your own account, and without it you could not undo the change. Ask another programme administrator.',
    undefined,
    'own-account',
  );
}

/** Failures of accounts as refusals. @throws FhirError 400 */
async function refusing(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    throw error instanceof AccountError ? badRequest(error.message) : error;
  });
}

export const userRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: 'users',
    handle: async ({ accounts }) => ({ status: 200, body: { users: await accounts.list() } }),
  },
  {
    // Without a password: an OpenID provider or a trusted EHR signs the person in, or npm run users sets one.
    method: 'POST',
    path: 'users',
    async handle(deps, { body }) {
      const said = readBody(body, { username: 'text', ...MEMBERS }, ['username', 'name', 'role', 'fhirUser']);
      checkRole(deps, said.role);
      const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
      const account = given as unknown as NewAccount;
      const { username } = account;
      if ((await deps.accounts.list()).some((one) => one.username === username))
        throw conflict(`There is an account ${username} already; choose another name for this one.`);
      await refusing(deps.accounts.add(account));
      const change = { action: 'C', what: 'account', id: username, members: toldOf(said) } as const;
      return { status: 201, body: await accountOf(deps, username), location: `users/${username}`, change };
    },
  },
  {
    method: 'GET',
    path: 'users/:username',
    handle: async (deps, { params }) => ({ status: 200, body: await accountOf(deps, params.username) }),
  },
  {
    method: 'PUT',
    path: 'users/:username',
    async handle(deps, request) {
      const { username } = await accountOf(deps, request.params.username);
      const { active, ...said } = readBody(request.body, { ...MEMBERS, active: 'flag' });
      checkRole(deps, said.role);
      checkOwn(request, username, { ...said, ...(active !== undefined && { active }) });
      await refusing(deps.accounts.change(username, said as AccountChange));
      if (active !== undefined) await refusing(deps.accounts.setActive(username, active));
      const members = toldOf({ ...said, ...(active !== undefined && { active }) });
      const change = { action: 'U', what: 'account', id: username, members } as const;
      return { status: 200, body: await accountOf(deps, username), change };
    },
  },
];
