// What a form knows once it is open: whether a resource may be written, and the rules that say no in plain words.
// https://hl7.org/fhir/R4/validation.html
export { ruleSaid } from '../locales/rules.ts';
export { validate } from './validator.ts';
