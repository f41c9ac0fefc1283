// `npm run audit`: verifies the chain of audit events in the database of the settings, or prints its head; docs/audit.md.
import { parseArgs } from 'node:util';
import { type Head, readHead } from '../server/audit/chain.ts';
import { verifyChain } from '../server/audit/verify.ts';
import { ConfigError, readConfig } from '../server/config.ts';
import { startEmbedded } from '../server/db/embedded.ts';
import { openPool, type Sql } from '../server/db/pool.ts';

const HELP = `npm run audit -- head
npm run audit -- verify [--from SEQ] [--noted SEQ:HASH]

  head     prints the number and the hash of the last event. Note it where nobody who administers the database can
           change it.
  verify   makes every hash anew from the stored events and says where the chain breaks; the exit code is then 1
  --from   the first event that is looked at
  --noted  a head that was noted before: it has to be a part of the chain still
`;

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const NOTED = /^(\d+):([0-9a-f]{64})$/;

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { from: text, noted: text, help: { type: 'boolean' } },
    });
    const [command] = positionals;
    if (values.help || positionals.length !== 1 || (command !== 'head' && command !== 'verify')) {
      process.stdout.write(HELP);
      process.exit(values.help ? 0 : 1);
    }
    const [, seq, hash] = NOTED.exec(values.noted ?? '') ?? [];
    if (values.noted !== undefined && !hash)
      fail(`--noted is "${values.noted}"; allowed is what head prints, as SEQ:HASH.`);
    if (values.from !== undefined && !/^[1-9]\d*$/.test(values.from))
      fail(`--from is "${values.from}"; allowed is the number of an event.`);
    return {
      command,
      ...(values.from && { from: BigInt(values.from) }),
      ...(seq && hash && { noted: { seq: BigInt(seq), hash } }),
    };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`);
  }
}

const written = ({ seq, hash }: Head): string => `${seq}:${hash.toString('hex')}`;

/** @returns the exit code */
async function run(sql: Sql, { command, ...options }: ReturnType<typeof readArguments>): Promise<number> {
  if (command === 'head') {
    process.stdout.write(`${written(await readHead(sql))}\n`);
    return 0;
  }
  const { count, head, problem } = await verifyChain(sql, options);
  process.stdout.write(`${count} events are as they were recorded. Head: ${written(head)}\n`);
  if (problem) process.stderr.write(`${problem}\n`);
  return problem ? 1 : 0;
}

const options = readArguments();
try {
  const config = readConfig(process.env);
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR);
  const sql = openPool(embedded?.url ?? config.DATABASE_URL, { max: 1 });
  const code = await run(sql, options).finally(() => sql.end());
  await embedded?.stop();
  // Said outright: a package's exit hook would end the process with 0.
  process.exit(code);
} catch (error) {
  fail(
    error instanceof ConfigError
      ? error.message
      : `The chain could not be read: ${(error as Error).message}.`,
  );
}
