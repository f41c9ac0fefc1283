// Resources to index: the demo stories, and the Synthea bundles where they lie beside the project.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { demoBundles } from '../../bulk/demo.ts';
import type { Draft } from '../search/storage.ts';

const DEMO = new URL('../../../fixtures/demo/', import.meta.url);
const SYNTHEA = fileURLToPath(new URL('../../../../shared/data/synthea-32-bundles.tar.gz', import.meta.url));

const resourcesOf = (bundles: readonly Bundle[]): Resource[] =>
  bundles.flatMap((bundle) => (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []));

/** With ids, which a bundle may leave to the server, and each once. */
const withIds = (resources: readonly Resource[]): Draft[] => [
  ...new Map(
    resources
      .map((resource, n) => ({ ...resource, id: resource.id ?? `r${n}` }))
      .map((draft) => [`${draft.resourceType}/${draft.id}`, draft as unknown as Draft]),
  ).values(),
];

export const demoResources = (): Draft[] =>
  withIds(resourcesOf(demoBundles(DEMO, new Date('2026-03-14T09:30:00Z'))));

/** Reason to skip a test on Synthea's bundles, or false. */
export const withoutSynthea = existsSync(SYNTHEA)
  ? false
  : 'the archive of Synthea bundles is not beside the project';

export function syntheaResources(): Draft[] {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-synthea-'));
  try {
    execFileSync('tar', ['xzf', SYNTHEA, '-C', folder]);
    return withIds(
      resourcesOf(
        readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bundle),
      ),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
