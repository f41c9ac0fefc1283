// npm run token: prints an access token of the server that runs on PORT, for a demo user or a demo client, and nothing else.
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../server/config.ts';

const USAGE = 'Use --user NAME [--patient ID [--encounter ID]] [--scope S], or --client NAME [--scope S].';

const text = { type: 'string' } as const;
const OPTIONS = { user: text, patient: text, encounter: text, scope: text, client: text };

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const { user, client, patient, encounter } = values;
    const both = (user === undefined) === (client === undefined);
    if (both || (client && patient) || (encounter && !patient)) fail(USAGE);
    return values;
  } catch (error) {
    return fail(`${(error as Error).message}. ${USAGE}`);
  }
}

function port(): number {
  try {
    return readConfig(process.env).PORT;
  } catch (error) {
    return fail(error instanceof ConfigError ? error.message : String(error));
  }
}

const wanted = readArguments();
const address = `http://127.0.0.1:${port()}`;
const response = await fetch(`${address}/auth/demo-token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(wanted),
}).catch(() => fail(`No server answers at ${address}. Start it with npm start, or set PORT.`));
const answer = (await response.json().catch(() => ({}))) as { access_token?: string; error?: string };
if (!answer.access_token) {
  fail(
    answer.error ??
      `The server at ${address} gives no demo tokens: it runs without demo data, or not only for this machine.`,
  );
}
process.stdout.write(`${answer.access_token}\n`);
