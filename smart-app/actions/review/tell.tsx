// Telling the patient what the review found: by a message in their language, by somebody who spoke with them, or by the team.
// https://hl7.org/fhir/R4/communication.html
import { NativeSelect, Radio, Textarea } from '@mantine/core';
import type { Patient } from '@medplum/fhirtypes';
import { CHANNELS, type Channel } from '../../fhir/contact.ts';
import type { Paths } from '../../fhir/may-contact.ts';
import { humanName } from '../../fhir/people.ts';
import { type Finding, TELLINGS, type Telling } from '../../fhir/review.ts';
import { spokenBy } from '../../fhir/spoken.ts';
import { LOCALES, type Locale } from '../../locales/text.ts';
import type { FieldProblem } from '../../ui/dialog.tsx';
import { Refusal } from '../../ui/refusal.tsx';
import dialog from '../dialogs.module.css';
import classes from './review.module.css';
import { letterIn, useWords } from './words.ts';

export const MESSAGE = 'Communication.payload';

/** Ways by which a message is sent, and those by which somebody speaks with the patient. */
const WAYS = {
  message: ['portal', 'secure-message'],
  spoken: ['phone', 'in-person', 'video'],
  team: [],
} as const satisfies Record<Telling, readonly Channel[]>;
type Way = (typeof WAYS)['message' | 'spoken'][number];

/** What was changed by hand. */
export interface TellDraft {
  telling?: Telling;
  channel?: Channel;
  message?: string;
}

/** How the patient is told, as it stands. */
export interface Telled {
  readonly telling: Telling;
  readonly tellings: readonly Telling[];
  readonly channel: Way | undefined;
  readonly channels: readonly Way[];
  readonly message: string;
  /** The language that the message is written in. */
  readonly language: Locale;
}

const openWays = (paths: Paths | undefined, telling: Telling): readonly Way[] =>
  WAYS[telling].filter((way) => paths?.open.includes(way));

/** The language of the patient, where there are texts in it. */
const localeOf = (patient: Patient): Locale | undefined =>
  LOCALES.find((one) => one === spokenBy(patient).code?.split('-')[0]);

/** The letter that stands there already. */
export function letterFor(patient: Patient, finding: Finding, language: Locale): string {
  const said = letterIn(language);
  const name = patient.name?.[0]?.given?.[0] ?? humanName(patient.name);
  return [said('letter.hello', { name }), said(`letter.${finding}`), said('letter.end')].join('\n\n');
}

/** What stands there: a message where nothing is left to do, else the team, who can answer questions. */
export function telledBy(
  draft: TellDraft,
  finding: Finding | undefined,
  paths: Paths | undefined,
  patient: Patient,
): Telled {
  const tellings = TELLINGS.filter((one) => one === 'team' || openWays(paths, one).length > 0);
  const known = localeOf(patient);
  const usual = finding === 'result-normal' && known ? 'message' : 'team';
  const telling = tellings.find((one) => one === (draft.telling ?? usual)) ?? 'team';
  const channels = openWays(paths, telling);
  const language = known ?? 'en';
  return {
    ...{ telling, tellings, channels, language },
    channel: channels.find((one) => one === draft.channel) ?? channels[0],
    message: draft.message ?? (finding ? letterFor(patient, finding, language) : ''),
  };
}

interface TellProps {
  patient: Patient;
  paths: Paths | undefined;
  telled: Telled;
  change: (draft: TellDraft) => void;
  problem: FieldProblem;
}

const RULES = ['contact-prohibited', 'safe-times-only'] as const;

/** Why nobody can be told now; undefined where some way is open. */
function Closed({ paths }: { paths: Paths | undefined }) {
  const { w } = useWords();
  const [first] = paths?.closed ?? [];
  if (!first || paths?.open.length) return null;
  const rule = RULES.find((one) => one === first.rule);
  return <Refusal sentence={w('closed', { reason: rule ? w(`rule.${rule}`) : first.reason })} />;
}

export function Tell({ patient, paths, telled, change, problem }: TellProps) {
  const { w } = useWords();
  const { telling, tellings, channel, channels } = telled;
  return (
    <div className={classes.tell}>
      <Closed paths={paths} />
      <Radio.Group
        name="Communication"
        label={w('tell')}
        value={telling}
        onChange={(value) => change({ telling: value as Telling })}
      >
        <div className={dialog.choices}>
          {tellings.map((one) => (
            <Radio key={one} value={one} label={w(`tell.${one}`)} />
          ))}
        </div>
      </Radio.Group>
      {channels.length > 1 && (
        <NativeSelect
          label={w('channel')}
          value={channel}
          onChange={(event) => change({ channel: CHANNELS.find((one) => one === event.currentTarget.value) })}
          data={channels.map((one) => ({ value: one, label: w(`channel.${one}`) }))}
        />
      )}
      {telling === 'message' && channel && (
        <Letter patient={patient} telled={telled} channel={channel} change={change} problem={problem} />
      )}
    </div>
  );
}

type LetterProps = Omit<TellProps, 'paths'> & { channel: Way };

function Letter({ patient, telled, channel, change, problem }: LetterProps) {
  const { w, locale } = useWords();
  const named = new Intl.DisplayNames(locale, { type: 'language' });
  const { message, language } = telled;
  const { code } = spokenBy(patient);
  const isOther = code !== undefined && code.split('-')[0] !== language;
  const description = w('message.to', {
    name: humanName(patient.name),
    channel: w(`channel.${channel}`).toLocaleLowerCase(locale),
    language: named.of(language) ?? language,
  });
  return (
    <>
      {isOther && <Refusal sentence={w('message.interpreter', { language: named.of(code) ?? code })} />}
      <Textarea
        name={MESSAGE}
        lang={language}
        label={w('message')}
        description={description}
        required
        autosize={false}
        rows={6}
        value={message}
        error={problem(MESSAGE)}
        onChange={(event) => change({ message: event.currentTarget.value })}
      />
    </>
  );
}
