// PNG as the browser writes it, and PNG with a table of few colours, as the pictures are kept.
// https://www.w3.org/TR/png-3/
import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { reduce } from './palette.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 32;

/** The content of all chunks of a type, joined. */
function chunkOf(png: Buffer, wanted: string): Buffer {
  const found: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === wanted) found.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return Buffer.concat(found);
}

/** https://www.w3.org/TR/png-3/#9Filter-type-4-Paeth */
function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

type Filter = (left: number, above: number, corner: number) => number;

/** What each filter of a line adds to a byte. https://www.w3.org/TR/png-3/#9Filters */
const FILTERS: readonly Filter[] = [
  () => 0,
  (left) => left,
  (_left, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

interface Pixels {
  width: number;
  height: number;
  /** `0xRRGGBB`, line by line. */
  pixels: Uint32Array;
}

/** Reads a PNG of eight bits a channel, with or without transparency, not interlaced. */
export function readPng(png: Buffer): Pixels {
  const head = chunkOf(png, 'IHDR');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const step = head[9] === 6 ? 4 : 3;
  const raw = inflateSync(chunkOf(png, 'IDAT'));
  const stride = width * step;
  const bytes = new Uint8Array(stride * height);
  const pixels = new Uint32Array(width * height);
  for (let line = 0; line < height; line++) {
    const from = line * (stride + 1) + 1;
    const filter = FILTERS[raw[from - 1]!]!;
    const to = line * stride;
    for (let x = 0; x < stride; x++) {
      const left = x < step ? 0 : bytes[to + x - step]!;
      const above = line === 0 ? 0 : bytes[to + x - stride]!;
      const corner = x < step || line === 0 ? 0 : bytes[to + x - stride - step]!;
      bytes[to + x] = raw[from + x]! + filter(left, above, corner);
    }
  }
  for (let place = 0; place < pixels.length; place++) {
    const at = place * step;
    pixels[place] = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
  }
  return { width, height, pixels };
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(4);
  const check = Buffer.alloc(4);
  frame.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, check]);
}

/** The same picture with few colours, a byte a pixel. */
export function smaller(png: Buffer): Buffer {
  const { width, height, pixels } = readPng(png);
  const { colours, places } = reduce(pixels, COLOURS);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  const lines = Buffer.alloc((width + 1) * height);
  for (let line = 0; line < height; line++)
    lines.set(places.subarray(line * width, (line + 1) * width), line * (width + 1) + 1);
  const table = Buffer.from(colours.flatMap((one) => [one >> 16, (one >> 8) & 255, one & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
