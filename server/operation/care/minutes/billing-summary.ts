// $billing-summary (ours): the minutes of one enrolment in one month, candidate lines for a biller to review, and what is missing.
// https://hl7.org/fhir/R4/operations.html
import type { EpisodeOfCare, ParametersParameter } from '@medplum/fhirtypes';
import { GAP_SYSTEM, GAPS, type GapCode } from '../../../care/minutes/gap.ts';
import type { Line, Progress } from '../../../care/minutes/line.ts';
import { billingFacts } from '../../../care/minutes/look-up.ts';
import { type BillingSummary, billingSummary } from '../../../care/minutes/summary.ts';
import { badRequest, gone, notFound, notSupported } from '../../../fhir/errors.ts';
import type { Result } from '../../../fhir/result.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import { resourceOf } from '../../../store/index.ts';
import type { OperationHandler } from '../../index.ts';
import { operationParameters } from '../../parameters.ts';

const MONTH = /^(19|20|21)\d\d-(0[1-9]|1[0-2])$/;

/** The month that is asked about. @throws FhirError 400 */
function monthOf(request: FhirRequest): string {
  const given = operationParameters(request);
  const other = given.find(([name]) => name !== 'month');
  if (other) throw notSupported(`$billing-summary has no parameter "${other[0]}". It takes month.`);
  const [month, ...more] = given.map(([, value]) => value);
  if (month !== undefined && !more.length && MONTH.test(month)) return month;
  throw badRequest(
    'Give the month once, as YYYY-MM: $billing-summary?month=2026-03.',
    'Parameters.parameter',
  );
}

/**
 * The enrolment, if the caller may read it and work entries: the summary counts all minutes, or it would be wrong.
 * @throws FhirError 403, 404, 410
 */
async function visibleEnrolment(
  { store, search }: Context,
  { access, executor }: Pick<FhirRequest, 'access' | 'executor'>,
  id: string,
): Promise<EpisodeOfCare> {
  checkScope(access, 'EpisodeOfCare', 'r');
  checkScope(access, 'Observation', 'r');
  const visibility = search.visibility(access, 'r', ['EpisodeOfCare']);
  const found = await store.read('EpisodeOfCare', id, visibility, executor);
  if (!found) throw notFound(`There is no EpisodeOfCare/${id}, or your access does not cover it.`);
  if (found.deleted) throw gone(`EpisodeOfCare/${id} was deleted.`);
  return resourceOf(found) as EpisodeOfCare;
}

const gapPart = (code: GapCode): ParametersParameter => ({
  name: 'reason',
  valueCodeableConcept: { coding: [{ system: GAP_SYSTEM, code }], text: GAPS[code] },
});
const referencePart =
  (name: string) =>
  (reference: string): ParametersParameter => ({ name, valueReference: { reference } });

const linePart = (line: Line, billing: string | undefined): ParametersParameter => ({
  name: 'line',
  part: [
    { name: 'code', valueCoding: { system: line.system, code: line.code } },
    { name: 'units', valuePositiveInt: line.units },
    { name: 'date', valueDate: line.date },
    { name: 'instead', valueBoolean: line.instead },
    { name: 'minutes', valueInteger: line.minutes },
    ...line.rendering.map(referencePart('rendering')),
    ...line.supervising.map(referencePart('supervising')),
    ...(billing ? [referencePart('billing')(billing)] : []),
    { name: 'review', valueBoolean: true },
  ],
});

const progressPart = ({ system, code, minutes, needed }: Progress): ParametersParameter => ({
  name: 'progress',
  part: [
    { name: 'code', valueCoding: { system, code } },
    { name: 'minutes', valueInteger: minutes },
    { name: 'needed', valueInteger: needed },
  ],
});

const parametersOf = (summary: BillingSummary, billing: string | undefined): ParametersParameter[] => [
  { name: 'month', valueDate: summary.month },
  ...(summary.programme ? [{ name: 'programme', valueCode: summary.programme }] : []),
  { name: 'ended', valueBoolean: summary.ended },
  { name: 'recorded', valueInteger: summary.recorded },
  { name: 'minutes', valueInteger: summary.minutes },
  ...summary.unbilled.map(({ reason, minutes }) => ({
    name: 'unbilled',
    part: [gapPart(reason), { name: 'minutes', valueInteger: minutes }],
  })),
  ...summary.progress.map(progressPart),
  ...summary.lines.map((line) => linePart(line, billing)),
  ...summary.missing.map((code) => ({ ...gapPart(code), name: 'missing' })),
];

/** 200 with the summary; 400; 403, 404 and 410 for an enrolment that the caller may not see. */
export const summarise: OperationHandler = async (context, request): Promise<Result> => {
  const month = monthOf(request);
  const enrolment = await visibleEnrolment(context, request, request.path[1]!);
  const { value } = await carryOut(context, request, (_unit, desk) => billingFacts(desk, enrolment, month));
  const parameter = parametersOf(billingSummary(value), value.billing);
  return { kind: 'json', status: 200, json: { resourceType: 'Parameters', parameter } };
};
