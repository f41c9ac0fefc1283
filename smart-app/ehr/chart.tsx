// A small chart that embeds the app by a real SMART EHR launch: choose who works, whose chart it is, and how wide the frame is.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { useCallback, useEffect, useState } from 'react';
import { AppFrame } from './app-frame.tsx';
import { Bar } from './bar.tsx';
import { Charts, OpenCharts } from './charts.tsx';
import { type Choice, NOBODY, useChoice } from './choice.ts';
import { useLook } from './look.ts';
import { Record } from './record.tsx';
import { type ChartPatient, type Context, readContext } from './server.ts';

type Loaded = { context?: Context; sentence?: string };

const NO_DEMO =
  'No demo data is loaded here, so there is nobody to choose. Start the server on an empty database with DEMO=auto.';

/** What the launch says of the banner: that the app is to show it, that it is not, or nothing. */
const BANNER = { app: { needPatientBanner: true }, chart: { needPatientBanner: false }, unsaid: {} } as const;

/** The app signs in only at the server's own address: under another name of the host the chart goes there. */
const isElsewhere = (publicUrl: string): boolean => new URL(publicUrl).origin !== location.origin;

export function Chart() {
  const [{ context, sentence }, setLoaded] = useState<Loaded>({});
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
  if (sentence || context?.users.length === 0 || context?.patients.length === 0)
    return (
      <p role="alert" className="words">
        {sentence ?? NO_DEMO}
      </p>
    );
  if (!context) return <p className="words">Opening the chart…</p>;
  return <Opened context={context} />;
}

function Opened({ context: { users, patients, ...rest } }: { context: Context }) {
  const [choice, change] = useChoice();
  const look = useLook(choice.look);
  const [lines, setLines] = useState<readonly string[]>([]);
  const log = useCallback((line: string) => setLines((before) => [...before.slice(-4), line]), []);
  const user = (users.find((one) => one.username === choice.user) ?? users[0]!).username;
  const patient =
    choice.patient === NOBODY
      ? undefined
      : (patients.find((one) => one.id === choice.patient) ?? patients[0]!);
  const shown = patient?.id ?? NOBODY;
  const open = patient && !choice.open.includes(shown) ? [...choice.open, shown] : choice.open;
  const set = (part: Partial<Choice>) => change({ user, patient: shown, open, ...part });
  const { intent } = choice;
  const request = {
    ...{ user, style: look },
    ...BANNER[choice.banner],
    ...(patient && { patient: patient.id }),
    ...(intent && { intent }),
  };
  return (
    <div className="chart">
      <Bar context={{ users, patients, ...rest }} choice={{ ...choice, user, patient: shown }} change={set} />
      <OpenCharts patients={patients} shown={shown} change={set} open={open} />
      <Header patient={patient} />
      <div className="body" data-frame={choice.frame}>
        <div className="charts">
          {patient && <Record key={`${user} ${shown}`} user={user} patient={shown} />}
          <Charts patients={patients} shown={shown} change={set} />
          <section aria-label="Messages">
            <h2>Messages from the app</h2>
            <div role="log">
              {lines.map((line, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added, and may be the same
                <p key={place}>{line}</p>
              ))}
            </div>
          </section>
        </div>
        <div className="frame">
          <AppFrame request={request} frame={choice.frame} lang={choice.lang} log={log} />
        </div>
      </div>
    </div>
  );
}

const dayOf = (date: string): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(date));

function Header({ patient }: { patient: ChartPatient | undefined }) {
  const facts = [
    patient?.birthDate && `born ${dayOf(patient.birthDate)}`,
    patient?.gender,
    patient?.mrn && `MRN ${patient.mrn}`,
  ];
  return (
    <section className="patient" aria-label="Chart header">
      <h1>{patient?.name ?? 'No chart is open'}</h1>
      <p>{facts.filter(Boolean).join(' · ')}</p>
    </section>
  );
}
