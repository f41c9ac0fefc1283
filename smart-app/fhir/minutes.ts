// Minutes of work: an entry as it is recorded, what stands there already, and which programme it is for.
// https://hl7.org/fhir/R4/observation.html · docs/billing.md
import type { Consent, EpisodeOfCare, Extension, Observation, Task } from '@medplum/fhirtypes';
import { ACTIVITY_TYPE, CATEGORY, extensionUrl, PROGRAMME } from './systems.ts';
import { familyCode } from './task.ts';
import type { Actor } from './task-change.ts';

const MINUTE = 60_000;

/** Codes of cn-activity-type. */
export const ACTIVITIES = [
  'assessment',
  'goal-setting',
  'support',
  'referral',
  'care-coordination',
  'transition',
  'community-access',
  'education',
  'self-advocacy',
  'system-navigation',
  'behaviour-change',
  'social-emotional-support',
  'lived-experience',
] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Roles whose work is logged by the minute. */
const LOGGING: ReadonlySet<string> = new Set(
  'navigator benefits-navigator scheduler chw peer clinical-support lpn rn lcsw np-pa physician pharmacist'.split(
    ' ',
  ),
);
export const logsMinutes = (role: string | undefined): boolean => LOGGING.has(role ?? '');

/** What kind of work a task is, by its code; the longest prefix that fits. */
const ACTIVITY_OF: Readonly<Record<string, Activity>> = {
  'nav-find-provider': 'system-navigation',
  'nav-schedule': 'system-navigation',
  'nav-benefits-question': 'system-navigation',
  'nav-inbound-query': 'system-navigation',
  'nav-barrier-screen': 'assessment',
  'nav-barrier-resolve': 'community-access',
  'nav-enrolment-help': 'community-access',
  'nav-accompany': 'self-advocacy',
  'coord-referral': 'referral',
  'coord-transition-contact': 'transition',
  'coord-transition-visit': 'transition',
  'coord-med-reconciliation': 'transition',
  'coord-education': 'education',
  'coord-clinical-assessment': 'assessment',
  'coord-risk-triage': 'assessment',
  'coord-crisis-plan': 'goal-setting',
  'coord-care-plan-review': 'goal-setting',
};

/** The kind of work that a task most often is. */
export function activityOf(task: Task | undefined): Activity {
  const code = task ? (familyCode(task) ?? '') : '';
  return ACTIVITY_OF[code] ?? (code.startsWith('coord-') ? 'care-coordination' : 'support');
}

/** A stretch of time. */
export interface Stretch {
  readonly start: Date;
  readonly end: Date;
}

/** The whole minutes of a stretch. */
export const minutesIn = ({ start, end }: Stretch): number =>
  Math.floor((end.getTime() - start.getTime()) / MINUTE);

/** So many minutes until a moment. */
export const minutesBefore = (end: Date, minutes: number): Stretch => ({
  start: new Date(end.getTime() - minutes * MINUTE),
  end,
});

/** A task that was started more minutes ago was hardly worked on all the time: nobody bills by accident. */
const LONGEST = 45;

/**
 * The minutes since the task was started, where they can be told: it was started by the person, not long ago, and what was
 * logged since is left out. Undefined where nobody knows how long the work took.
 */
export function minutesSince(
  task: Task | undefined,
  me: string | undefined,
  entries: readonly Stretch[],
  now: Date,
): number | undefined {
  const started =
    task?.status === 'in-progress' && task.owner?.reference === me ? task.executionPeriod?.start : undefined;
  if (!started || started.length <= 10) return undefined;
  const from = Math.max(Date.parse(started), ...entries.map(({ end }) => end.getTime()));
  const minutes = minutesIn({ start: new Date(from), end: now });
  return minutes >= 1 && minutes <= LONGEST ? minutes : undefined;
}

/** The entry that has minutes of a stretch already. */
export const overlapping = (stretch: Stretch, entries: readonly Stretch[]): Stretch | undefined =>
  entries.find(({ start, end }) => start < stretch.end && stretch.start < end);

const COUNTED: readonly string[] = ['final', 'amended', 'corrected'];

/** When the work of entries that count was done. */
export const stretchesOf = (entries: readonly Observation[]): readonly Stretch[] =>
  entries.flatMap(({ status, effectivePeriod }) => {
    const { start, end } = effectivePeriod ?? {};
    return COUNTED.includes(status ?? '') && start && end
      ? { start: new Date(start), end: new Date(end) }
      : [];
  });

/** A programme that a person is enrolled in. */
export interface Enrolment {
  /** Logical id of the EpisodeOfCare. */
  readonly id: string;
  /** Code of cn-programme. */
  readonly programme: string;
  /** `Consent/…` that covers it. */
  readonly consent?: string | undefined;
}

const extensionOf = (extension: readonly Extension[] | undefined, id: string) =>
  extension?.find(({ url }) => url === extensionUrl(id));

const isBilling = ({ status, category, provision }: Consent): boolean =>
  status === 'active' &&
  provision?.type !== 'deny' &&
  category.some(({ coding }) =>
    coding?.some((one) => one.system === CATEGORY && one.code === 'billing-consent'),
  );

/** The programmes of a person's active enrolments, each with its consent: the one that it names, else one to be billed. */
export function enrolmentsOf(
  episodes: readonly EpisodeOfCare[],
  consents: readonly Consent[],
): readonly Enrolment[] {
  const billing = consents.find(isBilling);
  return episodes.flatMap(({ id, status, type = [], extension }) => {
    const coded = type.flatMap(({ coding = [] }) => coding).find(({ system }) => system === PROGRAMME)?.code;
    const programme = extensionOf(extension, 'programme')?.valueCode ?? coded;
    if (status !== 'active' || !programme || !id) return [];
    const named = extensionOf(extension, 'programme-consent')?.valueReference?.reference;
    return { id, programme, consent: named ?? (billing && `Consent/${billing.id}`) };
  });
}

/** What was done. */
export interface Work extends Stretch {
  /** Logical id. */
  readonly patient: string;
  readonly task?: Task | undefined;
  readonly activity: Activity;
  readonly enrolment?: Enrolment | undefined;
  readonly note?: string | undefined;
}

/** The work as an entry. */
export function entryOf(
  { patient, task, activity, enrolment, note, ...time }: Work,
  { me, author, now }: Actor,
): Observation {
  const { start, end } = time;
  return {
    resourceType: 'Observation',
    meta: { profile: [extensionUrl('cn-activity-log')] },
    ...(enrolment && {
      extension: [
        { url: extensionUrl('programme'), valueCode: enrolment.programme },
        ...(enrolment.consent
          ? [{ url: extensionUrl('programme-consent'), valueReference: { reference: enrolment.consent } }]
          : []),
      ],
    }),
    status: 'final',
    category: [{ coding: [{ system: CATEGORY, code: 'cn-activity' }] }],
    code: { coding: [{ system: ACTIVITY_TYPE, code: activity }] },
    subject: { reference: `Patient/${patient}` },
    ...(task && { focus: [{ reference: `Task/${task.id}` }] }),
    effectivePeriod: { start: start.toISOString(), end: end.toISOString() },
    performer: [me],
    valueQuantity: { value: minutesIn(time), unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
    ...(note && {
      note: [{ text: note, time: now.toISOString(), ...(author && { authorReference: author }) }],
    }),
  };
}
