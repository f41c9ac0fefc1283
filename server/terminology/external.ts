// Code systems of other owners whose content does not come with the program: their codes are checked by shape.
// https://hl7.org/fhir/R4/terminologies-systems.html#external
import { issue, unprocessable } from '../fhir/errors.ts';
import { canonicalUnit, UCUM } from '../fhir/ucum.ts';
import type { Concept, Content, Filter } from './content.ts';
import { passes } from './filter.ts';

/** What a code of a system looks like. */
export interface Shape {
  readonly name: string;
  /** One sentence for those whose code does not fit. */
  readonly sentence: string;
  fits(code: string): boolean;
}

const VERHOEFF_PRODUCT = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const VERHOEFF_PERMUTATION = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Whether the last digit is the Verhoeff check digit of the others. */
export function hasVerhoeffDigit(digits: string): boolean {
  let check = 0;
  for (let n = 0; n < digits.length; n++) {
    const digit = Number(digits[digits.length - 1 - n]);
    check = Number(VERHOEFF_PRODUCT[check]![Number(VERHOEFF_PERMUTATION[n % 8]![digit])]);
  }
  return check === 0;
}

/** Whether the digit after the dash is the mod-10 (Luhn) check digit of those before it. */
export function hasLoincDigit(code: string): boolean {
  const [digits = '', check] = code.split('-');
  let sum = 0;
  for (let n = 0; n < digits.length; n++) {
    const doubled = Number(digits[digits.length - 1 - n]) * (n % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10) === check;
}

/** UCUM's units on scales of their own, which have no canonical form. */
const SPECIAL_UNITS =
  /^[a-zA-Z]{0,2}(\[pH\]|Np|B(\[[^\]]+\])?|bit_s|\[degRe\]|\[p'diop\]|%\[slope\]|\[hp'_[XCMQ]\]|\[m\/s2\/Hz\^0\.5\])$/;
const isUnit = (code: string): boolean => canonicalUnit(code) !== undefined || SPECIAL_UNITS.test(code);

const shape = (name: string, sentence: string, pattern: RegExp, also?: (code: string) => boolean): Shape => ({
  name,
  sentence,
  fits: (code) => pattern.test(code) && (also?.(code) ?? true),
});

/** A SNOMED CT identifier, or an expression that begins with one. */
const SNOMED_IDENTIFIER = /^\d{6,18}/;
const snomed = shape(
  'SNOMED CT',
  'A SNOMED CT identifier has 6 to 18 digits, of which the last is a check digit.',
  /^[1-9]\d{5,17}(\s*[|:+].*)?$/s,
  (code) => hasVerhoeffDigit(SNOMED_IDENTIFIER.exec(code)![0]),
);
const icd10 = (name: string): Shape =>
  shape(
    name,
    `A code of ${name} is a letter, a digit and a digit or letter, then perhaps a dot and up to four more.`,
    /^[A-Z]\d[\dA-Z](\.[\dA-Z]{1,4})?[*†+!]?$/,
  );

