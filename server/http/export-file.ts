// The files of an export, for the caller that asked for it. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
import { createReadStream } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { type Access, reachesSystem } from '../fhir/access.ts';
import { forbidden, notFound } from '../fhir/errors.ts';
import { type ErrorContext, sendError } from './errors.ts';

export interface ExportFileRoutes extends ErrorContext {
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  /** Path of a file that `access` may download, or undefined. */
  file: (access: Access, job: string, name: string) => Promise<string | undefined>;
}

export async function registerExportFiles(app: FastifyInstance, routes: ExportFileRoutes): Promise<void> {
  await app.register(async (files) => {
    files.setErrorHandler((error, request, reply) => sendError(error, request, reply, routes));
    files.get<{ Params: { job: string; name: string } }>(
      '/fhir/$export-file/:job/:name',
      async ({ headers, params }, reply) => {
        const access = await routes.guard(headers);
        const type = params.name.replace(/\.ndjson$/, '');
        if (!reachesSystem(access, type, 'r'))
          throw forbidden(
            `Your access does not cover exporting ${type}. Use a token with the scope system/${type}.rs.`,
            undefined,
            'scope',
          );
        const path = await routes.file(access, params.job, params.name);
        if (!path) throw notFound('There is no such file, or the export is not yours, or it was deleted.');
        return reply
          .type('application/fhir+ndjson')
          .header('cache-control', 'no-store')
          .send(createReadStream(path));
      },
    );
  });
}
