// How a version came about, read back from its one-byte column. https://hl7.org/fhir/R4/valueset-http-verb.html
import { type Method, methodCodes } from './write.ts';

const methods: ReadonlyMap<string, Method> = new Map(
  (Object.entries(methodCodes) as [Method, string][]).map(([method, code]) => [code, method]),
);

/** The method that a code of the column `method` stands for. */
export const methodOf = (code: string): Method => methods.get(code)!;