const LANGUAGE =
  /^(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?(?:-(?:[\da-z]{5,8}|\d[\da-z]{3}))*(?:-[\da-wy-z](?:-[\da-z]{2,8})+)*(?:-x(?:-[\da-z]{1,8})+)?$|^x(?:-[\da-z]{1,8})+$|^i-[a-z]{2,8}$/i;

/** By canonical URL of the code system. */
const shapes: Readonly<Record<string, Shape>> = {
  'http://snomed.info/sct': snomed,
  'http://loinc.org': shape(
    'LOINC',
    'A LOINC code is digits, a dash and their check digit; parts and answers begin with LP, LA, LL or LG.',
    /^(?:L[APLG]\d{1,8}-\d|\d{1,7}-\d)$/,
    (code) => hasLoincDigit(code.replace(/^L[APLG]/, '')),
  ),
  [UCUM]: { name: 'UCUM', sentence: 'A UCUM unit is written as ucum.org says, such as mg/dL.', fits: isUnit },
  'http://hl7.org/fhir/sid/icd-10-cm': icd10('ICD-10-CM'),
  'http://hl7.org/fhir/sid/icd-10': icd10('ICD-10'),
  'http://www.cms.gov/Medicare/Coding/ICD10': shape(
    'ICD-10-PCS',
    'A code of ICD-10-PCS has seven digits and letters without I and O.',
    /^[\dA-HJ-NP-Z]{7}$/,
  ),
  'http://hl7.org/fhir/sid/icd-9-cm': shape(
    'ICD-9-CM',
    'A code of ICD-9-CM is three digits (V and two, E and three), then perhaps a dot and up to two more.',
    /^(?:\d{2,3}|V\d{2}|E\d{3})(?:\.\d{1,2})?$/,
  ),
  'http://www.ama-assn.org/go/cpt': shape(
    'CPT',
    'A CPT code is four digits and a digit or one of A, F, M, T, U; a modifier has two characters.',
    /^(?:\d{4}[\dAFMTU]|[\dA-Z]{2})$/,
  ),
  'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets': shape(
    'HCPCS',
    'An HCPCS code is a letter from A to V and four digits; a modifier has two characters.',
    /^(?:[A-V]\d{4}|[\dA-Z]{2})$/,
  ),
  'http://www.nlm.nih.gov/research/umls/rxnorm': shape(
    'RxNorm',
    'An RxNorm identifier has up to eight digits.',
    /^[1-9]\d{0,7}$/,
  ),
  'http://hl7.org/fhir/sid/ndc': shape(
    'NDC',
    'An NDC has ten or eleven digits, with or without two dashes.',
    /^(?:\d{10,11}|\d{4,5}-\d{3,4}-\d{1,2}|\d{4,5}-\d{3,4})$/,
  ),
  'http://hl7.org/fhir/sid/cvx': shape('CVX', 'A CVX code has up to three digits.', /^\d{1,3}$/),
  'http://hl7.org/fhir/sid/mvx': shape('MVX', 'An MVX code has two to four letters.', /^[A-Z]{2,4}$/),
  'http://nucc.org/provider-taxonomy': shape(
    'NUCC provider taxonomy',
    'A NUCC taxonomy code has nine digits and letters, then X.',
    /^[\dA-Z]{9}X$/,
  ),
  'http://fdasis.nlm.nih.gov': shape('UNII', 'A UNII has ten digits and letters.', /^[\dA-Z]{10}$/),
  'https://www.usps.com/': shape('USPS', 'A state has two letters.', /^[A-Z]{2}$/),
  'urn:ietf:bcp:47': shape('BCP 47', 'A language tag is written as BCP 47 says, such as en-US.', LANGUAGE),
  'urn:ietf:bcp:13': shape(
    'MIME types',
    'A MIME type is type/subtype, such as application/pdf; json, xml and ttl stand for those of FHIR.',
    /^(?:[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?|json|xml|ttl)$/,
  ),
  'urn:iso:std:iso:4217': shape('ISO 4217', 'A currency has three capital letters.', /^[A-Z]{3}$/),
  'urn:iso:std:iso:3166': shape(
    'ISO 3166',
    'A country has two or three capital letters, or three digits; a part of one is added after a dash.',
    /^(?:[A-Z]{2,4}|\d{3}|[A-Z]{2}-[\dA-Z]{1,3})$/,
  ),
  'urn:iso:std:iso:3166:-2': shape(
    'ISO 3166-2',
    'A part of a country is two letters, a dash and up to three characters.',
    /^[A-Z]{2}-[\dA-Z]{1,3}$/,
  ),
  'urn:ietf:rfc:3986': shape('URIs', 'A URI has no blanks.', /^\S+$/),
  'https://www.iana.org/time-zones': shape(
    'time zones',
    'A time zone is written as IANA lists it, such as America/New_York.',
    /^[A-Za-z][\w+-]*(?:\/[\w+-]+){0,2}$/,
  ),
};

/** The shape of the codes of a system; undefined when nothing is known of it. */
export const shapeOf = (system: string): Shape | undefined =>
  Object.hasOwn(shapes, system) ? shapes[system] : undefined;

/** Properties that a code itself answers. */
const OF_CODE = new Set(['code', 'concept']);
const BY_CODE = new Set(['=', 'in', 'not-in', 'regex']);

/** A code system of which only the shape of its codes is known. */
export class ShapeContent implements Content {
  readonly header: Content['header'];
  readonly isComplete = false;
  readonly isListed = false;
  readonly size = 1;
  readonly shape: Shape;

  constructor(url: string, shape: Shape) {
    this.header = {
      resourceType: 'CodeSystem',
      url,
      status: 'active',
      content: 'not-present',
      name: shape.name,
    };
    this.shape = shape;
  }

  load(): void {}

  concept(code: string): Concept | undefined {
    return this.shape.fits(code) ? { code } : undefined;
  }

  select(filters: readonly Filter[], _words: readonly string[], user: string): readonly string[] {
    const listed = filters.find(({ property, op }) => OF_CODE.has(property) && (op === '=' || op === 'in'));
    if (!listed) throw this.#absent(user);
    return listed.value
      .split(',')
      .map((one) => one.trim())
      .filter((code) => this.holds(code, filters, user));
  }

  holds(code: string, filters: readonly Filter[], user: string): boolean {
    if (!this.shape.fits(code)) return false;
    return filters.every((filter) => {
      if (!OF_CODE.has(filter.property) || !BY_CODE.has(filter.op)) throw this.#absent(user);
      return passes({ code }, filter, this, user);
    });
  }

  ancestors(code: string): readonly string[] {
    throw this.#absent(`The code ${code}`);
  }

  descendants(code: string): readonly string[] {
    throw this.#absent(`The code ${code}`);
  }

  parents(code: string): readonly string[] {
    throw this.#absent(`The code ${code}`);
  }

  children(code: string): readonly string[] {
    throw this.#absent(`The code ${code}`);
  }

  #absent(user: string): Error {
    return absentContent(this.header.url, user);
  }
}

/** 422: a code system has to be there and is not. */
export const absentContent = (system: string, user: string): Error =>
  unprocessable([
    issue(
      'not-found',
      `${user} needs the code system ${system}, whose content is not on this server. List the codes, store the CodeSystem, or load it by CodeSystem/$import.`,
    ),
  ]);
