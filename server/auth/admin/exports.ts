// Bulk exports of everybody by HTTP: how they stand, without what they hold, and their end.
// https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import { type AdminRoute, named } from './route.ts';

/** An export as administrators see it. */
export interface ExportSummary {
  id: string;
  /** Kick-off address. */
  url: string;
  /** Whose it is: client and user of the token. */
  subject: string;
  client?: string;
  status: string;
  requestedAt: Date;
  /** Resource types asked for, and how many of them are written. */
  types: number;
  done: number;
  /** Resources written, by type. */
  output: readonly { type: string; count: number }[];
}

/** The exports of this installation, given by the composition root. */
export interface ExportJobs {
  /** The newest, at most a hundred. */
  list(): Promise<readonly ExportSummary[]>;
  find(id: string): Promise<Pick<ExportSummary, 'status'> | undefined>;
  /** Ends an export and removes its files. */
  cancel(id: string): Promise<void>;
}

export const exportRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: 'exports',
    handle: async ({ exports }) => ({ status: 200, body: { exports: (await exports?.list()) ?? [] } }),
  },
  {
    method: 'DELETE',
    path: 'exports/:id',
    async handle({ exports }, { params }) {
      const { id = '' } = params;
      const found = await exports?.find(id);
      named(found?.status === 'cancelled' ? undefined : found, 'export', id);
      await exports?.cancel(id);
      return { status: 204, change: { action: 'D', what: 'export', id } };
    },
  },
];
