// All service clocks. https://hl7.org/fhir/R4/workflow.html
import type { Clock } from './clock.ts';
import { lateClocks } from './late.ts';
import { practiceClocks } from './practice.ts';
import { referralClocks } from './referral.ts';
import { scheduleClocks } from './schedule.ts';

export const clocks: readonly Clock[] = [
  ...lateClocks,
  ...referralClocks,
  ...scheduleClocks,
  ...practiceClocks,
];
