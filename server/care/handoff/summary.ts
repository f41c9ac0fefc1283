// The summary of a hand-off as a Composition: one section for each thing that the other side has to know, with its records.
// https://hl7.org/fhir/R4/composition.html
import type {
  CodeableConcept,
  Coding,
  Composition,
  CompositionSection,
  Narrative,
  Patient,
  Reference,
  Resource,
} from '@medplum/fhirtypes';
import { CATEGORY, codeOf, concept, extensionUrl, ROLE, referenceTo, system } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { Material } from './material.ts';
import { contactLines, languageLines } from './person-lines.ts';

/** What a hand-off says beside what was collected. */
export interface Told {
  readonly reason: string;
  readonly note?: string;
  /** `PractitionerRole/…` of whoever hands over. */
  readonly author: string;
  readonly custodian?: Reference;
  readonly now: Date;
}

const LOINC = 'http://loinc.org';
const SECTION = system('cn-handoff-section');
const EMPTY = 'http://terminology.hl7.org/CodeSystem/list-empty-reason';
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

interface Section {
  readonly code: string;
  readonly title: string;
  readonly lines: (material: Material, told: Told) => readonly string[];
  readonly entries: (material: Material) => readonly Resource[];
}

const named = (...concepts: (CodeableConcept | undefined)[]): string | undefined => {
  for (const one of concepts) {
    const text = one?.text ?? one?.coding?.find(({ display }) => display)?.display ?? one?.coding?.[0]?.code;
    if (text) return text;
  }
  return undefined;
};
const line = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(' · ');
const until = (date: string | undefined): string | undefined => date && `until ${date.slice(0, 10)}`;
const none = (): readonly Resource[] => [];

