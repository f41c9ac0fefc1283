// npm run clients: lists the registered clients, invites a new one, or removes one; the work is in server/auth/.
import { parseArgs } from 'node:util';
import { approveClient, clientDirectory, removeClient } from '../server/auth/client/directory.ts';
import { INVITED_SCOPE, invite } from '../server/auth/client/registration.ts';
import { createRevocations } from '../server/auth/token/revocation.ts';
import { fail, onDatabase } from './database.ts';

const USAGE = `Use list, invite, approve ID or remove ID.
  list                          id, name, authentication, role and scope of each client
  invite [--scope S] [--role R] prints an initial access token, with which one client can register itself at /auth/register
                                within 24 hours. --scope: the most that it may be given; --role: the code of cn-role whose
                                policy holds when it asks without a user (payer-system, quality-system, ehr-system)
  approve ID                    the organisation consents for its users: the client's users are not asked
  remove ID                     removes a client with all it was given`;

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ allowPositionals: true, options: { scope: text, role: text } });
  } catch (error) {
    return fail(`${(error as Error).message}. ${USAGE}`);
  }
}

const { values, positionals } = readArguments();
const [command = '', id = '', ...more] = positionals;
const { scope = INVITED_SCOPE, role } = values;

const COMMANDS: Record<string, Parameters<typeof onDatabase>[0]> = {
  list: async (sql) =>
    (await clientDirectory(sql).list()).map((client) =>
      [
        client.id,
        client.name,
        client.metadata.token_endpoint_auth_method,
        client.role ?? '-',
        client.scope,
      ].join('\t'),
    ),
  invite: async (sql) => [await invite(sql, new Date(), { scope, ...(role && { role }) })],
  approve: async (sql) => {
    if (!(await approveClient(sql, id))) throw new Error(`There is no client ${id}.`);
    return [`The users of ${id} are not asked any more.`];
  },
  remove: async (sql) => {
    const revocations = await createRevocations(sql, () => new Date());
    if (!(await removeClient(sql, revocations, id))) throw new Error(`There is no client ${id}.`);
    return [`The client ${id} is removed.`];
  },
};

const needsId = command === 'approve' || command === 'remove';
const work = more.length || Boolean(id) !== needsId ? undefined : COMMANDS[command];
if (!work) fail(USAGE);
await onDatabase(work);
