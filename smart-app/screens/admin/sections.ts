// The sections of administration, and their addresses: in the fragment, so that back and forward work.
// https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigating-to-a-fragment

/** In the order in which they are shown. */
export const SECTIONS = [
  'users',
  'policies',
  'practice',
  'calendars',
  'rates',
  'ehrs',
  'clients',
  'exports',
] as const;

export type SectionName = (typeof SECTIONS)[number];

/** What is no FHIR: the token has to be good for administration. */
export const BESIDE_FHIR: ReadonlySet<SectionName> = new Set(['users', 'ehrs', 'clients', 'exports']);

export const hrefOfSection = (name: SectionName): string => `#/admin/${name}`;

/** The section that an address names; without one the first. */
export const sectionIn = (hash: string): SectionName =>
  SECTIONS.find((name) => hash === hrefOfSection(name)) ?? SECTIONS[0];
