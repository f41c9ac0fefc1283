// What follows from changes of work entries: a minute counts once, and a correction says who made it and why.
// https://hl7.org/fhir/R4/observation.html
import type { Observation } from '@medplum/fhirtypes';
import { checkEntry } from '../minutes/check.ts';
import { checkCorrection, isCorrection, isOtherWork, recordCorrection } from '../minutes/correction.ts';
import { isCounted } from '../minutes/entry.ts';
import { type Reaction, reaction } from '../write.ts';

/** What is counted already changes by a correction alone. */
const correctionsAreMade: Reaction<Observation> = {
  rule: 'minutes-correction',
  type: 'Observation',
  when: isCorrection,
  react: checkCorrection,
};

/** What counts is whole, and stands beside no other work of the same person. */
const entriesAreWhole: Reaction<Observation> = {
  rule: 'minutes-overlap',
  type: 'Observation',
  when: (change) => isCounted(change.after) && isOtherWork(change),
  react: ({ after }, desk) => checkEntry(after, desk),
};

/** Who corrected an entry, and why, is recorded. */
const correctionsAreRecorded: Reaction<Observation> = {
  rule: 'minutes-provenance',
  type: 'Observation',
  when: isCorrection,
  react: recordCorrection,
};

export const minutesReactions: readonly Reaction[] = [
  reaction(correctionsAreMade),
  reaction(entriesAreWhole),
  reaction(correctionsAreRecorded),
];
