// Registered apps and back-end services: what each may be given, in which role it asks without a user, and its end.
// docs/administration.md · https://www.rfc-editor.org/rfc/rfc7591#section-3
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RegisteredClient } from '../../../fhir/admin.ts';
import classes from '../admin.module.css';
import { Confirm } from '../confirm.tsx';
import { useRoleName } from '../roles.ts';
import { Row } from '../row.tsx';
import { Listing, Section } from '../section.tsx';
import { useAdministration } from '../use-administration.ts';
import { type Dialogs, type Opened, useDialogs } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { ClientForm } from './form.tsx';
import { Invite } from './invite.tsx';
import { useWords } from './words.ts';

export default function Clients() {
  const { w } = useWords();
  const administration = useAdministration();
  const dialogs = useDialogs();
  const query = useQuery({ queryKey: ['admin', 'clients'], queryFn: administration.clients });
  return (
    <Section
      title={w('title')}
      lead={w('lead')}
      dialogs={dialogs}
      actions={
        <Button onClick={() => dialogs.open((opened) => <Invite {...opened} />)}>{w('invite')}</Button>
      }
    >
      <Listing query={query} empty={w('empty')}>
        {(clients) => (
          <ul className={classes.rows}>
            {clients.map((client) => (
              <ClientRow key={client.id} client={client} dialogs={dialogs} />
            ))}
          </ul>
        )}
      </Listing>
    </Section>
  );
}

function ClientRow({ client, dialogs }: { client: RegisteredClient; dialogs: Dialogs }) {
  const { w } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const { id, name, scope, role, preapproved, authentication, redirectUris } = client;
  const proof = w(
    authentication === 'none'
      ? 'proof.none'
      : authentication === 'private_key_jwt'
        ? 'proof.key'
        : 'proof.secret',
  );
  return (
    <Row
      title={name}
      facts={[
        { name: w('id'), value: <code>{id}</code> },
        { name: w('role'), value: role ? roleName(role) : w('role.none') },
        { name: w('scope'), value: <code>{scope}</code>, isLong: true },
        { name: w('proof'), value: proof },
        ...(redirectUris.length
          ? [{ name: w('redirectUris'), value: redirectUris.join(', '), isLong: true }]
          : []),
        { name: w('preapproved'), value: shared(preapproved ? 'yes' : 'no') },
      ]}
      actions={[
        {
          label: shared('change'),
          onClick: () => dialogs.open((opened) => <ClientForm {...opened} client={client} />),
        },
        {
          label: w('revoke'),
          onClick: () => dialogs.open((opened) => <Revoke {...opened} client={client} />),
        },
      ]}
    />
  );
}

function Revoke({ client: { id, name }, ...opened }: Opened & { client: RegisteredClient }) {
  const { w } = useWords();
  const administration = useAdministration();
  const save = useSave('clients', opened);
  return (
    <Confirm
      {...opened}
      title={w('revoke')}
      subject={`${name} (${id})`}
      consequence={w('revoke.what', { name })}
      submit={w('revoke')}
      onSubmit={() => save({ send: () => administration.removeClient(id), did: w('did.revoked', { name }) })}
    />
  );
}
