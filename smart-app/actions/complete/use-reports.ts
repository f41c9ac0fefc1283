// The reports that can close the loop of a task, and the one that is chosen; the one that the task names stands there already.
// https://hl7.org/fhir/R4/task-definitions.html#Task.output
import type { Task } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Client } from '../../fhir/client.ts';
import { namedReport, type Report, reportsOf } from '../../fhir/report.ts';

export interface Reports {
  /** Undefined while they are read. */
  choices: readonly Report[] | undefined;
  failure: unknown;
  chosen: Report | undefined;
  choose: (reference: string) => void;
}

/** @param wanted reports are read only for tasks that need one */
export function useReports(client: Client, patient: string, task: Task, wanted: boolean): Reports {
  const read = useQuery({
    queryKey: ['reports', patient],
    queryFn: () => reportsOf(client, patient),
    enabled: wanted,
  });
  const [picked, choose] = useState<string>();
  const choices = read.data;
  const chosen =
    picked === undefined
      ? choices && namedReport(task, choices)
      : choices?.find((one) => one.reference === picked);
  return { choices, failure: read.error, chosen, choose };
}
