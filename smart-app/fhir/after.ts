// What the server did by itself after a form was answered: barriers on the register, and tasks with who takes them.
// https://hl7.org/fhir/R4/condition-search.html
import type { Condition, Parameters, Resource, Task } from '@medplum/fhirtypes';
import type { Client } from './client.ts';
import { FhirFailure, WrongPatient } from './failure.ts';
import { type People, peopleOf } from './people.ts';
import { OPEN } from './task.ts';

export interface After {
  readonly barriers: readonly Condition[];
  /** The most urgent first. */
  readonly tasks: readonly Task[];
  readonly people: People;
}

/** A response that was stored. */
export interface Stored {
  readonly id: string;
  /** The instant of its version. */
  readonly at: string;
}

const URGENCY: readonly (string | undefined)[] = ['stat', 'asap', 'urgent'];
const rank = ({ priority }: Task): number => {
  const place = URGENCY.indexOf(priority);
  return place < 0 ? URGENCY.length : place;
};

const isOf =
  <T extends Resource>(type: string) =>
  (one: Resource): one is T =>
    one.resourceType === type;

/** What somebody may not see is not told. */
const visible = (found: Promise<{ resources: readonly Resource[] }>): Promise<readonly Resource[]> =>
  found.then(
    ({ resources }) => resources,
    (error: unknown) => {
      if (error instanceof FhirFailure && error.status === 403) return [];
      throw error;
    },
  );

/** @throws WrongPatient when the server answers with another patient's */
export async function whatFollowed(client: Client, patient: string, { id, at }: Stored): Promise<After> {
  const of = `Patient/${patient}`;
  const [conditions, found] = await Promise.all([
    visible(
      client.search('Condition', {
        patient: of,
        'evidence-detail': `QuestionnaireResponse/${id}`,
        _count: '50',
      }),
    ),
    visible(
      client.search('Task', {
        patient: of,
        status: OPEN.join(','),
        _lastUpdated: `ge${at}`,
        _include: 'Task:owner',
        _count: '50',
      }),
    ),
  ]);
  const barriers = conditions.filter(isOf<Condition>('Condition'));
  const tasks = found.filter(isOf<Task>('Task'));
  if (
    barriers.some(({ subject }) => subject.reference !== of) ||
    tasks.some((task) => task.for?.reference !== of)
  )
    throw new WrongPatient();
  return {
    barriers,
    tasks: [...tasks].sort((a, b) => rank(a) - rank(b)),
    people: await peopleOf(found, client),
  };
}

/** One line of a report: a side of a life, or a domain of an organisation. */
export interface Line {
  readonly title: string;
  readonly value: number | undefined;
  readonly next: string | undefined;
}

/** The server's report of an answered form, which some forms have: a line for each axis or domain. */
export async function reportOf(client: Client, id: string, language: string): Promise<readonly Line[]> {
  const path = `QuestionnaireResponse/${id}/$report?language=${language}`;
  const { parameter = [] } = await client.operation<Parameters>(path);
  const steps = new Map(
    parameter
      .filter(({ name }) => name === 'weakest')
      .map(({ part = [] }) => [
        part.find(({ name }) => name === 'code')?.valueCode,
        part.find(({ name }) => name === 'nextStep')?.valueString,
      ]),
  );
  return parameter
    .filter(({ name }) => name === 'axis' || name === 'domain')
    .map(({ part = [] }) => {
      const of = (name: string) => part.find((one) => one.name === name);
      return {
        title: of('title')?.valueString ?? '',
        value: (of('hard') ?? of('score'))?.valueInteger,
        next: of('next')?.valueString ?? steps.get(of('code')?.valueCode),
      };
    });
}

/** Forms that the server reports on. */
const REPORTED = /\/cn-q-(person-centred|org-readiness)$/;

export const isReported = (url: string | undefined): boolean => REPORTED.test(url ?? '');
