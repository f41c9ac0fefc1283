// What is read before somebody is called: the flags, the safe times, the language, and which ways are closed and why.
// https://hl7.org/fhir/R4/flag.html
import type { Patient, Timing } from '@medplum/fhirtypes';
import { safeTimesOf } from '../../fhir/may-contact.ts';
import { spokenBy } from '../../fhir/spoken.ts';
import { Icon } from '../../ui/icons.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import classes from './contact.module.css';
import type { ContactFacts } from './use-contact.ts';
import { useWords, type Words } from './words.ts';

/** A Sunday: the week from which the names of days are taken. */
const SUNDAY = Date.UTC(2026, 0, 4);
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const HOURS: Readonly<Record<string, number>> = { min: 1 / 60, h: 1 };

/** Times as they are said: `Mon, Wed 14:00–16:00`. */
export function timesSaid({ repeat }: Timing, locale: string): string {
  const { dayOfWeek = [], timeOfDay = [], duration = 0, durationUnit = 'min' } = repeat ?? {};
  const day = new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' });
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' });
  const days = dayOfWeek.map((one) => day.format(SUNDAY + DAYS.indexOf(one) * 86_400_000)).join(', ');
  const times = timeOfDay.map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const start = SUNDAY + (hours + minutes / 60) * 3_600_000;
    return clock.formatRange(start, start + duration * (HOURS[durationUnit] ?? 0) * 3_600_000);
  });
  return [days, times.join(', ')].filter(Boolean).join(' ');
}

const RULES = [
  'contact-prohibited',
  'no-voice-message',
  'no-text-message',
  'no-mail',
  'safe-times-only',
  'natural-support-may-not-know',
] as const;

/** Why a way is closed, in the language of the user; the server's own sentence for a rule that has no words here. */
export function reasonSaid({ rule, reason }: { rule: string; reason: string }, { w }: Words): string {
  const known = RULES.find((one) => one === rule);
  return known ? w(`rule.${known}`) : reason;
}

/** The closed ways by their reasons: one line a reason. */
function closedSaid({ paths }: ContactFacts, words: Words): readonly string[] {
  const { w, locale } = words;
  const closed = paths?.closed ?? [];
  const list = new Intl.ListFormat(locale, { type: 'disjunction' });
  return [...new Set(closed.map(({ rule }) => rule))].map((rule) => {
    const same = closed.filter((one) => one.rule === rule);
    const channels = list.format(same.map(({ channel }) => w(`by.${channel}`)));
    return w('closed', { channels, reason: reasonSaid(same[0]!, words) });
  });
}

function languageSaid(patient: Patient, { w, locale }: Words): string | undefined {
  const { code, needsInterpreter } = spokenBy(patient);
  if (!code || (code.split('-')[0] === locale && !needsInterpreter)) return undefined;
  const language = new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code;
  return [w('spoken', { language }), needsInterpreter && w('interpreter')].filter(Boolean).join(', ');
}

export function SafetyLines({ patient, facts }: { patient: Patient; facts: ContactFacts }) {
  const words = useWords();
  const { w, locale } = words;
  const { flags, paths, failure } = facts;
  if (failure) return <Refusal sentence={w('unchecked')} />;
  if (!flags || !paths) return <p className={classes.asking}>{w('asking')}</p>;
  const isShut = paths.open.length === 0 && paths.closed[0]?.rule === 'contact-prohibited';
  const language = languageSaid(patient, words);
  const lines = [
    ...flags.flatMap(({ code }) => code.text ?? code.coding?.[0]?.display ?? []),
    ...safeTimesOf(flags).map((timing) => w('safeTimes', { times: timesSaid(timing, locale) })),
    ...(isShut ? [] : closedSaid(facts, words)),
  ];
  return (
    <>
      {isShut && <Refusal sentence={w('rule.contact-prohibited')} />}
      {(lines.length > 0 || language) && (
        <ul className={classes.safety}>
          {lines.map((line) => (
            <li key={line} className={classes.flag}>
              <Icon name="flag" />
              <span>{line}</span>
            </li>
          ))}
          {language && (
            <li>
              <Icon name="mine" />
              <span>{language}</span>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
