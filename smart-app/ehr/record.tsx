// What the chart itself shows of the patient: problems and vital signs, read with a token of the user who is chosen.
// https://hl7.org/fhir/us/core/STU6.1/vital-signs.html
import type { Bundle, Condition, Observation, Quantity, Resource } from '@medplum/fhirtypes';
import { useEffect, useState } from 'react';
import { answer } from './server.ts';
import { tokenFor } from './token.ts';

interface ChartRecord {
  problems: readonly Condition[];
  vitals: readonly Observation[];
}

const SCOPE = 'patient/Condition.rs patient/Observation.rs';

async function readRecord(user: string, patient: string): Promise<ChartRecord> {
  const token = await tokenFor(user, patient, SCOPE);
  const search = async <T extends Resource>(path: string): Promise<T[]> => {
    const response = await fetch(`/fhir/${path}`, {
      headers: { accept: 'application/fhir+json', authorization: `Bearer ${token}` },
    });
    const { entry = [] } = await answer<Bundle<T>>(response);
    const found = entry.flatMap(({ resource }) => resource ?? []);
    const isTheirs = (one: T) => (one as Resource as Condition).subject?.reference === `Patient/${patient}`;
    return found.filter(isTheirs);
  };
  const [problems, vitals] = await Promise.all([
    search<Condition>(`Condition?patient=${patient}&category=problem-list-item&_count=50`),
    search<Observation>(`Observation?patient=${patient}&category=vital-signs&_sort=-date&_count=20`),
  ]);
  return { problems, vitals };
}

const quantity = (one: Quantity | undefined): string | undefined =>
  one?.value === undefined ? undefined : `${one.value} ${one.unit ?? ''}`.trim();

/** A value as it is written in a chart; blood pressure as one number over the other. */
function said({ component = [], valueQuantity, valueString }: Observation): string {
  const parts = component.flatMap((one) => one.valueQuantity ?? []);
  if (parts.length === 0) return quantity(valueQuantity) ?? valueString ?? '';
  return `${parts.map(({ value }) => value).join('/')} ${parts[0]!.unit ?? ''}`.trim();
}

export function Record({ user, patient }: { user: string; patient: string }) {
  const [{ record, sentence }, setRead] = useState<{ record?: ChartRecord; sentence?: string }>({});
  useEffect(() => {
    let current = true;
    readRecord(user, patient).then(
      (read) => current && setRead({ record: read }),
      (error: Error) => current && setRead({ sentence: error.message }),
    );
    return () => {
      current = false;
    };
  }, [user, patient]);
  if (sentence) return <p role="alert">{sentence}</p>;
  if (!record) return <p>Reading the chart…</p>;
  return (
    <>
      <section aria-label="Problems">
        <h2>Problems</h2>
        <Entries
          none="No problems are on the list."
          entries={record.problems.map((one) => [one.id!, one.code?.text ?? '', yearOf(one.onsetDateTime)])}
        />
      </section>
      <section aria-label="Vital signs">
        <h2>Vital signs</h2>
        <Entries
          none="No vital signs have been taken."
          entries={record.vitals.map((one) => [
            one.id!,
            `${one.code?.text ?? ''} ${said(one)}`.trim(),
            (one.effectiveDateTime ?? '').slice(0, 10),
          ])}
        />
      </section>
    </>
  );
}

const yearOf = (date: string | undefined): string => (date ? `since ${date.slice(0, 4)}` : '');

function Entries({ entries, none }: { entries: readonly (readonly string[])[]; none: string }) {
  if (entries.length === 0) return <p>{none}</p>;
  return (
    <ul>
      {entries.map(([id, what, when]) => (
        <li key={id}>
          {what} <small>{when}</small>
        </li>
      ))}
    </ul>
  );
}
