// Accounts: who signs in here, in which role, and whether they may. docs/administration.md
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AdminUser } from '../../../fhir/admin.ts';
import classes from '../admin.module.css';
import { Confirm } from '../confirm.tsx';
import { useRoleName } from '../roles.ts';
import { Row } from '../row.tsx';
import { Listing, Section } from '../section.tsx';
import { useAdministration } from '../use-administration.ts';
import { type Opened, useDialogs } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { UserForm } from './form.tsx';
import { useWords } from './words.ts';

export default function Users() {
  const { w } = useWords();
  const shared = useShared().w;
  const administration = useAdministration();
  const roleName = useRoleName();
  const dialogs = useDialogs();
  const query = useQuery({ queryKey: ['admin', 'users'], queryFn: administration.users });
  const state = ({ active }: AdminUser) =>
    active
      ? ({ icon: 'done', word: w('on') } as const)
      : ({ icon: 'closed', word: w('off'), isOff: true } as const);
  const facts = (user: AdminUser) => [
    { name: w('username'), value: user.username },
    { name: w('role'), value: roleName(user.role) },
    { name: w('fhirUser'), value: <code>{user.fhirUser}</code> },
    { name: w('signsIn'), value: user.hasPassword ? w('byPassword') : w('byOther') },
    ...(user.npi ? [{ name: w('npi'), value: user.npi }] : []),
    ...(user.email ? [{ name: w('email'), value: user.email }] : []),
  ];
  return (
    <Section
      title={w('title')}
      lead={w('lead')}
      dialogs={dialogs}
      actions={<Button onClick={() => dialogs.open((opened) => <UserForm {...opened} />)}>{w('add')}</Button>}
    >
      <Listing query={query} empty={w('empty')}>
        {(users) => (
          <ul className={classes.rows}>
            {users.map((user) => (
              <Row
                key={user.username}
                title={user.name}
                state={state(user)}
                facts={facts(user)}
                actions={[
                  {
                    label: shared('change'),
                    onClick: () => dialogs.open((opened) => <UserForm {...opened} user={user} />),
                  },
                  {
                    label: w(user.active ? 'switchOff' : 'switchOn'),
                    onClick: () => dialogs.open((opened) => <Switch {...opened} user={user} />),
                  },
                ]}
              />
            ))}
          </ul>
        )}
      </Listing>
    </Section>
  );
}

/** Asks before somebody is let in or shut out. */
function Switch({ user, ...opened }: Opened & { user: AdminUser }) {
  const { w } = useWords();
  const administration = useAdministration();
  const save = useSave('users', opened);
  const { name, username, active } = user;
  const verb = w(active ? 'switchOff' : 'switchOn');
  const submit = () =>
    save({
      send: () => administration.changeUser(username, { active: !active }),
      did: w(active ? 'did.off' : 'did.on', { name }),
      refused: { 409: w('own') },
    });
  return (
    <Confirm
      {...opened}
      title={verb}
      subject={`${name} (${username})`}
      consequence={w(active ? 'off.what' : 'on.what', { name })}
      submit={verb}
      onSubmit={submit}
    />
  );
}
