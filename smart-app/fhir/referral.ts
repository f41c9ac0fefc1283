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

export const FORK_NAMES = Object.keys(FORKS) as Fork[];

/** A referral on its track. */
export interface Track {
  task: Task;
  stage: Stage;
  /** Why it does not go on from that stage. */
  fork?: Fork;
}

const isFork = (code: string): code is Fork => code in FORKS;

/** How far a task's referral has come, whatever kind of order it is; undefined for codes outside the code system. */
export function stageOf(task: Task): Omit<Track, 'task'> | undefined {
  const code = task.businessStatus?.coding?.find((coding) => coding.system === REFERRAL_STAGE)?.code;
  return code ? stageOfCode(code) : undefined;
}

/** Where a code of cn-referral-stage stands on the track; undefined for codes outside the code system. */
export function stageOfCode(code: string): Omit<Track, 'task'> | undefined {
  if (isFork(code)) return { stage: FORKS[code], fork: code };
  const stage = STAGE_OF_CODE[code];
  return stage && { stage };
}

/** The track of a referral task; undefined for other tasks and for codes outside the code system. */
export function trackOf(task: Task): Track | undefined {
  const stage = familyCode(task) === 'coord-referral' ? stageOf(task) : undefined;
  return stage && { task, ...stage };
}

/** Whether the report of a referral has come and waits for its review. */
export const isReportIn = (task: Task): boolean => trackOf(task)?.stage === 'report';
