// The 34 transitions of the harmonised referral machine, written out a second time from its image, on purpose.
// https://build.fhir.org/ig/HL7/bser/branches/master/referral_workflow.html
import type { CodeableConcept, Task } from '@medplum/fhirtypes';

const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
const STAGE = 'https://throughline.example/fhir/CodeSystem/cn-referral-stage';

/** A status with its business status: a code of BSeR, a stage of ours as `stage:scheduled`, or none as `-`. */
export type Pair = `${Task['status']} ${string}`;

export const ROWS: readonly (readonly [tid: number, from: Pair, to: Pair])[] = [
  [1, 'draft -', 'received 2.0'],
  [2, 'received 2.0', 'accepted 3.0'],
  [3, 'received 2.0', 'rejected 4.0'],
  [4, 'received 2.0', 'in-progress 5.2'],
  [5, 'accepted 3.0', 'rejected 4.0'],
  [6, 'accepted 3.0', 'in-progress 5.1.1'],
  [7, 'accepted 3.0', 'in-progress 5.2'],
  [8, 'accepted 3.0', 'in-progress 5.1.4'],
  [9, 'accepted 3.0', 'completed 7.0'],
  [10, 'in-progress 5.1.1', 'rejected 4.0'],
  [11, 'in-progress 5.1.1', 'in-progress 5.1.1'],
  [12, 'in-progress 5.1.1', 'in-progress 5.1.2'],
  [13, 'in-progress 5.1.1', 'in-progress 5.1.3'],
  [14, 'in-progress 5.1.1', 'in-progress 5.2'],
  [15, 'in-progress 5.1.1', 'in-progress 5.1.4'],
  [16, 'in-progress 5.1.1', 'completed 7.0'],
  [17, 'in-progress 5.1.2', 'rejected 4.0'],
  [18, 'in-progress 5.1.2', 'in-progress 5.1.1'],
  [19, 'in-progress 5.1.2', 'in-progress 5.1.3'],
  [20, 'in-progress 5.1.2', 'in-progress 5.2'],
  [21, 'in-progress 5.1.3', 'in-progress 5.1.1'],
  [22, 'in-progress 5.1.3', 'in-progress 5.2'],
  [23, 'in-progress 5.2', 'cancelled 6.0'],
  [24, 'in-progress 5.2', 'completed 7.0'],
  [25, 'in-progress 5.1.4', 'rejected 4.0'],
  [26, 'in-progress 5.1.4', 'in-progress 5.1.1'],
  [27, 'in-progress 5.1.4', 'in-progress 5.1.3'],
  [28, 'in-progress 5.1.4', 'in-progress 5.2'],
  [29, 'in-progress 5.1.4', 'in-progress 5.1.4'],
  [30, 'in-progress 5.1.4', 'completed 7.0'],
  [31, 'accepted 3.0', 'in-progress stage:scheduled'],
  [32, 'accepted 3.0', 'in-progress stage:attended'],
  [33, 'in-progress stage:scheduled', 'rejected 4.0'],
  [34, 'in-progress stage:scheduled', 'in-progress 5.2'],
];

/** The moves that ours adds: 5.1 told more closely. */
export const CLOSER: readonly (readonly [from: Pair, to: Pair])[] = ['5.1.1', '5.1.2', '5.1.3', '5.1.4'].map(
  (code) => ['in-progress stage:scheduled', `in-progress ${code}`],
);

/** Each state of the machine once. */
export const PAIRS: readonly Pair[] = [...new Set(ROWS.flatMap(([, from, to]) => [from, to]))];

export const statusOf = (pair: Pair): Task['status'] => pair.split(' ')[0] as Task['status'];
export function businessStatusOf(pair: Pair): CodeableConcept | undefined {
  const told = pair.split(' ')[1]!;
  if (told === '-') return undefined;
  const [, stage] = told.split(':');
  return { coding: [stage ? { system: STAGE, code: stage } : { system: BSER, code: told }] };
}

/** The elements of a task in a state. */
export const inState = (pair: Pair): Pick<Task, 'status'> & { businessStatus?: CodeableConcept } => {
  const businessStatus = businessStatusOf(pair);
  return { status: statusOf(pair), ...(businessStatus && { businessStatus }) };
};
