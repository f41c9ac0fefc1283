// The operations on filled-in forms: what they say as resources, and what they come to in words.
// https://hl7.org/fhir/uv/sdc/extraction.html
import type { Operation } from '../index.ts';
import { extractSent, extractStored } from './questionnaire/extract.ts';
import { report } from './questionnaire/report.ts';

const TYPE = 'QuestionnaireResponse';
const EXTRACT = 'http://hl7.org/fhir/uv/sdc/OperationDefinition/QuestionnaireResponse-extract';
const REPORT = 'https://throughline.example/fhir/OperationDefinition/QuestionnaireResponse-report';

export const questionnaireOperations: readonly Operation[] = [
  {
    code: 'extract',
    method: 'GET',
    path: `${TYPE}/{id}/$extract`,
    type: TYPE,
    definition: EXTRACT,
    safe: true,
    handler: extractStored,
  },
  { code: 'extract', method: 'POST', path: `${TYPE}/{id}/$extract`, handler: extractStored },
  { code: 'extract', method: 'POST', path: `${TYPE}/$extract`, handler: extractSent },
  {
    code: 'report',
    method: 'GET',
    path: `${TYPE}/{id}/$report`,
    type: TYPE,
    definition: REPORT,
    safe: true,
    handler: report,
  },
  { code: 'report', method: 'POST', path: `${TYPE}/{id}/$report`, handler: report },
];