/** The sections, in the order in which they are read. */
const SECTIONS: readonly Section[] = [
  {
    code: 'reason',
    title: 'Why now',
    lines: (_, { reason, note }) => [reason, ...(note ? [note] : [])],
    entries: none,
  },
  {
    code: 'plan',
    title: 'Plan',
    lines: ({ plan }) => [line(plan?.title, plan?.description)].filter(Boolean),
    entries: ({ plan }) => (plan ? [plan] : []),
  },
  {
    code: 'open-tasks',
    title: 'Open tasks',
    lines: ({ open }) =>
      open.map(({ code, description, status, restriction }) =>
        line(named(code), description, status, until(restriction?.period?.end)),
      ),
    entries: ({ open }) => open,
  },
  {
    code: 'done',
    title: 'What was done',
    lines: ({ done }) =>
      done.map(({ code, description, executionPeriod }) =>
        line(executionPeriod?.end?.slice(0, 10), named(code), description),
      ),
    entries: ({ done }) => done,
  },
  {
    code: 'barriers',
    title: 'Barriers',
    lines: ({ barriers }) =>
      barriers.map(({ code, onsetDateTime }) => line(named(code), onsetDateTime?.slice(0, 10))),
    entries: ({ barriers }) => barriers,
  },
  {
    code: 'goals',
    title: 'Goals',
    lines: ({ goals }) =>
      goals.map(({ description, achievementStatus }) => line(named(description), named(achievementStatus))),
    entries: ({ goals }) => goals,
  },
  {
    code: 'contact-safety',
    title: 'Contact safety',
    lines: ({ flags }) => flags.map(({ code }) => line(named(code))),
    entries: ({ flags }) => flags,
  },
  {
    code: 'language',
    title: 'Language',
    lines: ({ patient }) => languageLines(patient),
    entries: ({ patient }) => [patient],
  },
  {
    code: 'preferences',
    title: 'How to reach the person',
    lines: ({ patient, flags }) => contactLines(patient, flags),
    entries: none,
  },
  {
    code: 'natural-supports',
    title: 'Natural supports',
    lines: ({ supports, teams }) =>
      supports.map((support) => {
        const place = teams
          .flatMap(({ participant = [] }) => participant)
          .find(({ member }) => tailOf(member) === `RelatedPerson/${support.id}`);
        const knows = (place?.extension ?? []).flatMap(({ url, valueCode }) =>
          url === extensionUrl('may-know') && valueCode ? [valueCode] : [],
        );
        return line(
          support.name?.[0]?.text ??
            [...(support.name?.[0]?.given ?? []), support.name?.[0]?.family].filter(Boolean).join(' '),
          named(...(support.relationship ?? [])),
          place ? `may know: ${knows.join(', ') || 'nothing'}` : 'not in the care team',
        );
      }),
    entries: ({ supports }) => supports,
  },
  {
    code: 'team',
    title: 'Care team',
    lines: ({ teams }) =>
      teams.flatMap(({ participant = [] }) =>
        participant.map(({ role, member }) =>
          line(named(...(role ?? [])) ?? codeOf(role, ROLE), member?.display),
        ),
      ),
    entries: ({ teams }) => teams,
  },
  {
    code: 'consents',
    title: 'Consents',
    lines: ({ consents }) =>
      consents.map(({ policyRule, category, dateTime }) =>
        line(named(policyRule, ...(category ?? [])), dateTime?.slice(0, 10)),
      ),
    entries: ({ consents }) => consents,
  },
  {
    code: 'network-decisions',
    title: 'Network decisions',
    lines: ({ decisions }) =>
      decisions.map(({ valueCodeableConcept, effectiveDateTime }) =>
        line(effectiveDateTime?.slice(0, 10), named(valueCodeableConcept)),
      ),
    entries: ({ decisions }) => decisions,
  },
  {
    code: 'next-visits',
    title: 'Next visits',
    lines: ({ visits }) =>
      visits.map(({ start, description, serviceType, status }) =>
        line(start?.slice(0, 16).replace('T', ' '), description ?? named(...(serviceType ?? [])), status),
      ),
    entries: ({ visits }) => visits,
  },
];

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark]!);
/** Characters that XML cannot carry. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const narrativeOf = (lines: readonly string[]): Narrative => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml"><ul>${lines
    .map((text) => `<li>${escaped(text.replace(UNWRITABLE, ' '))}</li>`)
    .join('')}</ul></div>`,
});

function sectionOf(
  { code, title, lines, entries }: Section,
  material: Material,
  told: Told,
): CompositionSection {
  const resources = entries(material);
  const written = lines(material, told);
  // What is on record and says nothing of itself is named by the title of its section.
  const text = (written.length || !resources.length ? written : ['']).map((one) => one || title);
  return {
    title,
    code: concept(SECTION, code, title),
    ...(text.length
      ? { text: narrativeOf(text) }
      : { text: narrativeOf(['Nothing is on record.']), emptyReason: concept(EMPTY, 'nilknown') }),
    ...(resources.length && { entry: resources.map(referenceTo) }),
  };
}

/** Labels of what is told: whoever may not see a record may not read of it here. */
function labelsOf(told: readonly Resource[]): Coding[] {
  const labels = told.flatMap(({ meta }) => meta?.security ?? []);
  return [
    ...new Map(
      labels.map(({ system: of, code }) => [`${of}|${code}`, { system: of!, code: code! }]),
    ).values(),
  ].filter(({ system: of, code }) => of && code);
}

const RESTRICTED = ['V', 'R'] as const;
const confidentialityOf = (labels: readonly Coding[]): 'N' | 'R' | 'V' => {
  const codes = labels.flatMap(({ system: of, code }) => (of === CONFIDENTIALITY ? (code ?? []) : []));
  return RESTRICTED.find((code) => codes.includes(code)) ?? (labels.length ? 'R' : 'N');
};

/** Writes the summary. */
export function summaryOf(material: Material, told: Told): Composition {
  const labels = labelsOf(SECTIONS.flatMap(({ entries }) => entries(material)));
  const patient: Patient = material.patient;
  return {
    resourceType: 'Composition',
    ...(labels.length && { meta: { security: labels } }),
    status: 'final',
    type: { coding: [{ system: LOINC, code: '18761-7' }], text: 'Hand-off summary' },
    category: [concept(CATEGORY, 'handoff-summary')],
    subject: referenceTo(patient),
    date: told.now.toISOString(),
    author: [{ reference: told.author }],
    title: 'Hand-off summary',
    confidentiality: confidentialityOf(labels),
    ...(told.custodian?.reference && { custodian: { reference: told.custodian.reference } }),
    section: SECTIONS.map((section) => sectionOf(section, material, told)),
  };
}
