// What an import reads: NDJSON lines and the entries of Bundles, out of plain or gzipped files, in bounded memory.
// http://ndjson.org · https://hl7.org/fhir/R4/bundle.html
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { badRequest, FhirError } from '../fhir/errors.ts';
import { parseJson } from '../fhir/json.ts';

export type SourceFormat = 'ndjson' | 'json';

/** A file to import. */
export interface SourceFile {
  path: string;
  /** Its name, as reports call it. */
  name: string;
  format: SourceFormat;
  gzipped: boolean;
  /** On disk. */
  bytes: number;
}

/** Where a resource stood: its line, or its place among a Bundle's entries, both from 1. */
export interface Place {
  file: SourceFile;
  line?: number;
  entry?: number;
}

/** A resource, or what stands in its place and why it cannot be read. */
export interface Item {
  place: Place;
  resource?: unknown;
  failure?: FhirError;
  /** Bytes of its JSON, about. */
  size: number;
}

/** Links the entries of one Bundle to each other by `fullUrl`. @throws FhirError 400 for a link that leads nowhere */
export type LinkEntries = (
  entries: readonly { fullUrl: string | undefined; address: string; resource: object }[],
) => (entry: { fullUrl: string | undefined; address: string; resource: object }) => void;

/** Paths cannot be imported; the message says why. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

const NAME = /\.(ndjson|jsonl|json)(\.gz)?$/i;
const ERRORS = /\.errors\.ndjson$/;
const FORMATS: Readonly<Record<string, SourceFormat>> = { ndjson: 'ndjson', jsonl: 'ndjson', json: 'json' };

/** Longest line, in bytes; what is longer is reported and passed over. */
export const MAX_LINE = 64 << 20;
/** Largest JSON file, unzipped, in bytes: it is read whole. */
export const MAX_JSON = 256 << 20;

/**
 * The files to import, folders with all that is below them, in the order of their names.
 * @param format of files whose names do not tell; `auto`: such files are refused
 * @throws SourceError for a path that is not there, or whose format nobody tells
 */
export function sourceFiles(paths: readonly string[], format: SourceFormat | 'auto'): SourceFile[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) throw new SourceError(`There is no file or folder ${path}.`);
    const inFolder = found.isDirectory();
    const names = inFolder ? readdirSync(path, { recursive: true, encoding: 'utf8' }).sort() : [''];
    return names.flatMap((name) => {
      const file = resolve(join(path, name));
      const [, kind, gz] = NAME.exec(file) ?? [];
      const told = format === 'auto' ? FORMATS[String(kind).toLowerCase()] : format;
      if (inFolder && (!kind || ERRORS.test(file))) return [];
      if (!told)
        throw new SourceError(
          `The name of ${path} does not tell its format. Name it .ndjson, .json, .ndjson.gz or .json.gz, or say --format ndjson or --format json.`,
        );
      const { size } = statSync(file);
      const gzipped = gz !== undefined || /\.gz$/i.test(file);
      return [{ path: file, name: basename(file), format: told, gzipped, bytes: size }];
    });
  });
}

/** Bytes of a file, unzipped. @param onBytes told how many bytes of the file itself were read */
function open({ path, gzipped }: SourceFile, onBytes: (count: number) => void): AsyncIterable<Buffer> {
  const raw = createReadStream(path, { highWaterMark: 1 << 18 });
  raw.on('data', (chunk) => onBytes(chunk.length));
  if (!gzipped) return raw;
  const unzipped = createGunzip();
  raw.on('error', (error) => unzipped.destroy(error));
  return raw.pipe(unzipped);
}

/** Calls `read` and keeps what it refuses as a failure of that place. */
function itemAt(place: Place, size: number, read: () => unknown): Item {
  try {
    return { place, size, resource: read() };
  } catch (error) {
    if (error instanceof FhirError) return { place, size, failure: error };
    throw error;
  }
}

const lineTooLong = (file: SourceFile, line: number): Item => ({
  place: { file, line },
  size: 0,
  failure: badRequest(`The line is longer than ${MAX_LINE} bytes. Import what it holds in smaller pieces.`),
});

/** Refuses bytes that are no UTF-8, instead of replacing them; a byte order mark is left out. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws FhirError 400 for bytes that are no UTF-8 */
function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest('There are bytes that are not UTF-8. Convert the file, and import it again.');
  }
}

/** Lines of a file with their numbers; one that is too long comes without its bytes. */
async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<[number: number, bytes?: Buffer]> {
  let number = 1;
  let open: Buffer[] = [];
  let size = 0;
  const line = (): [number, Buffer?] => {
    const bytes = size > MAX_LINE ? undefined : open.length === 1 ? open[0]! : Buffer.concat(open);
    open = [];
    size = 0;
    return bytes ? [number++, bytes] : [number++];
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      size += end - start;
      if (size <= MAX_LINE) open.push(chunk.subarray(start, end));
      start = end + 1;
      yield line();
    }
    size += chunk.length - start;
    if (size <= MAX_LINE) open.push(chunk.subarray(start));
    else open = [];
  }
  if (size) yield line();
}

