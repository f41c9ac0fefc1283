// What the commands of an administrator share: the database of the settings, for as long as one of them works.
import { ConfigError, readConfig } from '../server/config.ts';
import { startEmbedded } from '../server/db/embedded.ts';
import { migrate } from '../server/db/migrate.ts';
import { openPool, type Sql } from '../server/db/pool.ts';

/** Ends the command with one sentence. */
export function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/**
 * Runs `work` on the database of the settings (DATABASE_URL, or the embedded one in DATA_DIR), whether a server runs on it
 * or not, and prints the lines it returns. A failure ends the command with its sentence.
 */
export async function onDatabase(work: (sql: Sql) => Promise<readonly string[]>): Promise<void> {
  try {
    const config = readConfig(process.env);
    const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR);
    const sql = openPool(embedded?.url ?? config.DATABASE_URL, { max: 2 });
    try {
      await migrate(sql);
      const lines = await work(sql);
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    } finally {
      await sql.end();
      await embedded?.stop();
    }
    // Said outright: a package's exit hook would end the process otherwise.
    process.exit(0);
  } catch (error) {
    fail(error instanceof ConfigError ? error.message : (error as Error).message);
  }
}
