// The programmes that time is billed under, as rows with the days between which they hold: a tracker's rules in our own words,
// and not advice on billing. Codes only. https://www.cms.gov/medicare/payment/fee-schedules/physician
import { system } from '../code.ts';

export const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets';
export const CPT = 'http://www.ama-assn.org/go/cpt';
export const PROGRAMME_SYSTEM = system('cn-programme');

/** The days between which a row holds, both included. */
export interface Dated {
  readonly validFrom: string;
  readonly validTo?: string;
  /** Where the row comes from. */
  readonly source: string;
}

/** Whether a row holds on a day. */
export const holds = ({ validFrom, validTo }: Dated, day: string): boolean =>
  validFrom <= day && (validTo === undefined || day <= validTo);

/** Roles whose work counts, and the qualifications of which they need one; without any none is asked. */
export interface Staff {
  readonly roles: readonly string[];
  readonly qualifications: readonly string[];
}

export type ConditionKind = 'any' | 'behavioural' | 'social';

/** What a programme asks for, whatever is billed in it. */
export interface ProgrammeRow extends Dated {
  /** Code of cn-programme. */
  readonly programme: string;
  readonly staff: readonly Staff[];
  /** The person agreed once, or within the year before the work. */
  readonly consent?: 'once' | 'yearly';
  /** A visit of the billing practitioner within so many months before the work, or before the enrolment began. */
  readonly visit?: { readonly months: number; readonly before: 'work' | 'enrolment' };
  readonly condition?: { readonly kind: ConditionKind; readonly least: number };
  /** Codes of cn-activity-type that are no work of the programme. */
  readonly notActivities?: readonly string[];
}

/** A code with the minutes that one unit of it takes. */
export interface TimedCode {
  readonly system: string;
  readonly code: string;
  readonly minutes: number;
}

/** One way to bill the time of a month. Of those that are reached the first is the candidate, the others stand instead of it. */
export interface TimeRow extends Dated {
  readonly programme: string;
  readonly first: TimedCode;
  /** Each further unit; `most` of them. */
  readonly further?: TimedCode & { readonly most?: number };
  /** Only the time of these roles. */
  readonly roles?: readonly string[];
  /** Never the candidate of its own: a biller has to judge it. */
  readonly onlyInstead?: true;
}

/** A code that stands for a month, without minutes. */
export interface MonthRow extends Dated {
  readonly programme: string;
  readonly system: string;
  readonly code: string;
  readonly leastConditions?: number;
  readonly mostConditions?: number;
  /** Beside another programme that the person is enrolled in; in its first month, or in a later one. */
  readonly beside?: { readonly programme: string; readonly month?: 'first' | 'later' };
  readonly onlyInstead?: true;
}

/** Two programmes of which one alone is billed in a month. */
export interface ExclusionRow extends Dated {
  readonly programme: string;
  readonly excludedBy: string;
}

const RULE_2013 = 'Physician fee schedule for 2013';
const RULE_2015 = 'Physician fee schedule for 2015';
const RULE_2017 = 'Physician fee schedule for 2017';
const RULE_2018 = 'Physician fee schedule for 2018';
const RULE_2019 = 'Physician fee schedule for 2019';
const RULE_2021 = 'Physician fee schedule for 2021';
const RULE_2022 = 'Physician fee schedule for 2022';
const RULE_2024 = 'Physician fee schedule for 2024';
const RULE_2025 = 'Physician fee schedule for 2025';
const RULE_2026 = 'Physician fee schedule for 2026';

const PRACTITIONERS = ['np-pa', 'physician'];
const licensed = (...roles: string[]): Staff => ({ roles, qualifications: ['licence'] });
const CLINICAL: readonly Staff[] = [
  { roles: ['clinical-support'], qualifications: [] },
  licensed('lpn', 'rn', 'lcsw', 'pharmacist', ...PRACTITIONERS),
];
const WITHIN_A_YEAR = { months: 12, before: 'work' } as const;
const NEW_OR_AWAY = { months: 12, before: 'enrolment' } as const;

