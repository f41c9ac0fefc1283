// The page between a trusted EHR and us: an account that is not linked yet, a patient who is unknown, or one who has to be confirmed.
// https://www.w3.org/WAI/WCAG22/Understanding/error-prevention-legal-financial-data.html
import { Button, Radio } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useLanguage } from '../../locales/index.tsx';
import type { Key } from '../../locales/text.ts';
import type { Candidate, Link } from '../../smart/exchange.ts';
import { LaunchFailure } from '../../smart/failure.ts';
import type { Session } from '../../smart/session.ts';
import { dayOf } from '../../ui/time.ts';
import { Problem } from '../problem/index.tsx';
import classes from './link.module.css';

/** @param onOpen takes the session that a confirmed patient opens */
export function LinkScreen({ link, onOpen }: { link: Link; onOpen: (session: Session) => void }) {
  if (link.type === 'link_user') return <LinkUser code={link.code} />;
  if (link.type === 'unknown_patient') return <UnknownPatient />;
  return <ConfirmPatient {...link} onOpen={onOpen} />;
}

function Page({ title, children }: { title: Key; children: ReactNode }) {
  const { t } = useLanguage();
  return (
    <main className={classes.page}>
      <h1 className={classes.title}>{t(title)}</h1>
      {children}
    </main>
  );
}

function LinkUser({ code }: { code: string }) {
  const { t } = useLanguage();
  return (
    <Page title="link.user">
      <p>{t('link.user-why')}</p>
      <p>{t('link.user-ask')}</p>
      <p className={classes.code}>{`${code.slice(0, 4)}-${code.slice(4)}`}</p>
      <p>{t('link.user-then')}</p>
    </Page>
  );
}

function UnknownPatient() {
  const { t } = useLanguage();
  return (
    <Page title="link.unknown">
      <p>{t('link.unknown-why')}</p>
      <p>{t('link.unknown-ask')}</p>
    </Page>
  );
}

/** The value of the choice that is none of the patients. */
const NONE = '';

function ConfirmPatient({
  patients,
  choose,
  onOpen,
}: Extract<Link, { type: 'confirm_patient' }> & { onOpen: (session: Session) => void }) {
  const { t, locale } = useLanguage();
  const [chosen, setChosen] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [end, setEnd] = useState<'none' | LaunchFailure>();
  if (end === 'none') return <UnknownPatient />;
  if (end) return <Problem sentence={`problem.${end.reason}`} {...(end.detail && { detail: end.detail })} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (chosen === undefined) return;
    if (chosen === NONE) return setEnd('none');
    setBusy(true);
    choose(chosen).then(onOpen, (error: unknown) =>
      setEnd(error instanceof LaunchFailure ? error : new LaunchFailure('token')),
    );
  };
  const words = ({ name, birthDate }: Candidate) =>
    [name, birthDate && t('banner.born', { date: dayOf(birthDate, locale) })].filter(Boolean).join(', ');
  return (
    <Page title="link.confirm">
      <p>{t('link.confirm-why')}</p>
      <form onSubmit={submit} className={classes.form}>
        <Radio.Group
          name="patient"
          required
          label={t('link.confirm-who')}
          value={chosen ?? null}
          onChange={setChosen}
        >
          {patients.map((patient) => (
            <Radio key={patient.id} value={patient.id} label={words(patient)} className={classes.choice} />
          ))}
          <Radio value={NONE} label={t('link.confirm-none')} className={classes.choice} />
        </Radio.Group>
        <Button type="submit" disabled={chosen === undefined} loading={busy}>
          {t('link.confirm-open')}
        </Button>
      </form>
    </Page>
  );
}
