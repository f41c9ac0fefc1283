// What stands in the way of billing, by code of cn-billing-gap: a sentence each that says what is missing and what to do.
// https://hl7.org/fhir/R4/codesystem.html · profiles/input/fsh/terminology/cn-billing-gap.fsh
import { system } from '../code.ts';

export const GAP_SYSTEM = system('cn-billing-gap');

export const GAPS = {
  'no-programme': 'The enrolment names no programme with rules of billing. Name it in EpisodeOfCare.type.',
  'not-in-force': 'The programme has no rules of billing for this month.',
  'not-enrolled':
    'The person is not enrolled in the programme in this month. Check the status and the period of the enrolment.',
  'no-billing-practitioner':
    'The enrolment names no billing practitioner. Add the extension billing-practitioner.',
  'no-consent':
    'No consent of the person is in force in this month. Record one, and name it in the extension programme-consent.',
  'no-initiating-visit':
    'No visit opened the programme in time. Name a visit of the billing practitioner in the extension initiating-visit.',
  'visit-not-eligible':
    'The visit that is named did not take place, or is of a kind that opens no programme. Name a finished visit in an office, at home or by video.',
  'no-condition':
    'The record has not the conditions that the programme is for. Record them as active conditions.',
  'other-practitioner':
    'The person has another enrolment in the same programme in this month, and one practitioner alone bills it. Settle which one.',
  'excluded-programme':
    'The person is enrolled in another programme that is not billed in the same month. Settle which one.',
  'minutes-short': 'The minutes that count do not reach the first unit.',
  'no-discharge': 'There is no discharge whose follow-up visit could lie in this month.',
  'no-contact': 'Nobody spoke with the person, or tried twice, within two business days after the discharge.',
  'no-visit': 'There is no visit in this month within 14 days after the discharge.',
  'no-reconciliation': 'The medicines were not reviewed by the day of the visit.',
  'outside-enrolment': 'Minutes of days on which the person was not enrolled.',
  'activity-not-covered': 'Minutes of work that the programme does not cover.',
  'performer-role': 'Minutes of somebody in a role whose work does not count in the programme.',
  'no-credential':
    'Minutes of somebody of whom no training, certification or licence for the programme is recorded.',
  'credential-expired':
    'Minutes of somebody whose training, certification or licence was not in force on the day.',
  'before-consent': 'Minutes of days on which no consent was in force.',
  'before-visit': 'Minutes of days on which no visit had opened the programme in time.',
  'counted-elsewhere':
    'Minutes in which somebody else worked for the person too, or of another month: each counts once.',
  'no-full-unit': 'Minutes that count and fill no unit.',
  withheld: 'Minutes that count, but are not billed until what is missing is settled.',
} as const;

/** Code of cn-billing-gap. */
export type GapCode = keyof typeof GAPS;
