// The files of an export, for the caller that asked for it. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
import { type FileHandle, open } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { type Access, reachesSystem } from '../fhir/access.ts';
import { resourceTypes } from '../fhir/elements.ts';
import { forbidden, notFound } from '../fhir/errors.ts';
import { type AuditedRoutes, recordOf, recordRefusals } from './audited.ts';

export interface ExportFileRoutes extends AuditedRoutes {
  guard: (headers: { authorization?: string | undefined }) => Promise<Access>;
  /** Path of a file that `access` may download, or undefined. */
  file: (access: Access, job: string, name: string) => Promise<string | undefined>;
}

/** Where a file is. */
interface Place {
  job: string;
  name: string;
}

/** The file, open. @throws FhirError 403, 404 */
async function openFile(
  access: Access,
  { job, name }: Place,
  { file }: Pick<ExportFileRoutes, 'file'>,
): Promise<FileHandle> {
  const type = name.replace(/\.ndjson$/, '');
  if (resourceTypes.has(type) && !reachesSystem(access, type, 'r'))
    throw forbidden(
      `Your access does not cover exporting ${type}. Use a token with the scope system/${type}.rs.`,
      undefined,
      'scope',
    );
  const path = await file(access, job, name);
  const handle =
    path &&
    (await open(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }));
  if (!handle) throw notFound('There is no such file, or the export is not yours, or it was deleted.');
  return handle;
}

/** Registers the addresses of exports' files. */
export async function registerExportFiles(app: FastifyInstance, routes: ExportFileRoutes): Promise<void> {
  await app.register(async (files) => {
    recordRefusals(files, routes);
    files.get<{ Params: Place }>('/fhir/$export-file/:job/:name', async (request, reply) => {
      const record = recordOf(request, routes);
      const access = await routes.guard(request.headers);
      if (record) record.access = access;
      const file = await openFile(access, request.params, routes);
      const bytes = file.createReadStream();
      try {
        await record?.end({ status: 200, result: { kind: 'empty', status: 200 } });
      } catch (error) {
        bytes.destroy();
        throw error;
      }
      return reply.type('application/fhir+ndjson').header('cache-control', 'no-store').send(bytes);
    });
  });
}
