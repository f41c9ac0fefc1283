// The list of charts beside the app, for changing the patient in the same window.
import type { Choice } from './choice.ts';
import type { ChartPatient } from './server.ts';

interface ChartsProps {
  patients: readonly ChartPatient[];
  /** Id of the patient whose chart is open. */
  shown: string;
  change: (part: Partial<Choice>) => void;
}

/** The charts that can be opened. This one holds no record of its own, and says so. */
export function Charts({ patients, shown, change }: ChartsProps) {
  return (
    <nav aria-label="Charts" className="charts">
      <ul>
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
      <p>This demo chart keeps no record of its own: everything clinical is in the app beside it.</p>
    </nav>
  );
}
