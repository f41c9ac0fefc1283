// What is typed into the form of a trusted EHR, and what of it is said to the server: what is left out it finds out by itself.
// docs/administration.md
import type { Ehr, EhrChange } from '../../../fhir/admin.ts';

/** As it is typed: lists are one value a line, what is not known is empty. */
export interface Typed {
  readonly fhirBase: string;
  readonly clientId: string;
  readonly name: string;
  readonly issuer: string;
  readonly jwksUri: string;
  readonly scope: string;
  readonly patientSystems: string;
  readonly frameOrigins: string;
  readonly readsCharts: boolean;
  readonly matchNpi: boolean;
  readonly makeKey: boolean;
}

const BLANK: Typed = {
  fhirBase: '',
  clientId: '',
  name: '',
  issuer: '',
  jwksUri: '',
  scope: '',
  patientSystems: '',
  frameOrigins: '',
  readsCharts: true,
  matchNpi: true,
  makeKey: false,
};

/** What the form begins with. */
export const typedOf = (ehr: Ehr | undefined): Typed =>
  ehr
    ? {
        ...ehr,
        patientSystems: ehr.patientSystems.join('\n'),
        frameOrigins: ehr.frameOrigins.join('\n'),
        makeKey: false,
      }
    : BLANK;

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const TEXTS = ['clientId', 'name', 'issuer', 'jwksUri', 'scope'] as const;
const LISTS = ['patientSystems', 'frameOrigins'] as const;
const FLAGS = ['readsCharts', 'matchNpi', 'makeKey'] as const;

/** The members that are different from what the form began with; an emptied text is left to the server. */
export function changeOf(before: Typed, typed: Typed): EhrChange {
  const texts = TEXTS.filter((name) => typed[name].trim() && typed[name].trim() !== before[name].trim());
  const lists = LISTS.filter((name) => typed[name] !== before[name]);
  const flags = FLAGS.filter((name) => typed[name] !== before[name]);
  return Object.fromEntries([
    ...texts.map((name) => [name, typed[name].trim()]),
    ...lists.map((name) => [name, linesOf(typed[name])]),
    ...flags.map((name) => [name, typed[name]]),
  ]);
}