const fileTooLarge = () =>
  badRequest(
    `The file is larger than ${MAX_JSON} bytes, and a JSON file is read whole. Import its resources as NDJSON.`,
  );

/** The resource of a line, undefined for a blank one. */
function lineContent(bytes: Buffer): unknown {
  const text = textOf(bytes);
  return text.trim() ? parseJson(text) : undefined;
}

async function* ndjsonItems(file: SourceFile, chunks: AsyncIterable<Buffer>): AsyncGenerator<Item> {
  for await (const [line, bytes] of lines(chunks)) {
    const item = bytes
      ? itemAt({ file, line }, bytes.length, () => lineContent(bytes))
      : lineTooLong(file, line);
    if (item.failure || item.resource !== undefined) yield item;
  }
}

/** The bytes of a file; undefined when they are too many. */
async function wholeFile(chunks: AsyncIterable<Buffer>): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_JSON) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

interface Entry {
  fullUrl?: unknown;
  resource?: unknown;
  request?: { method?: unknown; ifNoneExist?: unknown };
  search?: { mode?: unknown };
}

/** Bundles that only carry resources; others (document, message) are resources themselves. https://hl7.org/fhir/R4/valueset-bundle-type.html */
const CARRIERS: ReadonlySet<unknown> = new Set(['transaction', 'batch', 'collection', 'searchset']);
const WRITES: ReadonlySet<unknown> = new Set(['POST', 'PUT', undefined]);

/** @throws FhirError for an entry that asks for more than storing its resource */
function checkEntry({ resource, request }: Entry): void {
  if (!WRITES.has(request?.method))
    throw badRequest(
      `The entry's request.method is ${JSON.stringify(request?.method)}; an import only stores resources (POST, PUT). Send the Bundle to the server instead.`,
      'Bundle.entry.request.method',
    );
  if (request?.ifNoneExist !== undefined)
    throw badRequest(
      'The entry has an ifNoneExist, and an import does not search. Give the resource an id, or send the Bundle to the server.',
      'Bundle.entry.request.ifNoneExist',
    );
  if (typeof resource !== 'object' || resource === null)
    throw badRequest('The entry has no resource. An import stores resources.', 'Bundle.entry.resource');
}

/** What each file and entry is given as its id when it has none: the same at every run. */
export type NameId = (place: Place, resource: object) => string;

function* bundleItems(
  { place: { file }, resource: bundle, size: whole }: Item,
  link: LinkEntries,
  nameId: NameId,
): Generator<Item> {
  const list = (bundle as { entry?: unknown }).entry ?? [];
  if (!Array.isArray(list)) {
    yield { place: { file }, size: 0, failure: badRequest('Bundle.entry must be a list.', 'Bundle.entry') };
    return;
  }
  const size = Math.ceil(whole / list.length);
  const items = (list as (Entry | null)[]).map((entry, n) => {
    const place = { file, entry: n + 1 };
    const item = itemAt(place, size, () => {
      checkEntry(entry ?? {});
      return entry!.resource;
    });
    if (item.failure) return { item };
    const resource = item.resource as { resourceType?: unknown; id?: unknown };
    resource.id ??= nameId(place, resource);
    const fullUrl = typeof entry!.fullUrl === 'string' ? entry!.fullUrl : undefined;
    return { item, linked: { fullUrl, address: `${resource.resourceType}/${resource.id}`, resource }, entry };
  });
  const rewrite = link(items.flatMap(({ linked }) => linked ?? []));
  for (const { item, linked, entry } of items) {
    if (entry?.search?.mode === 'outcome') continue;
    yield linked
      ? itemAt(item.place, size, () => {
          rewrite(linked);
          return linked.resource;
        })
      : item;
  }
}

async function* jsonItems(
  file: SourceFile,
  chunks: AsyncIterable<Buffer>,
  link: LinkEntries,
  nameId: NameId,
): AsyncGenerator<Item> {
  const bytes = await wholeFile(chunks);
  const item = bytes
    ? itemAt({ file }, bytes.length, () => parseJson(textOf(bytes)))
    : { place: { file }, size: 0, failure: fileTooLarge() };
  const { resourceType, type } = (item.resource ?? {}) as Record<string, unknown>;
  if (resourceType === 'Bundle' && CARRIERS.has(type)) yield* bundleItems(item, link, nameId);
  else yield item;
}

/**
 * The resources of a file, one after the other.
 * @param onBytes told how many bytes of the file were read
 * @throws the file system's or zlib's own failure when the file cannot be read
 */
export async function* readItems(
  file: SourceFile,
  link: LinkEntries,
  nameId: NameId,
  onBytes: (count: number) => void,
): AsyncGenerator<Item> {
  const chunks = open(file, onBytes);
  if (file.format === 'ndjson') yield* ndjsonItems(file, chunks);
  else yield* jsonItems(file, chunks, link, nameId);
}
