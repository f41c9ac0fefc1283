// The forms that have a report, by their canonical URL. https://hl7.org/fhir/R4/questionnaire.html
import { CB } from '../../code.ts';
import { axesReport } from './axes.ts';
import { readinessReport } from './readiness.ts';
import type { Report } from './text.ts';

export const REPORTS: ReadonlyMap<string, Report> = new Map([
  [`${CB}/Questionnaire/cn-q-org-readiness`, readinessReport],
  [`${CB}/Questionnaire/cn-q-person-centred`, axesReport],
]);
