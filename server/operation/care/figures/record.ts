// Figures of the record: barriers, decisions for a provider with what they save, and minutes. https://hl7.org/fhir/R4/observation.html
import type { ParametersParameter } from '@medplum/fhirtypes';
import { BARRIER_TYPE } from '../../../care/barrier/barrier.ts';
import { CATEGORY, PROGRAMME } from '../../../care/code.ts';
import { REASON } from '../../../care/network/decision.ts';
import { TIER } from '../../../care/network/tier.ts';
import type { BarrierRow } from '../../../search/figures/barriers.ts';
import type { MinutesRow } from '../../../search/figures/minutes.ts';
import type { NetworkRow } from '../../../search/figures/network.ts';
import { type CodingParts, count, line, money } from './part.ts';

export const barrierParts = (rows: readonly BarrierRow[], codings: CodingParts): ParametersParameter[] =>
  rows.map(({ code, open, resolved }) =>
    line('barrier', ...codings('code', BARRIER_TYPE, code), count('open', open), count('resolved', resolved)),
  );

/** Savings of one kind: estimates and what claims came to are never added up. */
export const savingParts = (
  kind: 'estimated' | 'adjudicated',
  rows: readonly NetworkRow[],
  codings: CodingParts,
): ParametersParameter[] =>
  rows
    .filter(({ part }) => part === 'saving')
    .map((row) =>
      line(
        'saving',
        { name: 'kind', valueCode: kind },
        ...codings('service', CATEGORY, row.service),
        count('count', row.count),
        money('amount', row.amount!, row.currency),
      ),
    );

export function decisionParts(rows: readonly NetworkRow[], codings: CodingParts): ParametersParameter[] {
  const of = (part: NetworkRow['part']) => rows.filter((row) => row.part === part);
  return [
    ...of('tier').map((row) =>
      line(
        'network-decision',
        ...codings('service', CATEGORY, row.service),
        ...codings('tier', TIER, row.code),
        count('count', row.count),
      ),
    ),
    ...of('reason').map((row) =>
      line('off-network', ...codings('reason', REASON, row.code), count('count', row.count)),
    ),
    ...savingParts('estimated', rows, codings),
  ];
}

export const minutesParts = (rows: readonly MinutesRow[], codings: CodingParts): ParametersParameter[] =>
  rows.map((row) =>
    line(
      'minutes',
      ...codings('programme', PROGRAMME, row.programme),
      { name: 'month', valueDate: row.month },
      count('entries', row.entries),
      count('minutes', row.minutes),
    ),
  );
