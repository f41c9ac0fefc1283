// The forms that the server has, which of them a person can be asked, and the one that a task names.
// https://hl7.org/fhir/R4/questionnaire.html
import type { Questionnaire, Resource, Task } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { isParameter } from './parameter.ts';
import { QUESTIONNAIRES } from './systems.ts';
import { familyCode } from './task.ts';

/** The barrier form, which a hand-off asks for. */
const BARRIERS = `${QUESTIONNAIRES}cn-q-navigator-barriers`;

/** Forms that are given most come first; the others follow by their titles. */
const FIRST: readonly string[] = [
  BARRIERS,
  ...['person-centred', 'phq2', 'phq9', 'gad7', 'prapare', 'ahc-hrsn', 'hunger-vital-sign'].map(
    (name) => `${QUESTIONNAIRES}cn-q-${name}`,
  ),
];

/** Roles that assess their organisation, and answer no form about a patient. */
const ASSESSORS = new Set(['supervisor', 'programme-admin']);

export const assesses = (role: string | undefined): boolean => ASSESSORS.has(role ?? '');

const isQuestionnaire = (one: Resource): one is Questionnaire => one.resourceType === 'Questionnaire';

const rank = ({ url = '' }: Questionnaire): number => {
  const place = FIRST.indexOf(url);
  return place < 0 ? FIRST.length : place;
};

/** The active forms of ours that somebody of a role gives, with as much of them as a list shows. */
export async function formsFor(client: Client, role: string | undefined): Promise<readonly Questionnaire[]> {
  const { resources } = await client.search('Questionnaire', {
    status: 'active',
    _elements: 'url,version,title,status,subjectType,language',
    _count: '100',
  });
  const about = assesses(role) ? 'Organization' : 'Patient';
  return resources
    .filter(isQuestionnaire)
    .filter(({ url, subjectType }) => url?.startsWith(QUESTIONNAIRES) && subjectType?.includes(about))
    .sort((a, b) => rank(a) - rank(b) || (a.title ?? '').localeCompare(b.title ?? ''));
}

/** The form that a task asks for, by its URL. */
export function formOf(task: Task | undefined): string | undefined {
  const input = task?.input?.find((one) => isParameter(one, 'questionnaire'));
  const named = input?.valueCanonical ?? input?.valueUri ?? input?.valueUrl ?? input?.valueString;
  if (named) return named.split('|')[0];
  return task && familyCode(task) === 'nav-barrier-screen' ? BARRIERS : undefined;
}
