// What $team-figures is asked: whose people, and which days on the clock of the organisation.
// https://hl7.org/fhir/R4/operations.html#request
import { addDays, CLOSING_HOUR, dayOf, instantOf } from '../../../care/calendar.ts';
import { dateRange } from '../../../fhir/datetime.ts';
import { badRequest, notFound } from '../../../fhir/errors.ts';
import type { Context, FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import type { FigureScope } from '../../../search/figures/index.ts';
import { readGiven } from '../schedule/parameters.ts';

const TABLE = {
  organization: { kind: 'Reference', types: ['Organization'] },
  'period-start': { kind: 'string' },
  'period-end': { kind: 'string' },
} as const;

/** Days of the period when nothing is said, and most that it may have. */
const DAYS = 90;
const MOST_DAYS = 366;
const DAY = /^(19|20|21)\d\d-\d\d-\d\d$/;

function dayIn(name: string, text: string | undefined): string | undefined {
  if (text === undefined || (DAY.test(text) && dateRange(text))) return text;
  throw badRequest(`${name} is "${text}". Give a day such as 2026-03-14.`, 'Parameters.parameter');
}

/** @throws FhirError 400 for a period that ends before it begins, or is too long */
function checkPeriod(start: string, end: string): void {
  if (start > end)
    throw badRequest(
      `period-start is ${start}, after period-end ${end}. Give the earlier day as period-start.`,
      'Parameters.parameter',
    );
  if (addDays(start, MOST_DAYS) <= end)
    throw badRequest(
      `From ${start} to ${end} are more than ${MOST_DAYS} days. Give a period of at most ${MOST_DAYS} days.`,
      'Parameters.parameter',
    );
}

/** @throws FhirError 403 for whoever may not look at organisations and enrolments, 404 for one that is not there */
async function checkOrganization(
  { store, search }: Context,
  { access, executor }: FhirRequest,
  organization: string,
): Promise<void> {
  checkScope(access, 'Organization', 'r');
  checkScope(access, 'EpisodeOfCare', 's');
  const visibility = search.visibility(access, 'r', ['Organization']);
  const found = await store.read('Organization', organization.split('/')[1]!, visibility, executor);
  if (!found || found.deleted)
    throw notFound(`There is no ${organization}, or your access does not cover it.`);
}

/** Over what the figures are counted. @throws FhirError 400, 403, 404 */
export async function scopeOf(context: Context, request: FhirRequest): Promise<FigureScope> {
  const { access, executor } = request;
  const given = readGiven(request, '$team-figures', TABLE, context.base);
  const organization = given.one('organization');
  const now = context.now();
  const { timeZone } = context.care.calendar(organization ?? access.fhirUser);
  const today = dayOf(now, { timeZone });
  const asked = dayIn('period-start', given.one('period-start'));
  const endDay = dayIn('period-end', given.one('period-end')) ?? today;
  const startDay = asked ?? addDays(endDay, 1 - DAYS);
  checkPeriod(startDay, endDay);
  if (organization !== undefined) await checkOrganization(context, request, organization);
  return {
    visibility: (types) => context.search.visibility(access, 's', types),
    organization,
    startDay,
    endDay,
    start: instantOf(startDay, 0, { timeZone }).toISOString(),
    end: instantOf(addDays(endDay, 1), 0, { timeZone }).toISOString(),
    now: now.toISOString(),
    today,
    timeZone,
    closingHour: CLOSING_HOUR,
    executor,
  };
}
