// A resource while it is patched: plain JSON whose numbers keep their text wherever a patch moves them.
// https://hl7.org/fhir/R4/http.html#patch
import { badRequest, FhirError, issue } from '../../fhir/errors.ts';
import { parseJson, stringifyJson } from '../../fhir/json.ts';

/** An object of the document. Numbers are held by JSON.rawJSON, which only `JSON.stringify` opens. */
export type Holder = Record<string, unknown>;

/** JSON.rawJSON and the third argument of revivers, which TypeScript's library does not declare yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): { readonly rawJSON: string };
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown;

const keepText: Reviver = (_key, value, { source }) => (typeof value === 'number' ? rawJSON(source!) : value);

/** Reads JSON text that was already read once, so it is well formed. */
export const readDocument = (text: string): unknown =>
  JSON.parse(text, keepText as (this: unknown, key: string, value: unknown) => unknown);

/** The same value as a document of its own. */
export const documentOf = (value: object): unknown => readDocument(stringifyJson(value));

/** The document as JSON with plain numbers, to compare and to evaluate expressions on. */
export const plainOf = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/** The document as a resource. @throws FhirError 400 when it is nested too deep */
export const resourceOfDocument = (document: unknown): unknown => parseJson(JSON.stringify(document));

/** Whether a value has properties or items: a number that keeps its text is an object to JavaScript only. */
export const isContainer = (value: unknown): value is Holder | unknown[] =>
  typeof value === 'object' && value !== null && !isRawJSON(value);

export const isHolder = (value: unknown): value is Holder => isContainer(value) && !Array.isArray(value);

/** Most operations of one patch. */
const MAX_OPERATIONS = 1000;

/** @throws FhirError 413 for a patch of more operations than are taken at once */
export function checkCount(count: number): void {
  if (count <= MAX_OPERATIONS) return;
  throw new FhirError(413, [
    issue(
      'too-costly',
      `The patch has ${count} operations; at most ${MAX_OPERATIONS} are taken at once. Send an update instead.`,
    ),
  ]);
}

/** 422: the patch is understood, but does not fit what the resource holds now. */
export const doesNotApply = (diagnostics: string, expression: string): FhirError =>
  new FhirError(422, [issue('processing', diagnostics, expression)]);

/** 400: the patch itself cannot be read. */
export const malformedPatch = badRequest;
