// A small chart that embeds the app by a real SMART EHR launch: choose who works, whose chart it is, and how wide the frame is.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { useEffect, useState } from 'react';
import { type Choice, FRAMES, type Frame, useChoice } from './choice.ts';
import { type ChartPatient, type Context, launch, readContext } from './server.ts';

type Loaded = { context?: Context; sentence?: string };

const NO_DEMO =
  'No demo data is loaded here, so there is nobody to choose. Start the server on an empty database with DEMO=auto.';

/** The app signs in only at the server's own address: under another name of the host the chart goes there. */
const isElsewhere = (publicUrl: string): boolean => new URL(publicUrl).origin !== location.origin;

export function Chart() {
  const [{ context, sentence }, setLoaded] = useState<Loaded>({});
  const [choice, change] = useChoice();
  useEffect(() => {
    readContext().then(
      (found) => {
        if (found && isElsewhere(found.publicUrl))
          location.replace(`${found.publicUrl}/ehr/${location.hash}`);
        else setLoaded(found ? { context: found } : { sentence: NO_DEMO });
      },
      (error: Error) => setLoaded({ sentence: error.message }),
    );
  }, []);
  if (sentence)
    return (
      <p role="alert" className="words">
        {sentence}
      </p>
    );
  if (!context) return <p className="words">Opening the chart…</p>;
  const user = context.users.find((one) => one.username === choice.user) ?? context.users[0];
  const patient = context.patients.find((one) => one.id === choice.patient) ?? context.patients[0];
  if (!user || !patient)
    return (
      <p role="alert" className="words">
        {NO_DEMO}
      </p>
    );
  return (
    <div className="chart">
      <Bar
        context={context}
        choice={{ ...choice, user: user.username, patient: patient.id }}
        change={change}
      />
      <Header patient={patient} />
      <div className="body" data-frame={choice.frame}>
        <Charts patients={context.patients} shown={patient.id} change={change} />
        <AppFrame user={user.username} patient={patient} frame={choice.frame} lang={choice.lang} />
      </div>
    </div>
  );
}

function Bar({
  context,
  choice,
  change,
}: {
  context: Context;
  choice: Choice;
  change: (part: Partial<Choice>) => void;
}) {
  return (
    <section className="bar" aria-label="Demo">
      <strong>Demo chart</strong>
      <label>
        Patient{' '}
        <select
          value={choice.patient}
          onChange={(event) => change({ ...choice, patient: event.target.value })}
        >
          {context.patients.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        User{' '}
        <select value={choice.user} onChange={(event) => change({ ...choice, user: event.target.value })}>
          {context.users.map((one) => (
            <option key={one.username} value={one.username}>
              {one.name} ({one.username})
            </option>
          ))}
        </select>
      </label>
      <label>
        Frame{' '}
        <select
          value={choice.frame}
          onChange={(event) => change({ ...choice, frame: event.target.value as Frame })}
        >
          {Object.entries(FRAMES).map(([width, name]) => (
            <option key={width} value={width}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </section>
  );
}

const dayOf = (date: string): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(date));

function Header({ patient }: { patient: ChartPatient }) {
  const facts = [
    patient.birthDate && `born ${dayOf(patient.birthDate)}`,
    patient.gender,
    patient.mrn && `MRN ${patient.mrn}`,
  ];
  return (
    <section className="patient" aria-label="Chart header">
      <h1>{patient.name}</h1>
      <p>{facts.filter(Boolean).join(' · ')}</p>
    </section>
  );
}

interface ChartsProps {
  patients: readonly ChartPatient[];
  /** Id of the patient whose chart is open. */
  shown: string;
  change: (part: Partial<Choice>) => void;
}

/** The other charts. This one holds no record of its own, and says so. */
function Charts({ patients, shown, change }: ChartsProps) {
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

interface FrameProps {
  user: string;
  patient: ChartPatient;
  frame: Frame;
  lang: string | undefined;
}

/** The app in its frame. Another user or patient is another launch, in the same window. */
function AppFrame({ user, patient, frame, lang }: FrameProps) {
  const [shown, setShown] = useState<{ url?: string; sentence?: string }>({});
  useEffect(() => {
    let current = true;
    setShown({});
    launch(user, patient.id).then(
      (url) => current && setShown({ url: lang ? `${url}&lang=${encodeURIComponent(lang)}` : url }),
      (error: Error) => current && setShown({ sentence: error.message }),
    );
    return () => {
      current = false;
    };
  }, [user, patient.id, lang]);
  if (shown.sentence)
    return (
      <p role="alert" className="words">
        {shown.sentence}
      </p>
    );
  return (
    <iframe
      title="Throughline"
      src={shown.url ?? 'about:blank'}
      data-frame={frame}
      referrerPolicy="no-referrer"
    />
  );
}
