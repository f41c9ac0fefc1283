// Changing what a registered app may be given. docs/administration.md
import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { ClientChange, RegisteredClient } from '../../../fhir/admin.ts';
import { FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import { ROLES, useRoleName } from '../roles.ts';
import { useAdministration } from '../use-administration.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { useWords } from './words.ts';

/** Scopes stand one a line to be read, and with a space between them in the protocol. */
export const scopeOf = (text: string): string => text.trim().split(/\s+/).filter(Boolean).join(' ');
const linesOf = (scope: string): string => scope.split(' ').join('\n');

/** The members that are different from what is kept. */
function changeOf(
  client: RegisteredClient,
  typed: { name: string; scope: string; role: string; preapproved: boolean },
): ClientChange {
  const said = {
    name: typed.name.trim(),
    scope: scopeOf(typed.scope),
    role: typed.role || null,
    preapproved: typed.preapproved,
  };
  const names = Object.keys(said) as (keyof typeof said)[];
  return Object.fromEntries(names.filter((one) => said[one] !== client[one]).map((one) => [one, said[one]]));
}

export function ClientForm({ client, ...opened }: Opened & { client: RegisteredClient }) {
  const { w } = useWords();
  const shared = useShared().w;
  const administration = useAdministration();
  const save = useSave('clients', opened);
  const [name, setName] = useState(client.name);
  const [scope, setScope] = useState(linesOf(client.scope));
  const [role, setRole] = useState(client.role ?? '');
  const [preapproved, setPreapproved] = useState(client.preapproved);

  const submit = async (): Promise<readonly Problem[]> => {
    const missing = Object.entries({ name, scope }).filter(([, value]) => !value.trim());
    if (missing.length) return missing.map(([field]) => ({ field, sentence: shared('missing') }));
    const change = changeOf(client, { name, scope, role, preapproved });
    return save({
      send: () => administration.changeClient(client.id, change),
      did: w('did.changed', { name: name.trim() }),
    });
  };

  return (
    <FormDialog
      title={w('change.title')}
      identity={`${client.name} (${client.id})`}
      submit={shared('save')}
      size="lg"
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <TextInput
            data-autofocus
            required
            name="name"
            label={w('name')}
            value={name}
            error={problem('name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <ScopeField value={scope} error={problem('scope')} onChange={setScope} required />
          <RoleField value={role} error={problem('role')} onChange={setRole} />
          <Checkbox
            name="preapproved"
            label={w('preapproved')}
            description={w('preapproved.hint')}
            checked={preapproved}
            onChange={(event) => setPreapproved(event.currentTarget.checked)}
          />
        </>
      )}
    </FormDialog>
  );
}

interface FieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
  required?: boolean;
}

export function ScopeField({ value, error, onChange, required = false }: FieldProps) {
  const { w } = useWords();
  return (
    <Textarea
      name="scope"
      required={required}
      rows={5}
      label={w('scope')}
      description={w('scope.hint')}
      value={value}
      error={error}
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export function RoleField({ value, error, onChange }: FieldProps) {
  const { w } = useWords();
  const roleName = useRoleName();
  return (
    <NativeSelect
      name="role"
      label={w('role')}
      description={w('role.hint')}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: w('role.none') },
        ...ROLES.map((code) => ({ value: code, label: roleName(code) })),
      ]}
    />
  );
}
