// Inviting an app: bounds what it may be given, and shows once the token with which it registers itself.
// https://www.rfc-editor.org/rfc/rfc7591#section-3
import { Button, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import type { Invitation } from '../../../fhir/admin.ts';
import { FormDialog } from '../../../ui/dialog.tsx';
import { useSay } from '../../../ui/live.tsx';
import { exactly } from '../../../ui/time.ts';
import classes from '../admin.module.css';
import { useAdministration } from '../use-administration.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { RoleField, ScopeField, scopeOf } from './form.tsx';
import { useWords } from './words.ts';

export function Invite(opened: Opened) {
  const { w } = useWords();
  const administration = useAdministration();
  const [invitation, setInvitation] = useState<Invitation>();
  const [scope, setScope] = useState('');
  const [role, setRole] = useState('');
  // The dialog stays open: what was made is shown in it, once.
  const save = useSave('clients', { onDone: () => undefined });
  const submit = async () => {
    if (invitation) {
      opened.onDone(w('did.invited'));
      return [];
    }
    const asked = scopeOf(scope);
    const send = async () =>
      setInvitation(await administration.invite({ ...(asked && { scope: asked }), ...(role && { role }) }));
    return save({ send, did: '' });
  };
  return (
    <FormDialog
      title={w('invite')}
      identity={w('invite.what')}
      submit={w(invitation ? 'invite.done' : 'invite.submit')}
      size="lg"
      isOver={invitation !== undefined}
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) =>
        invitation ? (
          <Shown invitation={invitation} />
        ) : (
          <>
            <ScopeField value={scope} error={problem('scope')} onChange={setScope} />
            <RoleField value={role} error={problem('role')} onChange={setRole} />
          </>
        )
      }
    </FormDialog>
  );
}

function Shown({ invitation }: { invitation: Invitation }) {
  const { w, locale } = useWords();
  return (
    <>
      <p role="status">{w('invite.once', { until: exactly(new Date(invitation.expiresAt), locale) })}</p>
      <Copied label={w('invite.token')} value={invitation.initialAccessToken} isFirst />
      <Copied label={w('invite.endpoint')} value={invitation.registrationEndpoint} />
    </>
  );
}

/** A value to take along. Where a frame may not write to the clipboard, it is selected for the person to copy. */
function Copied({ label, value, isFirst = false }: { label: string; value: string; isFirst?: boolean }) {
  const { w } = useWords();
  const say = useSay();
  const field = useRef<HTMLInputElement>(null);
  const [did, setDid] = useState<'copied' | 'selected'>();
  const copy = async () => {
    field.current?.select();
    const outcome = await navigator.clipboard.writeText(value).then(
      () => 'copied' as const,
      () => 'selected' as const,
    );
    setDid(outcome);
    say(w(outcome));
  };
  return (
    <div className={classes.secret}>
      <TextInput
        ref={field}
        readOnly
        label={label}
        value={value}
        onFocus={(event) => event.currentTarget.select()}
        {...(isFirst && { 'data-autofocus': true })}
      />
      <Button variant="default" aria-label={`${w('copy')}: ${label}`} onClick={copy}>
        {w('copy')}
      </Button>
      {did && <span className={classes.on}>{w(did)}</span>}
    </div>
  );
}
