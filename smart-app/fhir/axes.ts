// The person-centred assessment: five sides of a life, each with how hard it is, the person's own words, what works and
// what matters next; beside it the assessment before, to see what has changed.
// https://hl7.org/fhir/R4/questionnaireresponse.html
import type { QuestionnaireResponse, QuestionnaireResponseItem } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { type Person, peopleOf } from './people.ts';
import { theirs } from './whose.ts';

const FORM = 'https://throughline.example/fhir/Questionnaire/cn-q-person-centred';

/** Codes of cn-axis, in the order of the form. */
export const AXES = ['medications', 'medical', 'behavioural', 'personal', 'social'] as const;
export type Axis = (typeof AXES)[number];

/** The highest of the scale; 0 is not hard at all. */
export const HARDEST = 4;

export interface Side {
  readonly axis: Axis;
  readonly hard: number | undefined;
  readonly words: string | undefined;
  readonly strengths: string | undefined;
  readonly next: string | undefined;
}

export interface Star {
  /** FHIR dateTime. */
  readonly at: string | undefined;
  /** Who asked. */
  readonly by: Person | undefined;
  readonly sides: readonly Side[];
}

export interface Assessments {
  readonly now: Star | undefined;
  readonly before: Star | undefined;
}

const flat = (items: readonly QuestionnaireResponseItem[] = []): readonly QuestionnaireResponseItem[] =>
  items.flatMap((one) => [one, ...flat(one.item)]);

function sideOf(axis: Axis, items: readonly QuestionnaireResponseItem[]): Side {
  const answer = (part: string) => items.find(({ linkId }) => linkId === `${axis}-${part}`)?.answer?.[0];
  const text = (part: string) => answer(part)?.valueString?.trim() || undefined;
  const hard = answer('hard')?.valueInteger;
  return {
    axis,
    hard: hard === undefined ? undefined : Math.min(HARDEST, Math.max(0, hard)),
    words: text('words'),
    strengths: text('strengths'),
    next: text('next'),
  };
}

/** The five sides of a response. */
export const sidesOf = ({ item }: QuestionnaireResponse): readonly Side[] => {
  const items = flat(item);
  return AXES.map((axis) => sideOf(axis, items));
};

/** Reads the newest assessment and the one before it, in one request. @throws WrongPatient */
export async function readAssessments(client: Client, patient: string): Promise<Assessments> {
  const { resources } = await client.search(
    'QuestionnaireResponse',
    {
      patient: `Patient/${patient}`,
      questionnaire: FORM,
      status: 'completed,amended',
      _include: 'QuestionnaireResponse:author',
      '_include:iterate': 'PractitionerRole:practitioner',
      _sort: '-authored',
      _count: '2',
    },
    1,
  );
  const people = await peopleOf(resources, client);
  const [now, before] = theirs(resources, 'QuestionnaireResponse', patient).map((response): Star => {
    const by = people.get(response.author?.reference ?? '');
    return { at: response.authored, by, sides: sidesOf(response) };
  });
  return { now, before };
}
