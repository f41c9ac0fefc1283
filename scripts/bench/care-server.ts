// This server with or without its care rules, as a process of a benchmark: `with` or `without` is its first argument, `--open`
// its second where nobody is asked who they are. It says over IPC when it listens.
import { createApp } from '../../server/app.ts';
import { readConfig } from '../../server/config.ts';
import { openCare } from '../../server/knowledge.ts';

/** The rules taken out: nothing is added, nothing refused, and nothing follows. */
const withoutRules: typeof openCare = async (...given) => {
  const opened = await openCare(...given);
  const care = {
    ...opened.care,
    complete: ({ after }: { after: Parameters<typeof opened.care.complete>[0]['after'] }) => after,
    check: () => {},
    reactionsTo: () => [],
  };
  return { ...opened, care };
};

const [rules, ...words] = process.argv.slice(2);
const config = readConfig(process.env, words);
const app = await createApp({
  config,
  databaseUrl: config.DATABASE_URL!,
  ...(rules === 'without' && { careOf: withoutRules }),
});
if (config.DEMO === 'on') await app.seedDemo();
await app.server.listen({ host: '127.0.0.1', port: config.PORT });
process.send!('listening');
