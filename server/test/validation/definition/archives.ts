// Makes FHIR packages for tests, as registries publish them: a .tgz with everything in the folder `package`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { create } from 'tar';

/** A folder that is gone when the test ends. */
export function temporaryFolder(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-packages-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const manifest = (name: string, version: string, more: Record<string, unknown> = {}) => ({
  name,
  version,
  fhirVersions: ['4.0.1'],
  ...more,
});

/** Writes `<folder>/<file>.tgz` with files by their paths in the archive; a text is written as it is. */
export async function writeArchive(
  folder: string,
  file: string,
  files: Record<string, unknown>,
): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'throughline-archive-'));
  const inside = join(root, 'a', 'b');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(inside, path)), { recursive: true });
    writeFileSync(
      join(inside, path),
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
  }
  const target = join(folder, `${file}.tgz`);
  await create({ file: target, cwd: inside, gzip: true, preservePaths: true }, Object.keys(files));
  rmSync(root, { recursive: true });
  return target;
}

export const PATIENT = 'http://hl7.org/fhir/StructureDefinition/Patient';

/** A profile of Patient with a differential only. */
export const profile = (url: string, version: string, element: object[] = []) => ({
  resourceType: 'StructureDefinition',
  id: url.slice(url.lastIndexOf('/') + 1),
  url,
  version,
  name: 'Test',
  status: 'active',
  fhirVersion: '4.0.1',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: PATIENT,
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient', path: 'Patient' }, ...element] },
});
