// Loads what a benchmark asks about, through the server's own transactions.
import type { Resource } from '@medplum/fhirtypes';
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { systemAccess } from '../../server/fhir/access.ts';

/**
 * Writes resources, five hundred times what is made of one number in a transaction.
 * @param make from a number below `count`
 */
export async function load(
  databaseUrl: string,
  count: number,
  make: (n: number) => Resource[],
): Promise<void> {
  const config = readConfig({ DATABASE_URL: databaseUrl, DEMO: 'off', LOG_LEVEL: 'error' }, ['--open']);
  const app = await createApp({ config, databaseUrl });
  for (let start = 0; start < count; start += 500) {
    const resources = Array.from({ length: Math.min(500, count - start) }, (_, n) => make(start + n)).flat();
    const entry = resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }));
    await app.dispatch({
      method: 'POST',
      path: [],
      query: new URLSearchParams(),
      headers: {},
      body: { resourceType: 'Bundle', type: 'transaction', entry },
      access: systemAccess,
    });
  }
  await app.close();
}
