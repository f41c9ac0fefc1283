// How ready an organisation is for navigation services: a score for each domain, the weakest, and what to do next.
// https://hl7.org/fhir/R4/parameters.html
import type { Parameters, QuestionnaireItem } from '@medplum/fhirtypes';
import { calculated } from '../calculate.ts';
import { allQuestions, questionsOf } from '../form.ts';
import { type Language, textIn } from '../sdc.ts';
import { heading, parameter, type Report, table } from './text.ts';

interface Domain {
  readonly code: string;
  readonly title: string;
  /** 0 to 100; undefined while nothing of it is answered. */
  readonly score: number | undefined;
  readonly nextStep: string | undefined;
}

/** How many domains are named as the weakest, at most. */
const WEAKEST = 3;

/** From which score on a word applies, the highest first. */
const LEVELS = [
  { from: 90, code: 'in-place', en: 'in place', es: 'en marcha' },
  { from: 60, code: 'mostly', en: 'mostly in place', es: 'casi en marcha' },
  { from: 30, code: 'begun', en: 'begun', es: 'iniciado' },
  { from: 0, code: 'not-yet', en: 'not yet', es: 'todavía no' },
] as const;
const levelOf = (score: number | undefined) =>
  LEVELS.find(({ from }) => score !== undefined && score >= from);

const WORDS = {
  en: {
    title: 'Readiness for navigation services',
    total: (score: number | undefined) => `In all: ${score ?? '–'} of 100.`,
    head: ['Domain', 'Score', 'Level'],
    next: 'What to do next',
    none: 'All domains are in place. Look again in a year.',
  },
  es: {
    title: 'Preparación para los servicios de navegación',
    total: (score: number | undefined) => `En total: ${score ?? '–'} de 100.`,
    head: ['Área', 'Puntaje', 'Nivel'],
    next: 'Próximos pasos',
    none: 'Todas las áreas están en marcha. Vuelva a revisarlas en un año.',
  },
} as const;

function domainsOf(
  groups: readonly QuestionnaireItem[],
  scores: (linkId: string) => number | undefined,
  language: Language,
): Domain[] {
  return groups.map((group) => {
    const next = allQuestions(group).find(({ linkId }) => linkId === `${group.linkId}-next`);
    return {
      code: group.linkId ?? '',
      title: textIn(group, 'text', language) ?? '',
      score: scores(`${group.linkId}-score`),
      nextStep: next && textIn(next, 'text', language),
    };
  });
}

/** The domains that need work most, the weakest first. */
const weakestOf = (domains: readonly Domain[]): Domain[] =>
  domains
    .filter(({ score }) => score !== undefined && score < LEVELS[0].from)
    .sort((a, b) => a.score! - b.score!)
    .slice(0, WEAKEST);

/** The report of a readiness assessment. */
export const readinessReport: Report = (questionnaire, response, language): Parameters => {
  const totals = calculated(questionnaire, response);
  const scores = (linkId: string) => totals.get(linkId)?.value as number | undefined;
  const groups = questionsOf(questionnaire).filter(({ type }) => type === 'group');
  const domains = domainsOf(groups, scores, language);
  const weakest = weakestOf(domains);
  const words = WORDS[language];
  const rows = domains.map(({ title, score }) => [title, score, levelOf(score)?.[language]]);
  const steps = weakest.map(({ title, nextStep }, n) => `${n + 1}. **${title}**: ${nextStep}`);
  const text = [
    `# ${words.title}`,
    words.total(scores('score')),
    table(words.head, rows),
    `## ${words.next}`,
    steps.length ? steps.join('\n') : words.none,
  ].join('\n\n');
  return {
    resourceType: 'Parameters',
    parameter: [
      ...heading(response, language),
      ...parameter('score', 'valueInteger', scores('score')),
      ...domains.map((domain) => ({
        name: 'domain',
        part: [
          ...parameter('code', 'valueCode', domain.code),
          ...parameter('title', 'valueString', domain.title),
          ...parameter('score', 'valueInteger', domain.score),
          ...parameter('level', 'valueCode', levelOf(domain.score)?.code),
        ],
      })),
      ...weakest.map(({ code, nextStep }) => ({
        name: 'weakest',
        part: [...parameter('code', 'valueCode', code), ...parameter('nextStep', 'valueString', nextStep)],
      })),
      ...parameter('text', 'valueMarkdown', text),
    ],
  };
};
