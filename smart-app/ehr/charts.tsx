// The charts of the demo: tabs of those that are open, and the list from which one is opened in the same window.
import { type Choice, NOBODY } from './choice.ts';
import type { ChartPatient } from './server.ts';

interface ChartsProps {
  patients: readonly ChartPatient[];
  /** Id of the patient whose chart is in front. */
  shown: string;
  change: (part: Partial<Choice>) => void;
}

/** The charts that can be opened. */
export function Charts({ patients, shown, change }: ChartsProps) {
  return (
    <nav aria-label="Charts">
      <h2>Patients</h2>
      <ul className="list">
        {patients.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              aria-current={one.id === shown ? 'page' : undefined}
              onClick={() => change({ patient: one.id })}
            >
              <span>{one.name}</span> <small>{one.mrn}</small>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The charts that are open, one of them in front. */
export function OpenCharts({ patients, shown, change, open }: ChartsProps & { open: readonly string[] }) {
  const close = (id: string) => {
    const left = open.filter((one) => one !== id);
    change({ open: left, ...(id === shown && { patient: left[0] ?? NOBODY }) });
  };
  return (
    <nav aria-label="Open charts" className="tabs">
      {open.map((id) => {
        const name = patients.find((one) => one.id === id)?.name ?? id;
        return (
          <span key={id} data-shown={id === shown || undefined}>
            <button
              type="button"
              aria-current={id === shown ? 'page' : undefined}
              onClick={() => change({ patient: id })}
            >
              Chart: {name}
            </button>
            <button type="button" aria-label={`Close the chart of ${name}`} onClick={() => close(id)}>
              ×
            </button>
          </span>
        );
      })}
    </nav>
  );
}