export const PROGRAMMES: readonly ProgrammeRow[] = [
  {
    programme: 'pin',
    staff: [
      {
        roles: ['navigator', 'benefits-navigator', 'chw', 'clinical-support'],
        qualifications: ['pin-training', 'chw-certification'],
      },
      licensed('lpn', 'rn', 'lcsw', 'pharmacist', ...PRACTITIONERS),
    ],
    consent: 'yearly',
    visit: WITHIN_A_YEAR,
    condition: { kind: 'any', least: 1 },
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  {
    programme: 'pin-ps',
    staff: [
      { roles: ['peer'], qualifications: ['peer-certification'] },
      { roles: ['navigator', 'chw'], qualifications: ['peer-certification', 'pin-training'] },
    ],
    consent: 'yearly',
    visit: WITHIN_A_YEAR,
    condition: { kind: 'behavioural', least: 1 },
    notActivities: ['care-coordination'],
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  {
    programme: 'chi',
    staff: [
      { roles: ['chw'], qualifications: ['chw-certification', 'chi-training'] },
      { roles: ['navigator', 'benefits-navigator', 'clinical-support'], qualifications: ['chi-training'] },
      licensed('lpn', 'rn', 'lcsw', 'pharmacist', ...PRACTITIONERS),
    ],
    consent: 'once',
    visit: WITHIN_A_YEAR,
    condition: { kind: 'social', least: 1 },
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  { programme: 'tcm', staff: CLINICAL, validFrom: '2013-01-01', source: RULE_2013 },
  {
    programme: 'ccm',
    staff: CLINICAL,
    consent: 'once',
    visit: NEW_OR_AWAY,
    condition: { kind: 'any', least: 2 },
    validFrom: '2015-01-01',
    source: RULE_2015,
  },
  {
    programme: 'pcm',
    staff: CLINICAL,
    consent: 'once',
    visit: NEW_OR_AWAY,
    condition: { kind: 'any', least: 1 },
    validFrom: '2022-01-01',
    source: RULE_2022,
  },
  {
    programme: 'apcm',
    staff: CLINICAL,
    consent: 'once',
    visit: { months: 36, before: 'enrolment' },
    validFrom: '2025-01-01',
    source: RULE_2025,
  },
  {
    programme: 'bhi',
    staff: CLINICAL,
    consent: 'once',
    visit: NEW_OR_AWAY,
    condition: { kind: 'behavioural', least: 1 },
    validFrom: '2018-01-01',
    source: RULE_2018,
  },
];

const timed = (from: string, code: string, minutes: number): TimedCode => ({ system: from, code, minutes });

export const TIME_ROWS: readonly TimeRow[] = [
  {
    programme: 'pin',
    first: timed(HCPCS, 'G0023', 60),
    further: timed(HCPCS, 'G0024', 30),
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  {
    programme: 'pin-ps',
    first: timed(HCPCS, 'G0140', 60),
    further: timed(HCPCS, 'G0146', 30),
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  {
    programme: 'chi',
    first: timed(HCPCS, 'G0019', 60),
    further: timed(HCPCS, 'G0022', 30),
    validFrom: '2024-01-01',
    source: RULE_2024,
  },
  {
    programme: 'ccm',
    first: timed(CPT, '99491', 30),
    further: timed(CPT, '99437', 30),
    roles: PRACTITIONERS,
    validFrom: '2022-01-01',
    source: RULE_2022,
  },
  {
    programme: 'ccm',
    first: timed(CPT, '99491', 30),
    roles: PRACTITIONERS,
    validFrom: '2019-01-01',
    validTo: '2021-12-31',
    source: RULE_2019,
  },
  {
    programme: 'ccm',
    first: timed(CPT, '99490', 20),
    further: { ...timed(CPT, '99439', 20), most: 2 },
    validFrom: '2021-01-01',
    source: RULE_2021,
  },
  {
    programme: 'ccm',
    first: timed(CPT, '99490', 20),
    validFrom: '2015-01-01',
    validTo: '2020-12-31',
    source: RULE_2015,
  },
  {
    programme: 'ccm',
    first: timed(CPT, '99487', 60),
    further: timed(CPT, '99489', 30),
    onlyInstead: true,
    validFrom: '2017-01-01',
    source: RULE_2017,
  },
  {
    programme: 'pcm',
    first: timed(CPT, '99424', 30),
    further: { ...timed(CPT, '99425', 30), most: 2 },
    roles: PRACTITIONERS,
    validFrom: '2022-01-01',
    source: RULE_2022,
  },
  {
    programme: 'pcm',
    first: timed(CPT, '99426', 30),
    further: { ...timed(CPT, '99427', 30), most: 2 },
    validFrom: '2022-01-01',
    source: RULE_2022,
  },
  { programme: 'bhi', first: timed(CPT, '99484', 20), validFrom: '2018-01-01', source: RULE_2018 },
];

const apcm = (code: string, more: Partial<MonthRow>): MonthRow => ({
  programme: 'apcm',
  system: HCPCS,
  code,
  validFrom: '2025-01-01',
  source: RULE_2025,
  ...more,
});
const SINCE_2026 = { validFrom: '2026-01-01', source: RULE_2026 };

export const MONTH_ROWS: readonly MonthRow[] = [
  apcm('G0557', { leastConditions: 2 }),
  apcm('G0556', { mostConditions: 1 }),
  // For those whom the state helps to pay for the coverage, which no record of ours tells.
  apcm('G0558', { leastConditions: 2, onlyInstead: true }),
  apcm('G0568', { beside: { programme: 'cocm', month: 'first' }, ...SINCE_2026 }),
  apcm('G0569', { beside: { programme: 'cocm', month: 'later' }, ...SINCE_2026 }),
  apcm('G0570', { beside: { programme: 'bhi' }, ...SINCE_2026 }),
];

const oneAlone = (programme: string, excludedBy: string, more: Dated): ExclusionRow[] => [
  { ...more, programme, excludedBy },
  { ...more, programme: excludedBy, excludedBy: programme },
];
const SINCE_2025 = { validFrom: '2025-01-01', source: RULE_2025 };

export const EXCLUSIONS: readonly ExclusionRow[] = [
  ...['ccm', 'pcm', 'tcm'].flatMap((other) => oneAlone('apcm', other, SINCE_2025)),
  ...oneAlone('ccm', 'pcm', { validFrom: '2022-01-01', source: RULE_2022 }),
  ...oneAlone('pin', 'pin-ps', { validFrom: '2024-01-01', source: RULE_2024 }),
  // Its add-on stands beside the month of primary care instead.
  { programme: 'bhi', excludedBy: 'apcm', ...SINCE_2026 },
];

/** The transition after a discharge: contact within business days, a visit within days, medicines reviewed by its day. */
export const TRANSITION = {
  contactBusinessDays: 2,
  /** Contacts that were tried in time stand for one that was had. */
  attempts: 2,
  candidate: { system: CPT, code: '99495', days: 14, validFrom: '2013-01-01', source: RULE_2013 },
  /** When the decisions were of high complexity, which a biller has to judge. */
  instead: { system: CPT, code: '99496', days: 7, validFrom: '2013-01-01', source: RULE_2013 },
} as const;

/** A form on social needs that was filled in on a visit, once in half a year. */
export const SOCIAL_SCREEN = {
  programme: 'chi',
  system: HCPCS,
  code: 'G0136',
  months: 6,
  validFrom: '2024-01-01',
  validTo: '2025-12-31',
  source: RULE_2024,
} as const;

/** The assessment on the visit that opened chronic care, once. */
export const OPENING_ASSESSMENT = {
  programme: 'ccm',
  system: HCPCS,
  code: 'G0506',
  validFrom: '2017-01-01',
  source: RULE_2017,
} as const;
