// How far a referral has come: eleven stages, and the ways in which it can leave the track.
// Code system cn-referral-stage · https://hl7.org/fhir/R4/task-definitions.html#Task.businessStatus
import type { Task } from '@medplum/fhirtypes';
import { REFERRAL_STAGE } from './systems.ts';
import { familyCode } from './task.ts';

/** The stages of the track, in order; each a word in the locales (`stage.<name>`). */
export const STAGES = [
  'need',
  'ordered',
  'network',
  'authorised',
  'sent',
  'accepted',
  'scheduled',
  'attended',
  'report',
  'reviewed',
  'told',
] as const;

export type Stage = (typeof STAGES)[number];

const STAGE_OF_CODE: Readonly<Record<string, Stage>> = {
  'need-identified': 'need',
  ordered: 'ordered',
  'network-checked': 'network',
  authorised: 'authorised',
  sent: 'sent',
  acknowledged: 'sent',
  accepted: 'accepted',
  scheduled: 'scheduled',
  attended: 'attended',
  'report-received': 'report',
  'reviewed-by-requester': 'reviewed',
  reviewed: 'reviewed',
  'patient-informed': 'told',
  closed: 'told',
};

/** Where each side exit leaves the track: the stage that was reached before it. */
const FORKS = {
  declined: 'sent',
  'no-capacity': 'sent',
  'not-covered': 'network',
  'unable-to-contact': 'accepted',
  'no-show': 'scheduled',
  'cancelled-by-patient': 'scheduled',
  'cancelled-by-requester': 'sent',
  expired: 'sent',
} as const satisfies Record<string, Stage>;

export type Fork = keyof typeof FORKS;

/** A referral on its track. */
export interface Track {
  task: Task;
  stage: Stage;
  /** Why it does not go on from that stage. */
  fork?: Fork;
}

const isFork = (code: string): code is Fork => code in FORKS;

/** The track of a referral task; undefined for other tasks and for codes outside the code system. */
export function trackOf(task: Task): Track | undefined {
  if (familyCode(task) !== 'coord-referral') return undefined;
  const code = task.businessStatus?.coding?.find((coding) => coding.system === REFERRAL_STAGE)?.code;
  if (!code) return undefined;
  if (isFork(code)) return { task, stage: FORKS[code], fork: code };
  const stage = STAGE_OF_CODE[code];
  return stage && { task, stage };
}
