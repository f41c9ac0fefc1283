// The limit of this stack: a bare Fastify handler around one SQL statement, on the same driver and database.
import fastify from 'fastify';
import { openPool } from '../../server/db/pool.ts';
import type { BareInput } from './data.ts';

/** Started by the benchmark with its input as one JSON argument. */
const { databaseUrl, connections, port, readSql, searchSql, reads, searches } = JSON.parse(
  process.argv[2]!,
) as BareInput;
const sql = openPool(databaseUrl, { max: connections });
const searchPool = openPool(databaseUrl, { max: connections, customPlans: true });
const app = fastify({ bodyLimit: 1 << 20 });
app.removeAllContentTypeParsers();
app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) =>
  done(null, body),
);

app.get<{ Params: { n: string } }>('/read/:n', async ({ params }, reply) => {
  const [row] = await sql.unsafe(readSql, reads[Number(params.n)]!, { prepare: true });
  return reply.type('application/fhir+json').send(row!.content);
});
app.get<{ Params: { n: string } }>('/search/:n', async ({ params }, reply) => {
  const rows = await searchPool.unsafe(searchSql, searches[Number(params.n)]!, { prepare: true });
  return reply.type('application/fhir+json').send(`[${rows.map((row) => row.content).join(',')}]`);
});
app.post('/create', async ({ body }, reply) => {
  await sql.unsafe('insert into bare (content) values ($1)', [body as string], { prepare: true });
  return reply.code(201).type('application/fhir+json').send(body);
});
await app.listen({ host: '127.0.0.1', port });
process.send?.('ready');
