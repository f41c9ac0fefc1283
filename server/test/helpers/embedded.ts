// A PostgreSQL in a process of its own, for tests that kill it: `node embedded.ts FOLDER` says its URL and runs until it is ended.
import { startEmbedded } from '../../db/embedded.ts';

const { url } = await startEmbedded(process.argv[2]!);
process.stdout.write(`${url}\n`);
setInterval(() => {}, 1 << 30);
