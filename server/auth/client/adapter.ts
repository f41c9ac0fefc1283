// Clients as oidc-provider's records: read from the table of registered clients, written by dynamic registration.
// https://www.rfc-editor.org/rfc/rfc7591
import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Sql } from '../../db/pool.ts';
import type { Revocations } from '../token/revocation.ts';
import { presentedAssertion, refusedClient } from './authentication.ts';
import { type Client, type ClientDirectory, removeClient, saveClients } from './directory.ts';
import type { ClientKeys } from './keys.ts';
import { hashSecret } from './metadata.ts';

export interface ClientAdapterDeps {
  sql: Sql;
  clients: ClientDirectory;
  clientKeys: ClientKeys;
  revocations: Revocations;
}

/** Metadata of ours, beside that of RFC 7591. */
export const extraMetadata = ['allowed_scope', 'resource_server', 'registered_jwks_uri', 'role'];

/** What no client id contains (RFC 6749, appendix A.1), and what the database may not be asked for. */
const NOT_VISIBLE = /[^\x20-\x7E]/;

/** A client that publishes its keys, with the keys that its assertion may be signed with in the place of their address. */
async function withKeys(payload: AdapterPayload, keys: ClientKeys): Promise<AdapterPayload> {
  const { jwks_uri, ...rest } = payload;
  const assertion = typeof jwks_uri === 'string' && presentedAssertion();
  if (!assertion) return payload;
  const found = await keys.find(jwks_uri as string, assertion.kid).catch((error: Error) => {
    throw refusedClient(error.message);
  });
  return { ...rest, jwks: { keys: found }, registered_jwks_uri: jwks_uri };
}

/** A client as oidc-provider hands it over to be stored. */
function readPayload(id: string, payload: AdapterPayload): Client {
  const { client_id: _, client_name: name, allowed_scope: scope, role, ...metadata } = payload;
  const { client_secret: secret } = metadata;
  return {
    id,
    name: String(name ?? id),
    scope: String(scope ?? ''),
    role: typeof role === 'string' ? role : null,
    metadata: {
      ...metadata,
      ...(typeof secret === 'string' && { client_secret: hashSecret(secret) }),
    } as Client['metadata'],
  };
}

/** Makes the adapter of clients. */
export function createClientAdapter({ sql, clients, clientKeys, revocations }: ClientAdapterDeps): Adapter {
  const nothing = async () => undefined;
  return {
    async find(id) {
      if (NOT_VISIBLE.test(id)) return undefined;
      const client = await clients.find(id);
      if (!client) return undefined;
      const { name, scope, metadata } = client;
      return withKeys({ client_id: id, client_name: name, allowed_scope: scope, ...metadata }, clientKeys);
    },
    upsert: (id, payload) => saveClients(sql, [readPayload(id, payload)]),
    destroy: async (id) => void (await removeClient(sql, revocations, id)),
    findByUid: nothing,
    findByUserCode: nothing,
    consume: nothing,
    revokeByGrantId: nothing,
  };
}
