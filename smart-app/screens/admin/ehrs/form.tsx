// Registering a trusted EHR, or changing one. Asked for is its address and our name there; the rest the server finds out.
// docs/trusted-ehrs.md
import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { useDraft } from '../../../drafts/use-draft.ts';
import type { Ehr } from '../../../fhir/admin.ts';
import { type FieldProblem, FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import classes from '../admin.module.css';
import { useAdministration } from '../use-administration.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { changeOf, type Typed, typedOf } from './typed.ts';
import { useWords } from './words.ts';

export function EhrForm({ ehr, ...opened }: Opened & { ehr?: Ehr }) {
  const { w } = useWords();
  const shared = useShared().w;
  const administration = useAdministration();
  const save = useSave('ehrs', opened);
  const before = typedOf(ehr);
  const [typed, setTyped] = useDraft<Typed>('admin-ehr', { patient: ehr?.id ?? 'new' }, before);
  const change = (more: Partial<Typed>) => setTyped({ ...typed, ...more });

  const submit = async (): Promise<readonly Problem[]> => {
    const fhirBase = typed.fhirBase.trim();
    const clientId = typed.clientId.trim();
    const missing = Object.entries({ fhirBase, clientId }).filter(([, value]) => !value);
    if (missing.length) return missing.map(([field]) => ({ field, sentence: shared('missing') }));
    if (!/^https?:\/\//.test(fhirBase)) return [{ field: 'fhirBase', sentence: w('fhirBase.wrong') }];
    const said = changeOf(before, typed);
    const name = typed.name.trim() || fhirBase;
    return ehr
      ? save({ send: () => administration.changeEhr(ehr.id, said), did: w('did.changed', { name }) })
      : save({
          send: () => administration.addEhr({ ...said, fhirBase, clientId }),
          did: w('did.added', { name }),
          placed: ({ status }) => (status === 409 ? [{ field: 'fhirBase', sentence: w('taken') }] : []),
        });
  };

  return (
    <FormDialog
      title={w(ehr ? 'change.title' : 'add')}
      identity={ehr ? `${ehr.name} · ${ehr.fhirBase}` : w('add.what')}
      submit={ehr ? shared('save') : w('add.submit')}
      size="lg"
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => <Fields isNew={!ehr} typed={typed} change={change} problem={problem} />}
    </FormDialog>
  );
}

interface FieldsProps {
  isNew: boolean;
  typed: Typed;
  change: (more: Partial<Typed>) => void;
  problem: FieldProblem;
}

type TextName = { [Name in keyof Typed]: Typed[Name] extends string ? Name : never }[keyof Typed];
type FlagName = Exclude<keyof Typed, TextName>;

function Fields({ isNew, typed, change, problem }: FieldsProps) {
  const { w } = useWords();
  const text = (name: TextName) => ({
    name,
    label: w(name),
    description: w(`${name}.hint`),
    value: typed[name],
    error: problem(name),
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  const flag = (name: FlagName) => ({
    name,
    label: w(name),
    description: w(`${name}.hint`),
    checked: typed[name],
    error: problem(name),
    onChange: (event: { currentTarget: { checked: boolean } }) =>
      change({ [name]: event.currentTarget.checked }),
  });
  return (
    <>
      {isNew && <TextInput {...text('fhirBase')} type="url" required data-autofocus />}
      <TextInput {...text('clientId')} required autoComplete="off" />
      <TextInput {...text('name')} autoComplete="off" />
      <Textarea {...text('patientSystems')} rows={2} />
      <Textarea {...text('frameOrigins')} rows={2} />
      <Checkbox {...flag('readsCharts')} />
      <Checkbox {...flag('matchNpi')} />
      <Checkbox {...flag('makeKey')} />
      <details className={classes.more}>
        <summary>{w('found')}</summary>
        <div className={classes.stack}>
          <TextInput {...text('issuer')} />
          <TextInput {...text('jwksUri')} />
          <TextInput {...text('scope')} />
        </div>
      </details>
    </>
  );
}
