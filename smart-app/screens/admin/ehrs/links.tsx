// Who somebody of a trusted EHR is here: links the user who was shown a code, and takes back a patient who was confirmed.
// docs/trusted-ehrs.md
import { NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Ehr } from '../../../fhir/admin.ts';
import { FormDialog } from '../../../ui/dialog.tsx';
import { useRoleName } from '../roles.ts';
import { useAdministration } from '../use-administration.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { useWords } from './words.ts';

export function LinkUser(opened: Opened) {
  const { w } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const administration = useAdministration();
  const save = useSave('ehrs', opened);
  const { data: users = [] } = useQuery({ queryKey: ['admin', 'users'], queryFn: administration.users });
  const [code, setCode] = useState('');
  const [username, setUsername] = useState('');
  const submit = async () => {
    const missing = Object.entries({ code: code.trim(), username }).filter(([, value]) => !value);
    if (missing.length) return missing.map(([field]) => ({ field, sentence: shared('missing') }));
    const name = users.find((user) => user.username === username)?.name ?? username;
    return save({
      send: () => administration.linkUser(code.trim(), username),
      did: w('did.linked', { name }),
      placed: ({ status }) => (status === 404 ? [{ field: 'code', sentence: w('code.gone') }] : []),
    });
  };
  return (
    <FormDialog
      title={w('link')}
      identity={w('link.what')}
      submit={w('link')}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <TextInput
            data-autofocus
            required
            name="code"
            autoComplete="off"
            label={w('code')}
            description={w('code.hint')}
            value={code}
            error={problem('code')}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <NativeSelect
            required
            name="username"
            label={w('account')}
            value={username}
            error={problem('username')}
            onChange={(event) => setUsername(event.currentTarget.value)}
            data={[
              { value: '', label: w('account.choose') },
              ...users
                .filter(({ active }) => active)
                .map((user) => ({ value: user.username, label: `${user.name} (${roleName(user.role)})` })),
            ]}
          />
        </>
      )}
    </FormDialog>
  );
}

export function ForgetPatient({ ehr, ...opened }: Opened & { ehr: Ehr }) {
  const { w } = useWords();
  const shared = useShared().w;
  const administration = useAdministration();
  const save = useSave('ehrs', opened);
  const [patient, setPatient] = useState('');
  const submit = async () => {
    const field = 'patient';
    if (!patient.trim()) return [{ field, sentence: shared('missing') }];
    return save({
      send: () => administration.forgetPatient(ehr.id, patient.trim()),
      did: w('did.forgot'),
      placed: ({ status }) => (status === 404 ? [{ field, sentence: w('forget.gone') }] : []),
    });
  };
  return (
    <FormDialog
      title={w('forget')}
      identity={`${ehr.name} · ${ehr.fhirBase}`}
      submit={w('forget')}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <p>{w('forget.what')}</p>
          <TextInput
            data-autofocus
            required
            name="patient"
            autoComplete="off"
            label={w('forget.patient')}
            description={w('forget.hint')}
            value={patient}
            error={problem('patient')}
            onChange={(event) => setPatient(event.currentTarget.value)}
          />
        </>
      )}
    </FormDialog>
  );
}
