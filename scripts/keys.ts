// npm run keys: lists the keys that sign tokens, or replaces them; the work is in server/auth/keys.ts.
import { listKeys, rotateKeys } from '../server/auth/token/keys.ts';
import { fail, onDatabase } from './database.ts';

const USAGE = `Use list or rotate.
  list    the published keys, newest first
  rotate  makes new keys, which sign from now on; those of before verify until the last token signed with them has expired`;

const day = (date: Date) => date.toISOString();

const COMMANDS: Record<string, Parameters<typeof onDatabase>[0]> = {
  list: async (sql) => {
    const keys = await listKeys(sql, new Date());
    if (!keys.length) return ['There are no keys yet; the server makes them when it starts.'];
    return keys.map(({ kid, alg, createdAt, retiresAt }) =>
      [alg, kid, `made ${day(createdAt)}`, retiresAt ? `until ${day(retiresAt)}` : 'signs'].join('  '),
    );
  },
  rotate: async (sql) => (await rotateKeys(sql, new Date())).map((kid) => `New key ${kid}`),
};

const [command = '', ...more] = process.argv.slice(2);
const work = more.length ? undefined : COMMANDS[command];
if (!work) fail(USAGE);
await onDatabase(work);
