// The audit journal of a process: an append-only file in DATA_DIR/audit. A line is with the operating system before the answer
// leaves, so that killing the process loses nothing that was answered; the disk has it half a second later.
import {
  accessSync,
  closeSync,
  constants,
  fdatasync,
  fstat,
  futimes,
  mkdirSync,
  openSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { HOST, nameOf, type Writer } from './files.ts';

export interface JournalDependencies {
  folder: string;
  /** Stands for the database that lines go to. */
  store: string;
  newId: () => string;
  log: { error(details: object, message: string): void };
}

/** Milliseconds between two flushes to the disk. */
const SYNC = 500;
/** Flushes between two signs of life. */
const BEAT = 20;
/** Milliseconds without a sign of life after which the process no longer trusts its file to be there: others may have removed it. */
const SILENT = 30_000;
/** Bytes after which the next file begins, so that drained ones can be removed. */
const MAX_FILE = 8 << 20;

/** The journal that this process writes. */
export class Journal {
  readonly writer: Writer;
  /** Lines written so far. */
  written = 0;
  readonly #folder: string;
  readonly #log: JournalDependencies['log'];
  readonly #timer: NodeJS.Timeout;
  #number = 0;
  #file: number;
  #size = 0;
  #dirty = false;
  #waiting: string[] = [];
  #flushing: Promise<void> | undefined;
  /** The last line did not get whole into the file. */
  #torn = false;
  #ticks = 0;
  #closed = false;
  /** Somebody has removed the file. */
  #gone = false;
  #alive = performance.now();

  /** @throws the operating system's failure when the folder cannot be used */
  constructor({ folder, store, newId, log }: JournalDependencies) {
    this.#folder = folder;
    this.#log = log;
    this.writer = { store, host: HOST, process: process.pid, id: newId() };
    // What callers ask may name patients: nobody else on this machine reads it.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    this.#file = this.#open();
    this.#timer = setInterval(() => this.#tick(), SYNC).unref();
  }

  /**
   * Appends lines, each with its line end, in one write with those of other requests of the same turn of the event loop.
   * @returns when the operating system has them; rejected with its failure, and then the caller must not be answered
   */
  append(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#flushing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#flush();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#flushing;
  }

  #flush(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#flushing = undefined;
    if (lines.length) this.appendNow(lines.join(''));
    this.written += Math.max(0, lines.length - 1);
  }

  /** Appends lines at once. @throws the operating system's failure */
  appendNow(text: string): void {
    // The number of a closed file may be that of a connection by now.
    if (this.#closed) throw new Error('The audit journal is closed.');
    if (this.#size > MAX_FILE || this.#gone || performance.now() - this.#alive > SILENT) this.#next();
    const bytes = Buffer.from(this.#torn ? `\n${text}` : text);
    this.#torn = true;
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    this.#torn = false;
    this.#size += bytes.length;
    this.#dirty = true;
    this.written++;
  }

  /** Ends the journal; what is in it stays. */
  close(): void {
    clearInterval(this.#timer);
    try {
      this.#flush();
    } catch (error) {
      this.#told(error as Error);
    }
    this.#closed = true;
    closeSync(this.#file);
  }

  #open(): number {
    return openSync(join(this.#folder, nameOf(this.writer, this.#number)), 'ax', 0o600);
  }

  #next(): void {
    const before = this.#file;
    this.#number++;
    this.#file = this.#open();
    this.#size = 0;
    this.#torn = false;
    this.#gone = false;
    this.#alive = performance.now();
    fdatasync(before, (error) => {
      this.#told(error);
      closeSync(before);
    });
  }

  #tick(): void {
    const told = (error: Error | null) => this.#told(error);
    if (this.#dirty) fdatasync(this.#file, told);
    this.#dirty = false;
    this.#look(this.#file);
    if (++this.#ticks % BEAT) return;
    const began = performance.now();
    const date = new Date();
    futimes(this.#file, date, date, (error) => {
      if (!error) this.#alive = began;
      told(error);
    });
  }

  /** Whether the file is in its folder still. */
  #look(file: number): void {
    fstat(file, (error, stats) => {
      if (error || stats.nlink || this.#closed || file !== this.#file || this.#gone) return;
      this.#gone = true;
      this.#log.error(
        { reason: 'The file was removed by somebody else.' },
        'audit events of the last moments may be lost',
      );
    });
  }

  #told(error: Error | null): void {
    // A file that was closed meanwhile is no longer ours to care for.
    if (error && (error as NodeJS.ErrnoException).code !== 'EBADF')
      this.#log.error({ reason: error.message }, 'audit journal not flushed');
  }
}
