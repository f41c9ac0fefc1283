// The JSON files of a FHIR package's archive, read within limits; nothing of it is ever written under its own name.
// https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';

/** Largest file, and largest sum of all, unpacked, in bytes; most files. The largest published packages stay far below. */
const LIMITS = { file: 128 << 20, total: 400 << 20, files: 100_000 };

/** A package that cannot be used; the message is a sentence for the operator. */
export class PackageError extends Error {
  override readonly name = 'PackageError';
}

const CONTENT = /^package\/([^/]+\.json)$/;
const OUTSIDE = /^\/|^[A-Za-z]:|\\|(^|\/)\.\.(\/|$)/;

/** Collects the files that stand right in `package/`; links and everything in other folders are passed over. */
class Collector {
  readonly #take: (name: string, text: string) => void;
  #files = 0;

  constructor(take: (name: string, text: string) => void) {
    this.#take = take;
  }

  readonly entry = (entry: ReadEntry): void => {
    const path = entry.path;
    if (++this.#files > LIMITS.files) throw new PackageError(`It has more than ${LIMITS.files} files.`);
    if (OUTSIDE.test(path)) throw new PackageError('It names a file outside of itself.');
    const name = CONTENT.exec(path)?.[1];
    if (!name || name.startsWith('.') || entry.type !== 'File') {
      entry.resume();
      return;
    }
    if (entry.size > LIMITS.file) throw new PackageError(`${name} is larger than ${LIMITS.file >> 20} MB.`);
    const chunks: Buffer[] = [];
    entry.on('data', (chunk) => chunks.push(chunk as Buffer));
    entry.on('end', () => this.#take(name, Buffer.concat(chunks).toString('utf8')));
  };
}

/**
 * Reads an archive, file after file.
 * @param take given the name and text of each JSON file of the folder `package`
 * @throws PackageError when it is no whole archive, too large, or names files outside of itself
 */
export async function readArchive(path: string, take: (name: string, text: string) => void): Promise<void> {
  const collector = new Collector(take);
  let failure: unknown;
  const fail = (error: unknown) => {
    failure ??= error;
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry) => {
      try {
        collector.entry(entry);
      } catch (error) {
        fail(error);
        entry.resume();
      }
    },
  });
  const ended = new Promise<void>((resolve) => {
    parser.on('end', resolve);
    parser.on('error', (error) => {
      fail(error);
      resolve();
    });
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      let total = 0;
      for await (const chunk of chunks) {
        total += chunk.length;
        if (total > LIMITS.total) throw new PackageError(`It is larger than ${LIMITS.total >> 20} MB.`);
        parser.write(chunk);
        if (failure) throw failure;
      }
    });
    parser.end();
    await ended;
    if (failure) throw failure;
  } catch (error) {
    if (error instanceof PackageError) throw error;
    throw new PackageError('It is not a whole .tgz archive. Download it again.');
  }
}
