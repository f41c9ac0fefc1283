// The minutes of this month by programme: what counts, how far it is to the next unit, what is missing.
// docs/billing.md · https://hl7.org/fhir/R4/operations.html
import type { Parameters } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../context.tsx';
import { type Gap, type Month, monthIn } from '../../fhir/billing.ts';
import type { Enrolment } from '../../fhir/minutes.ts';
import { Icon } from '../../ui/icons.tsx';
import en from './en.json' with { type: 'json' };
import { programmeSaid } from './line.tsx';
import classes from './minutes.module.css';
import { useWords } from './words.ts';

/** The month of a moment, on the clock of the user. */
const monthOf = (at: Date): string => `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}`;

export function Months({ patient, enrolments }: { patient: string; enrolments: readonly Enrolment[] }) {
  const { w, locale } = useWords();
  const now = new Date();
  const month = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(now);
  return (
    <section className={classes.months} aria-label={w('month.title', { month })}>
      <h3>{w('month.title', { month })}</h3>
      {enrolments.length === 0 && <p className={classes.hint}>{w('month.empty')}</p>}
      {enrolments.map((one) => (
        <ProgrammeMonth key={one.id} patient={patient} enrolment={one} month={monthOf(now)} />
      ))}
    </section>
  );
}

interface ProgrammeMonthProps {
  patient: string;
  enrolment: Enrolment;
  month: string;
}

function ProgrammeMonth({ patient, enrolment: { id, programme }, month }: ProgrammeMonthProps) {
  const { client } = useApp();
  const { w } = useWords();
  const { data, error } = useQuery({
    queryKey: ['record', patient, 'billing-summary', id, month],
    queryFn: async () =>
      monthIn(await client.operation<Parameters>(`EpisodeOfCare/${id}/$billing-summary?month=${month}`)),
  });
  if (error) return <p className={classes.hint}>{w('month.failed')}</p>;
  if (!data) return <p className={classes.hint}>{w('month.waiting')}</p>;
  return <Told month={data} programme={programmeSaid(programme, w)} />;
}

/** A gap in the language of the user; the server's own sentence for a code that has no words here. */
function gapSaid({ code, sentence }: Gap, w: ReturnType<typeof useWords>['w']): string {
  const key = `gap.${code}` as Extract<keyof typeof en, `gap.${string}`>;
  return Object.hasOwn(en, key) ? w(key) : sentence;
}

function Told({ month, programme }: { month: Month; programme: string }) {
  const { w } = useWords();
  const { minutes, recorded, progress, lines, missing, unbilled } = month;
  return (
    <div className={classes.month}>
      <h4>{w('month.counted', { programme, minutes, recorded })}</h4>
      {progress.map((one) => (
        <p key={one.code}>
          {w('month.progress', { ...one })}
          <progress
            max={one.needed}
            value={Math.min(one.minutes, one.needed)}
            aria-label={w('month.progress', { ...one })}
          />
        </p>
      ))}
      {lines.map(({ code, units, instead }) => (
        <p key={code}>{instead ? w('month.instead', { code }) : w('month.line', { code, count: units })}</p>
      ))}
      {missing.length > 0 && (
        <ul aria-label={w('month.missing')}>
          {missing.map((gap) => (
            <li key={gap.code}>
              <Icon name="warning" />
              <span>{gapSaid(gap, w)}</span>
            </li>
          ))}
        </ul>
      )}
      {unbilled.map((gap) => (
        <p key={gap.code} className={classes.hint}>
          {w('month.unbilled', { reason: gapSaid(gap, w), minutes: gap.minutes })}
        </p>
      ))}
    </div>
  );
}
