// A server for pictures: a database of its own, the demo stories, and a clock that stands still, so that two runs see the same.
// Only the server's own clock stands; sign-in and jobs use the real one, which is later and so finds nothing expired early.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { freePort, startEmbedded } from '../../server/db/embedded.ts';

/** The moment of every picture: a Tuesday with two working days behind it and three before it. */
export const MOMENT = new Date('2026-10-20T14:40:00Z');

/** Where the demo's care organisation is. */
export const ZONE = 'America/New_York';

export interface Demo {
  url: string;
  close(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-pictures-'));
  const database = await startEmbedded(folder);
  const port = await freePort();
  const config = readConfig({ DATA_DIR: folder, PORT: String(port), DEMO: 'on', LOG_LEVEL: 'silent' });
  const app = await createApp({ config, databaseUrl: database.url, now: () => new Date(MOMENT) });
  await app.storeDefinitions();
  await app.seedDemo();
  await app.server.listen({ host: config.HOST, port });
  return {
    url: config.publicUrl,
    async close() {
      await app.close();
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
