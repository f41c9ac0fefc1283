// $team-figures (ours): open work, promises, referrals, barriers, decisions for providers and minutes, counted over what the caller may see.
// https://hl7.org/fhir/R4/operations.html
import type { ParametersParameter } from '@medplum/fhirtypes';
import { type Access, reach } from '../../../fhir/access.ts';
import { nameOf, notReached } from '../../../fhir/refusal.ts';
import type { Result } from '../../../fhir/result.ts';
import type { FhirRequest } from '../../../interaction/context.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { scopeOf } from './asked.ts';
import { codingParts, line } from './part.ts';
import { type Counted, FIGURES, type FiguresContext, SERVICE, sees } from './table.ts';

/** A figure that the caller cannot have, and why: it is left out, since a zero would be wrong. */
function absentPart({ name, type }: Counted, access: Access): ParametersParameter {
  const [refused] = notReached(access, [type], 's').issues;
  const some = `${nameOf(access)} sees no ${type} of this kind.`;
  return line(
    'absent',
    { name: 'figure', valueCode: name },
    { name: 'type', valueCode: type },
    { name: 'reason', valueString: reach(access, type, 's') === 'none' ? refused!.diagnostics! : some },
  );
}

/** 200 with the figures; 400; 403 for whoever may not search tasks; 404 for an organisation that is not there. */
export async function teamFigures(context: FiguresContext, request: FhirRequest): Promise<Result> {
  const { access } = request;
  checkScope(access, 'Task', 's');
  const scope = await scopeOf(context, request);
  const codings = codingParts(context.displayOf);
  const isSeen = (figure: Counted) => sees(context, access, figure);
  const parts = await context.figures.atOnce(scope, async (snapshot) => {
    const counted: ParametersParameter[] = [];
    for (const figure of FIGURES.filter(isSeen))
      counted.push(...(await figure.count(context, snapshot, codings)));
    return counted;
  });
  const absent = [...FIGURES, SERVICE].filter((figure) => !isSeen(figure));
  return {
    kind: 'json',
    status: 200,
    json: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'period', valuePeriod: { start: scope.startDay, end: scope.endDay } },
        { name: 'date', valueDateTime: scope.now },
        { name: 'timezone', valueCode: scope.timeZone },
        ...parts,
        ...absent.map((figure) => absentPart(figure, access)),
      ],
    },
  };
}
