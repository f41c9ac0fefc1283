// A person-centred assessment as a picture of five axes: the person's own words, strengths, what is hard, what matters next.
// https://hl7.org/fhir/R4/parameters.html
import type { Parameters } from '@medplum/fhirtypes';
import { type Placed, placed, questionsOf } from '../form.ts';
import { textIn } from '../sdc.ts';
import { choiceIn } from '../value.ts';
import { heading, parameter, type Report, table } from './text.ts';

/** What is asked on each axis; the linkId of a question ends in it. */
const PARTS = ['words', 'strengths', 'hard', 'next'] as const;
type Part = (typeof PARTS)[number];

const WORDS = {
  en: {
    title: 'Five sides of a life with care',
    head: ['Side', 'How hard (0–4)', 'In their own words', 'What works', 'What matters next'],
  },
  es: {
    title: 'Cinco lados de una vida con cuidados',
    head: [
      'Lado',
      'Qué tan difícil (0–4)',
      'En sus propias palabras',
      'Lo que funciona',
      'Lo que importa ahora',
    ],
  },
} as const;

type Answers = Readonly<Partial<Record<Part, string | number>>>;

function answersOf(axis: string, items: readonly Placed[]): Answers {
  const found = PARTS.flatMap((part) => {
    const one = items.find(({ item }) => item.linkId === `${axis}-${part}`);
    const value = choiceIn(one?.item.answer?.[0])?.value;
    return typeof value === 'string' || typeof value === 'number' ? [[part, value] as const] : [];
  });
  return Object.fromEntries(found);
}

/** The report of a person-centred assessment. */
export const axesReport: Report = (questionnaire, response, language): Parameters => {
  const items = placed(questionnaire, response);
  const axes = questionsOf(questionnaire)
    .filter(({ type }) => type === 'group')
    .map((group) => ({
      code: group.linkId ?? '',
      title: textIn(group, 'text', language) ?? '',
      answers: answersOf(group.linkId ?? '', items),
    }));
  const words = WORDS[language];
  const rows = axes.map(({ title, answers }) => [
    title,
    answers.hard,
    answers.words,
    answers.strengths,
    answers.next,
  ]);
  return {
    resourceType: 'Parameters',
    parameter: [
      ...heading(response, language),
      ...axes.map(({ code, title, answers }) => ({
        name: 'axis',
        part: [
          ...parameter('code', 'valueCode', code),
          ...parameter('title', 'valueString', title),
          ...parameter('hard', 'valueInteger', answers.hard),
          ...parameter('words', 'valueString', answers.words),
          ...parameter('strengths', 'valueString', answers.strengths),
          ...parameter('next', 'valueString', answers.next),
        ],
      })),
      ...parameter('text', 'valueMarkdown', `# ${words.title}\n\n${table(words.head, rows)}`),
    ],
  };
};
