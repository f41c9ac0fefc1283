// The limit of this stack: a bare Fastify handler around one SQL statement, on the same driver and database.
import fastify from 'fastify';
import { openPool } from '../../server/db/pool.ts';

/** What the bare handler is started with, as its first message. */
export interface BareInput {
  databaseUrl: string;
  connections: number;
  port: number;
  /** Statements that give rows with `content`, and the parameters of the n-th request of each. */
  queries: Record<string, { text: string; customPlans: boolean; values: string[][] }>;
}

process.once('message', async (message) => {
  const { databaseUrl, connections, port, queries } = message as BareInput;
  const sql = openPool(databaseUrl, { max: connections });
  const customSql = openPool(databaseUrl, { max: connections, customPlans: true });
  const app = fastify({ bodyLimit: 1 << 20 });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.get<{ Params: { name: string; n: string } }>('/:name/:n', async ({ params }, reply) => {
    const { text, customPlans, values } = queries[params.name]!;
    const rows = await (customPlans ? customSql : sql).unsafe(text, values[Number(params.n)]!, {
      prepare: true,
    });
    return reply.type('application/fhir+json').send(rows.map((row) => row.content).join(','));
  });
  app.post('/create', async ({ body }, reply) => {
    await sql.unsafe('insert into bare (content) values ($1)', [body as string], { prepare: true });
    return reply.code(201).type('application/fhir+json').send(body);
  });
  await app.listen({ host: '127.0.0.1', port });
  process.send?.('ready');
});
