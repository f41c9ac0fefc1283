// A set of codes: a JavaScript Set while it is small; sorted bytes, a tenth of the memory, when it is large.
import { Buffer } from 'node:buffer';

export interface CodeSet {
  readonly size: number;
  has(code: string): boolean;
}

/** Codes from which on bytes are kept. */
const LARGE = 5_000;

class PackedCodes implements CodeSet {
  readonly size: number;
  readonly #bytes: Buffer;
  /** Where each code begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  constructor(codes: readonly string[]) {
    const buffers = [...new Set(codes)].map((code) => Buffer.from(code)).sort(Buffer.compare);
    this.size = buffers.length;
    this.#bytes = Buffer.concat(buffers);
    this.#starts = new Uint32Array(buffers.length + 1);
    for (const [n, { length }] of buffers.entries()) this.#starts[n + 1] = this.#starts[n]! + length;
  }

  has(code: string): boolean {
    const wanted = Buffer.from(code);
    let [low, high] = [0, this.size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#bytes.compare(
        wanted,
        0,
        wanted.length,
        this.#starts[middle]!,
        this.#starts[middle + 1]!,
      );
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  }
}

/** The codes as a set. */
export const codeSet = (codes: readonly string[]): CodeSet =>
  codes.length < LARGE ? new Set(codes) : new PackedCodes(codes);
