// Trusted EHRs: whose users and charts open this app. docs/trusted-ehrs.md
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Ehr } from '../../../fhir/admin.ts';
import classes from '../admin.module.css';
import { Confirm } from '../confirm.tsx';
import { Row } from '../row.tsx';
import { Listing, Section } from '../section.tsx';
import { useAdministration } from '../use-administration.ts';
import { type Dialogs, type Opened, useDialogs } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { EhrForm } from './form.tsx';
import { ForgetPatient, LinkUser } from './links.tsx';
import { useWords } from './words.ts';

export default function Ehrs() {
  const { w } = useWords();
  const administration = useAdministration();
  const dialogs = useDialogs();
  const query = useQuery({ queryKey: ['admin', 'ehrs'], queryFn: administration.ehrs });
  return (
    <Section
      title={w('title')}
      lead={w('lead')}
      dialogs={dialogs}
      actions={
        <>
          <Button variant="default" onClick={() => dialogs.open((opened) => <LinkUser {...opened} />)}>
            {w('link')}
          </Button>
          <Button onClick={() => dialogs.open((opened) => <EhrForm {...opened} />)}>{w('add')}</Button>
        </>
      }
    >
      <Listing query={query} empty={w('empty')}>
        {(ehrs) => (
          <ul className={classes.rows}>
            {ehrs.map((ehr) => (
              <EhrRow key={ehr.id} ehr={ehr} dialogs={dialogs} />
            ))}
          </ul>
        )}
      </Listing>
    </Section>
  );
}

function EhrRow({ ehr, dialogs }: { ehr: Ehr; dialogs: Dialogs }) {
  const { w } = useWords();
  const shared = useShared().w;
  const listed = (values: readonly string[]) => values.join(', ') || shared('none');
  return (
    <Row
      title={ehr.name}
      state={ehr.active ? { icon: 'done', word: w('on') } : { icon: 'closed', word: w('off'), isOff: true }}
      facts={[
        { name: w('fhirBase'), value: ehr.fhirBase, isLong: true },
        { name: w('clientId'), value: ehr.clientId },
        { name: w('issuer'), value: ehr.issuer, isLong: true },
        { name: w('patientSystems'), value: listed(ehr.patientSystems), isLong: true },
        { name: w('frameOrigins'), value: listed(ehr.frameOrigins), isLong: true },
        { name: w('readsCharts'), value: shared(ehr.readsCharts ? 'yes' : 'no') },
        { name: w('matchNpi'), value: shared(ehr.matchNpi ? 'yes' : 'no') },
      ]}
      actions={[
        {
          label: shared('change'),
          onClick: () => dialogs.open((opened) => <EhrForm {...opened} ehr={ehr} />),
        },
        {
          label: w(ehr.active ? 'switchOff' : 'switchOn'),
          onClick: () =>
            dialogs.open((opened) => <Ask {...opened} ehr={ehr} kind={ehr.active ? 'off' : 'on'} />),
        },
        {
          label: w('forget'),
          onClick: () => dialogs.open((opened) => <ForgetPatient {...opened} ehr={ehr} />),
        },
        {
          label: shared('remove'),
          onClick: () => dialogs.open((opened) => <Ask {...opened} ehr={ehr} kind="remove" />),
        },
      ]}
    >
      {ehr.publicKeys && (
        <details className={classes.more}>
          <summary>{w('publicKeys')}</summary>
          <pre>{JSON.stringify(ehr.publicKeys, undefined, 2)}</pre>
        </details>
      )}
    </Row>
  );
}

const VERBS = { off: 'switchOff', on: 'switchOn', remove: 'remove' } as const;

/** Asks before an EHR is switched on or off, or removed. */
function Ask({ ehr, kind, ...opened }: Opened & { ehr: Ehr; kind: keyof typeof VERBS }) {
  const { w } = useWords();
  const administration = useAdministration();
  const save = useSave('ehrs', opened);
  const { id, name } = ehr;
  const sends = {
    off: () => administration.changeEhr(id, { active: false }),
    on: () => administration.changeEhr(id, { active: true }),
    remove: () => administration.removeEhr(id),
  };
  return (
    <Confirm
      {...opened}
      title={w(VERBS[kind])}
      subject={`${name} · ${ehr.fhirBase}`}
      consequence={w(`${kind}.what`, { name })}
      submit={w(VERBS[kind])}
      onSubmit={() => save({ send: sends[kind], did: w(`did.${kind}`, { name }) })}
    />
  );
}
