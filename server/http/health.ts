// Liveness and readiness, for whoever supervises the process.
import type { FastifyInstance } from 'fastify';

/** `/livez`: the process answers. `/readyz`: it can also reach its database (else 503). */
export function registerHealth(app: FastifyInstance, ping: () => Promise<void>): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
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
