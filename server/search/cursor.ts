// The signed, opaque cursor of keyset paging: where the page ended, and the snapshot that all pages share.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Rid } from '../db/rid.ts';
import { badRequest } from '../fhir/errors.ts';

/** Position after the last row of a page. */
export interface Cursor {
  /** Sort values of that row, null where it has none; then lastUpdated in ISO form, always. */
  keys: (string | null)[];
  rid: Rid;
  /** `pg_snapshot` of the first page: later writes are judged against it. */
  horizon: string;
}

const SIGNATURE_BYTES = 12;

/** Writes and reads cursors that are bound to one query and one installation. */
export class Cursors {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  #sign(payload: string, scope: string): string {
    return createHmac('sha256', this.#key)
      .update(`${scope}\n${payload}`)
      .digest()
      .subarray(0, SIGNATURE_BYTES)
      .toString('base64url');
  }

  /** @param scope what the cursor belongs to: the type and the parameters of the search */
  write(cursor: Cursor, scope: string): string {
    const payload = Buffer.from(JSON.stringify([cursor.keys, cursor.rid, cursor.horizon])).toString(
      'base64url',
    );
    return `${payload}.${this.#sign(payload, scope)}`;
  }

  /** @throws FhirError 400 when the cursor was not made by this server for this search */
  read(text: string, scope: string): Cursor {
    const cut = text.indexOf('.');
    const payload = text.slice(0, cut);
    const given = Buffer.from(text.slice(cut + 1));
    const expected = Buffer.from(this.#sign(payload, scope));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw badRequest(
        'This page link does not belong to this search. Start again from the first page, and follow its links as they are.',
      );
    }
    const [keys, rid, horizon] = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return { keys, rid, horizon };
  }
}
