// The operations of care work with their addresses. https://hl7.org/fhir/R4/operations.html
import type { Operation } from '../index.ts';
import { contactOperations } from './contact.ts';
import { figuresOperations } from './figures.ts';
import { handoffOperations } from './handoff.ts';
import { minutesOperations } from './minutes.ts';
import { networkOperations } from './network.ts';
import { planOperations } from './plan.ts';
import { practiceOperations } from './practice.ts';
import { questionnaireOperations } from './questionnaire.ts';
import { referralOperations } from './referral.ts';
import { scheduleOperations } from './schedule.ts';
import { stateOperations } from './state.ts';
import { timelineOperations } from './timeline.ts';

export const careOperations: readonly Operation[] = [
  ...stateOperations,
  ...practiceOperations,
  ...handoffOperations,
  ...contactOperations,
  ...referralOperations,
  ...scheduleOperations,
  ...planOperations,
  ...networkOperations,
  ...questionnaireOperations,
  ...minutesOperations,
  ...timelineOperations,
  ...figuresOperations,
];
