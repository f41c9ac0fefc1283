// Adding an account, or changing one: name, role, whose work it signs, and how the person is recognised.
// docs/administration.md
import { NativeSelect, TextInput } from '@mantine/core';
import { useDraft } from '../../../drafts/use-draft.ts';
import type { AdminUser, UserChange } from '../../../fhir/admin.ts';
import { FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import classes from '../admin.module.css';
import { PEOPLE, useRoleName } from '../roles.ts';
import { useAdministration } from '../use-administration.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { useWords } from './words.ts';

/** As it is typed: what is not known is empty. */
type Typed = Readonly<Record<keyof typeof BLANK, string>>;
const BLANK = { username: '', name: '', role: 'navigator', fhirUser: '', npi: '', email: '', locale: '' };
const REQUIRED = ['username', 'name', 'fhirUser'] as const;
const OPTIONAL = ['npi', 'email', 'locale'] as const;

const typedOf = (user: AdminUser | undefined): Typed =>
  user ? { ...user, npi: user.npi ?? '', email: user.email ?? '', locale: user.locale ?? '' } : BLANK;

/** The members that are different from what is kept. */
export function changeOf(user: AdminUser, typed: Typed): UserChange {
  const before = typedOf(user);
  const names = ['name', 'role', 'fhirUser', ...OPTIONAL] as const;
  const changed = names.filter((name) => typed[name].trim() !== before[name]);
  return Object.fromEntries(changed.map((name) => [name, typed[name].trim() || null]));
}

export function UserForm({ user, ...opened }: Opened & { user?: AdminUser }) {
  const { w } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const administration = useAdministration();
  const save = useSave('users', opened);
  const [typed, setTyped] = useDraft<Typed>('admin-user', { patient: user?.username ?? 'new' }, () =>
    typedOf(user),
  );
  const change = (more: Partial<Typed>) => setTyped({ ...typed, ...more });
  const text = (name: keyof Typed) => ({
    name,
    label: w(name),
    value: typed[name],
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });

  const submit = async (): Promise<readonly Problem[]> => {
    const missing = REQUIRED.filter((name) => !typed[name].trim());
    if (missing.length) return missing.map((field) => ({ field, sentence: shared('missing') }));
    const name = typed.name.trim();
    if (user) {
      const send = () => administration.changeUser(user.username, changeOf(user, typed));
      return save({ send, did: w('did.changed', { name }), refused: { 409: w('own') } });
    }
    const said = OPTIONAL.filter((one) => typed[one].trim()).map((one) => [one, typed[one].trim()]);
    const { role } = typed;
    const added = { username: typed.username.trim(), name, role, fhirUser: typed.fhirUser.trim() };
    const send = () => administration.addUser({ ...added, ...Object.fromEntries(said) });
    return save({ send, did: w('did.added', { name }), refused: { 409: w('taken') } });
  };

  return (
    <FormDialog
      title={w(user ? 'change.title' : 'add')}
      identity={user ? `${user.name} (${user.username})` : w('add.who')}
      submit={user ? shared('save') : w('add')}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          {!user && (
            <TextInput
              {...text('username')}
              data-autofocus
              required
              autoComplete="off"
              description={w('username.hint')}
              error={problem('username')}
            />
          )}
          <TextInput {...text('name')} data-autofocus={user && true} required error={problem('name')} />
          <NativeSelect
            {...text('role')}
            description={w('role.hint')}
            error={problem('role')}
            data={PEOPLE.map((value) => ({ value, label: roleName(value) }))}
          />
          <TextInput
            {...text('fhirUser')}
            required
            description={w('fhirUser.hint')}
            error={problem('fhirUser')}
          />
          <div className={classes.pair}>
            <TextInput {...text('npi')} description={w('npi.hint')} error={problem('npi')} />
            <TextInput
              {...text('email')}
              type="email"
              description={w('email.hint')}
              error={problem('email')}
            />
          </div>
          <NativeSelect
            {...text('locale')}
            error={problem('locale')}
            data={[
              { value: '', label: w('locale.any') },
              { value: 'en', label: 'English' },
              { value: 'es', label: 'Español' },
            ]}
          />
        </>
      )}
    </FormDialog>
  );
}
