// What a review needs: its task, the reports that it was asked for, or the choice of one, and by which ways the person may hear.
// https://hl7.org/fhir/R4/task.html
import type { Task } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { type Paths, pathsTo } from '../../fhir/may-contact.ts';
import { reportsNamed, reviewFor } from '../../fhir/review.ts';
import type { About } from '../action.ts';
import { type Reports, useReports } from '../complete/use-reports.ts';

export interface Review {
  /** Undefined while it is looked for, and where there is none. */
  readonly task: Task | undefined;
  readonly isMissing: boolean;
  /** References of the reports that are reviewed. */
  readonly reports: readonly string[];
  /** The choice, where the task names no report. */
  readonly choice: Reports | undefined;
  /** Undefined while the server is asked. */
  readonly paths: Paths | undefined;
  readonly failure: unknown;
}

export function useReview({ patient, task: from }: About): Review {
  const { client } = useApp();
  const found = useQuery({
    queryKey: ['record', patient, 'review', from!.id],
    queryFn: async () => (await reviewFor(client, patient, from!)) ?? null,
  });
  const paths = useQuery({
    queryKey: ['may-contact', patient],
    queryFn: () => pathsTo(client, { patient }),
    staleTime: 0,
  });
  const task = found.data ?? undefined;
  const named = task ? reportsNamed(task) : [];
  const isChosen = task !== undefined && named.length === 0;
  const choice = useReports(client, patient, task ?? from!, isChosen);
  const chosen = isChosen && choice.chosen ? [choice.chosen.reference] : [];
  return {
    task,
    isMissing: found.data === null,
    reports: named.length ? named : chosen,
    choice: isChosen ? choice : undefined,
    paths: paths.data,
    failure: found.error ?? paths.error ?? undefined,
  };
}
