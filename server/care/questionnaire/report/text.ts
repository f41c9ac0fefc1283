// The parts that reports of forms are put together from: parameters, and a table in markdown.
// https://hl7.org/fhir/R4/parameters.html
import type {
  Parameters,
  ParametersParameter,
  Questionnaire,
  QuestionnaireResponse,
} from '@medplum/fhirtypes';
import type { Language } from '../sdc.ts';

/** Makes the report of a response that its form allows. */
export type Report = (
  questionnaire: Questionnaire,
  response: QuestionnaireResponse,
  language: Language,
) => Parameters;

/** A parameter with a value; none for a value that is not there. */
export const parameter = (
  name: string,
  type:
    | 'valueString'
    | 'valueInteger'
    | 'valueCode'
    | 'valueBoolean'
    | 'valueMarkdown'
    | 'valueDateTime'
    | 'valueCanonical',
  value: string | number | boolean | undefined,
): ParametersParameter[] => (value === undefined ? [] : [{ name, [type]: value }]);

/** Text that stands in a cell of a table, whatever is in it. */
const cell = (text: string | number | undefined): string =>
  String(text ?? '–')
    .replace(/[\\|<>`*_[\]]/g, '\\$&')
    .replace(/\s+/g, ' ')
    .trim();

type Row = readonly (string | number | undefined)[];
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table in markdown. */
export const table = (head: Row, rows: readonly Row[]): string =>
  [line(head.map(cell)), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cell)))].join('\n');

/** What every report begins with: the form, whom it is about, when. */
export const heading = (
  { questionnaire, subject, authored }: QuestionnaireResponse,
  language: Language,
): ParametersParameter[] => [
  ...parameter('questionnaire', 'valueCanonical', questionnaire),
  ...(subject ? [{ name: 'subject', valueReference: subject }] : []),
  ...parameter('authored', 'valueDateTime', authored),
  ...parameter('language', 'valueCode', language),
];
