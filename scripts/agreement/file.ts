// Reads the files of a folder, or of a package's archive, and the resource in a file of JSON or XML.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from '@medplum/fhirtypes';
import { list } from 'tar';
import { parseJson } from '../../server/fhir/json.ts';
import { xmlToJson } from '../../server/fhir/xml-read.ts';
import type { File } from './case.ts';

function archived(path: string): File[] {
  const files: File[] = [];
  list({
    file: path,
    sync: true,
    onReadEntry: (entry) => {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk: Buffer) => chunks.push(chunk));
      entry.on('end', () => files.push({ name: entry.path, text: Buffer.concat(chunks).toString() }));
    },
  });
  return files;
}

/**
 * Files of a folder and of the folders in it, or of a `.tgz`; sorted by name.
 * @param path of the folder or the archive
 * @param suffix how the names of wanted files end
 */
export function filesOf(path: string, suffix: string): File[] {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(suffix))
        .map((name) => ({ name, text: readFileSync(join(path, name), 'utf8') }))
    : archived(path).filter(({ name }) => name.endsWith(suffix));
  return files.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Reads JSON, or XML by the name's end, as the server reads a body.
 * @throws FhirError 400 when the text is malformed
 */
export const readResource = ({ name, text }: File): Resource =>
  parseJson(name.endsWith('.xml') ? xmlToJson(text) : text.replace(/^\uFEFF/, '')) as Resource;

const DEFINITIONS: ReadonlySet<string> = new Set(['StructureDefinition', 'ValueSet', 'CodeSystem']);
/** A file of a package itself: not in a folder below `package`, and none that an operating system left there. */
const OWN_FILE = /^package\/(?!\.)[^/]+\.json$/;

/** What a package's files define, as far as validation needs it. */
export const definitionsIn = (files: readonly File[]): Resource[] =>
  files
    .filter(({ name, text }) => OWN_FILE.test(name) && text.includes('"resourceType"'))
    .map(readResource)
    .filter(({ resourceType }) => DEFINITIONS.has(resourceType));
