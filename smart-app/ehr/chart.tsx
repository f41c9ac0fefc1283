// A small chart that embeds the app by a real SMART EHR launch: choose who works, whose chart it is, and how wide the frame is.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { useEffect, useState } from 'react';
import { Bar } from './bar.tsx';
import { Charts } from './charts.tsx';
import { type Frame, useChoice } from './choice.ts';
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
