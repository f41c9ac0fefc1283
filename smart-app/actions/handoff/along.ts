// What goes along with a hand-off, and under which consents: read before anything is sent.
// https://hl7.org/fhir/R4/consent.html
import type { Condition, Consent, Resource } from '@medplum/fhirtypes';
import type { Client } from '../../fhir/client.ts';
import { FhirFailure, WrongPatient } from '../../fhir/failure.ts';
import { openWork } from '../../fhir/queries.ts';
import { CATEGORY } from '../../fhir/systems.ts';
import { placeOf } from '../../fhir/task.ts';

export interface Along {
  readonly tasks: number;
  readonly barriers: number;
  readonly consents: readonly Consent[];
}

/** What somebody may not see does not go along either. */
async function visible<T extends Resource>(found: Promise<{ resources: readonly Resource[] }>): Promise<T[]> {
  try {
    return (await found).resources as T[];
  } catch (error) {
    if (error instanceof FhirFailure && error.status === 403) return [];
    throw error;
  }
}

/** @throws WrongPatient when the server answers with another patient's */
export async function goesAlong(client: Client, patient: string): Promise<Along> {
  const of = `Patient/${patient}`;
  const [work, barriers, consents] = await Promise.all([
    openWork(client, patient),
    visible<Condition>(
      client.search('Condition', {
        patient: of,
        category: `${CATEGORY}|cn-barrier`,
        'clinical-status': 'active',
        _count: '100',
      }),
    ),
    visible<Consent>(client.search('Consent', { patient: of, status: 'active', _count: '20' })),
  ]);
  const isTheirs = [...barriers.map(({ subject }) => subject), ...consents.map((one) => one.patient)].every(
    (subject) => subject?.reference === of,
  );
  if (!isTheirs) throw new WrongPatient();
  return {
    tasks: work.tasks.filter((task) => placeOf(task) !== 'gate').length,
    barriers: barriers.length,
    consents,
  };
}
