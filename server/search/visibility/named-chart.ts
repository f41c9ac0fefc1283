// A search that names the patient to whose chart its caller is confined finds nothing outside it: the chart needs no condition
// of its own then, and the search is as fast as anybody's. https://hl7.org/fhir/R4/compartmentdefinition-patient.html
import type { Visibility } from '../../db/visibility.ts';
import { compartmentParameters } from '../../fhir/compartment.ts';
import type { Criterion, IndexCriterion } from '../criterion/type.ts';
import { targetsOf } from '../param/reference.ts';
import type { MatchingContext } from './criteria.ts';

const putsIntoChart = ({ params }: IndexCriterion): boolean =>
  params.every(({ resourceType, code }) => compartmentParameters[resourceType]?.includes(code));

/** Whether a criterion holds only for resources in a patient's chart. @param patient the patient's surrogate */
function namesPatient(
  criterion: Criterion,
  patient: string,
  context: Pick<MatchingContext, 'ridOf' | 'base'>,
): boolean {
  if (criterion.kind !== 'index' || criterion.differs || criterion.values.length !== 1) return false;
  const { params, modifier, values } = criterion;
  if (modifier !== undefined && modifier !== 'Patient') return false;
  if (params[0]!.type !== 'reference' || !putsIntoChart(criterion)) return false;
  return params.every((param) => {
    const targets = targetsOf(values[0]!, modifier, param, context);
    return targets.length === 1 && targets[0] === patient;
  });
}

/**
 * What a caller may see of the matches of a search.
 * @param types numbers of the types that are searched
 * @param criteria what all matches meet
 */
export function withinSearch(
  visibility: Visibility,
  types: readonly number[],
  criteria: readonly Criterion[],
  context: Pick<MatchingContext, 'ridOf' | 'base'>,
): Visibility {
  const { chart } = visibility;
  if (!chart || !types.every((type) => chart.types.includes(type))) return visibility;
  if (!criteria.some((criterion) => namesPatient(criterion, chart.patient, context))) return visibility;
  return { types: visibility.types, whole: false, sql: chart.sql };
}
