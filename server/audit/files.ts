// The files of the audit journal: whose they are, whether more may come, and their lines from a position on.
import { readlinkSync } from 'node:fs';
import { appendFile, open, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A process that writes a journal. */
export interface Writer {
  /** Stands for the database that its lines go to: what others in the same folder write is left alone. */
  store: string;
  /** Where its number means something. */
  host: string;
  process: number;
  /** Told apart from a later process of the same number by an id of its own. */
  id: string;
}

export interface JournalFile {
  name: string;
  /** Text that stands for the writer. */
  writer: string;
  /** Nothing will be added: its writer has gone on to the next file, or has ended. */
  closed: boolean;
  /** Its writer has ended. */
  dead: boolean;
  /** Nobody can have it open any more. */
  removable: boolean;
  /** Bytes. */
  size: number;
}

interface Found {
  name: string;
  writer: Writer;
  number: number;
  size: number;
  changed: number;
}

const PATTERN = /^([0-9a-f]+)~(.+)~(\d+)~([0-9a-f-]{36})~(\d{6,})\.ndjson$/;
/** Milliseconds without a sign of life after which a process has ended, wherever it ran. */
const SILENT = 60_000;
/** The same, after which its file may go: by then no clock that differs, and no long sleep, makes it seem so. */
const GONE = 86_400_000;

/** Containers of one name number their processes each for itself: Linux tells by the namespace. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '0';
  }
}

/** This machine, or container. */
export const HOST = `${hostname()}.${processNamespace()}`;

const writerText = ({ store, host, process, id }: Writer): string => `${store}~${host}~${process}~${id}`;

/** A file's name. */
export const nameOf = (writer: Writer, number: number): string =>
  `${writerText(writer)}~${String(number).padStart(6, '0')}.ndjson`;

/** Whether a process of this machine runs. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const hasEnded = ({ host, process: pid }: Writer): boolean => host === HOST && !runs(pid);

/** A folder of journals. */
export interface JournalFolder {
  folder: string;
  /** Stands for the database. */
  store: string;
  /** Ids of writers of this process that have ended. */
  ended: ReadonlySet<string>;
}

/** The files of a folder whose lines go to the database, those of each process in the order of their numbers. */
export async function journalFiles({ folder, store, ended }: JournalFolder): Promise<JournalFile[]> {
  const found: Found[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const [, of, host, pid, id, number] = PATTERN.exec(name) ?? [];
    if (!id || of !== store) continue;
    const stats = await stat(join(folder, name)).catch(() => undefined);
    if (!stats) continue;
    const writer = { store, host: host!, process: Number(pid), id };
    found.push({ name, writer, number: Number(number), size: stats.size, changed: stats.mtimeMs });
  }
  // By what the operating system's clock says of files, not by the clock of the server, which tests move.
  const silence = (changed: number) => Date.now() - changed;
  return found.map(({ name, writer, number, size, changed }): JournalFile => {
    const ofWriter = found.filter((other) => other.writer.id === writer.id);
    const isLast = ofWriter.every((other) => other.number <= number);
    const latest = Math.max(changed, ...ofWriter.map((other) => other.changed));
    const over = ended.has(writer.id) || hasEnded(writer);
    const dead = over || silence(latest) > SILENT;
    const removable = over || !isLast || silence(latest) > GONE;
    return { name, writer: writerText(writer), closed: dead || !isLast, dead, removable, size };
  });
}

/** Bytes that are read at a time. */
const CHUNK = 1 << 17;

/** Lines of a file with the position behind each. */
export interface PlacedLine {
  text: string;
  end: number;
}

/**
 * Whole lines from a position on, as many as fit into a read. A last line without its end is left alone, unless nothing can
 * follow: then it is given too.
 */
export async function linesFrom(
  folder: string,
  { name, size, closed }: JournalFile,
  position: number,
): Promise<PlacedLine[]> {
  if (position >= size) return [];
  const file = await open(join(folder, name));
  try {
    for (let length = Math.min(CHUNK, size - position); ; length = Math.min(length * 2, size - position)) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      const bytes = buffer.subarray(0, bytesRead);
      const isEnd = closed && position + bytesRead >= size;
      const lines = split(bytes, position, isEnd);
      if (lines.length || position + bytesRead >= size || !bytesRead) return lines;
    }
  } finally {
    await file.close();
  }
}

function split(bytes: Buffer, position: number, isEnd: boolean): PlacedLine[] {
  const lines: PlacedLine[] = [];
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines.push({ text: bytes.toString('utf8', start, end), end: position + end + 1 });
    start = end + 1;
  }
  if (isEnd && start < bytes.length)
    lines.push({ text: bytes.toString('utf8', start), end: position + bytes.length });
  return lines;
}

/** Keeps lines that cannot be stored, for somebody to look at. */
export const keepUnreadable = (folder: string, text: string): Promise<void> =>
  appendFile(join(folder, 'unreadable.txt'), `${text}\n`, { mode: 0o600 });

/** Removes a file whose lines are stored. */
export const removeFile = (folder: string, name: string): Promise<void> =>
  rm(join(folder, name), { force: true });
