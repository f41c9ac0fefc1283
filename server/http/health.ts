// Liveness and readiness, for whoever supervises the process. They tell nothing else: no version, no name of a part.
import type { FastifyInstance } from 'fastify';

/** `/livez`: the process answers. `/readyz`: it can also reach its database (else 503). */
export function registerHealth(app: FastifyInstance, ping: () => Promise<void>): void {
  app.get('/livez', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  app.get('/readyz', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    try {
      await ping();
      return { status: 'ok' };
    } catch {
      return reply
        .code(503)
        .header('retry-after', '5')
        .send({ status: 'unavailable', reason: 'the database cannot be reached' });
    }
  });
}
