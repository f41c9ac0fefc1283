// Changing the policy of a role: its rules, the labels it sees, its purposes, and emergencies; the difference stands below.
// docs/access.md · docs/profiles/cn-access-policy.md
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { Basic, Coding } from '@medplum/fhirtypes';
import { useApp } from '../../../context.tsx';
import { useDraft } from '../../../drafts/use-draft.ts';
import type { FhirFailure } from '../../../fhir/failure.ts';
import { type FieldProblem, FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import classes from '../admin.module.css';
import { Changes } from '../changes.tsx';
import { useRoleName } from '../roles.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { AddRule } from './add-rule.tsx';
import { useMeaning } from './meaning.ts';
import { differences, knownCodings, type Policy, placeOf, policyOf, withPolicy } from './policy.ts';
import { RuleFields } from './rule-fields.tsx';
import { useChangesSaid, useLabelName } from './said.ts';
import { useWords } from './words.ts';

/** The longest time for which the server lets a chart be opened in an emergency: a day. */
const MOST_MINUTES = 24 * 60;

interface PolicyFormProps extends Opened {
  basic: Basic;
  /** Of all roles: what their rules, labels and purposes are can be chosen. */
  policies: readonly Policy[];
}

export function PolicyForm({ basic, policies, ...opened }: PolicyFormProps) {
  const { w } = useWords();
  const shared = useShared().w;
  const { client } = useApp();
  const role = useRoleName()(policyOf(basic).role);
  const save = useSave('policies', opened);
  const changesSaid = useChangesSaid();
  const meaning = useMeaning();
  const before = policyOf(basic);
  // Of this version: what was typed over another one is not put over a later change.
  const about = { patient: `${basic.id}-${basic.meta?.versionId}` };
  const [policy, setPolicy] = useDraft<Policy>('admin-policy', about, before);
  const change = (more: Partial<Policy>) => setPolicy({ ...policy, ...more });
  const found = differences(before, policy);

  const problems = (): readonly Problem[] => {
    if (!found.length) return [{ sentence: shared('changes.unsaved') }];
    const minutes = Number(policy.minutes || 1);
    const isTime = Number.isInteger(minutes) && minutes >= 1 && minutes <= MOST_MINUTES;
    const late = isTime ? [] : [{ field: 'minutes', sentence: w('minutes.wrong') }];
    const rules = policy.rules.flatMap(({ name, letters, types }) => [
      ...(letters ? [] : [{ field: `letters.${name}`, sentence: w('letters.missing') }]),
      ...(types.length ? [] : [{ field: `types.${name}`, sentence: shared('missing') }]),
    ]);
    return [...rules, ...late];
  };
  const submit = async () => {
    const wrong = problems();
    if (wrong.length) return wrong;
    const next = withPolicy(basic, policy);
    // The server names the element; beside the rule it is understood.
    const placed = ({ issues }: FhirFailure): readonly Problem[] =>
      issues.flatMap(({ expression, diagnostics = '' }) => {
        const place = placeOf(next, expression?.[0]);
        if (!place) return [];
        const part = place.part === 'type' ? 'types' : place.part;
        return [
          part === 'letters' || part === 'types' || part === 'criteria' || part === 'whose'
            ? { field: `${part}.${place.rule}`, sentence: diagnostics }
            : { sentence: `${meaning(place.rule)} ${diagnostics}` },
        ];
      });
    return save({ send: () => client.update(next), did: w('did.changed', { role }), placed });
  };
  return (
    <FormDialog
      title={w('change.title', { role })}
      identity={w('change.what')}
      submit={shared('save')}
      size="xl"
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          {policy.rules.map((rule) => (
            <RuleFields
              key={rule.name}
              rule={rule}
              problem={problem}
              onChange={(more) =>
                change({ rules: policy.rules.map((one) => (one === rule ? { ...one, ...more } : one)) })
              }
              onRemove={() => change({ rules: policy.rules.filter((one) => one !== rule) })}
            />
          ))}
          <AddRule
            policy={policy}
            policies={policies}
            onAdd={(rule) => change({ rules: [...policy.rules, rule] })}
          />
          <Others policy={policy} policies={policies} change={change} problem={problem} />
          <Changes changes={changesSaid(found)} />
        </>
      )}
    </FormDialog>
  );
}

interface OthersProps {
  policy: Policy;
  policies: readonly Policy[];
  change: (more: Partial<Policy>) => void;
  problem: FieldProblem;
}

/** Labels, purposes and emergencies. */
function Others({ policy, policies, change, problem }: OthersProps) {
  const { w } = useWords();
  const labelName = useLabelName();
  const labels = knownCodings(policies, (one) => [...one.with, ...one.without]);
  const purposes = knownCodings(policies, (one) => one.purposes);
  return (
    <>
      <Checkbox
        label={w('every')}
        description={w('every.hint')}
        checked={policy.every}
        onChange={(event) => change({ every: event.currentTarget.checked })}
      />
      <Codings
        legend={w('with')}
        all={labels}
        chosen={policy.with}
        nameOf={labelName}
        onChange={(chosen) => change({ with: chosen })}
      />
      <NativeSelect
        label={w('consentOf')}
        value={policy.consentOf}
        onChange={(event) => change({ consentOf: event.currentTarget.value as Policy['consentOf'] })}
        data={[
          { value: 'any', label: w('consentOf.any') },
          { value: 'assigned', label: w('consentOf.assigned') },
        ]}
      />
      <Codings
        legend={w('without')}
        all={labels}
        chosen={policy.without}
        nameOf={labelName}
        onChange={(chosen) => change({ without: chosen })}
      />
      <Codings
        legend={w('purposes')}
        all={purposes}
        chosen={policy.purposes}
        nameOf={labelName}
        onChange={(chosen) => change({ purposes: chosen })}
      />
      <TextInput
        type="number"
        inputMode="numeric"
        min={1}
        max={MOST_MINUTES}
        name="minutes"
        label={w('minutes')}
        description={w('minutes.hint')}
        value={policy.minutes}
        error={problem('minutes')}
        onChange={(event) => change({ minutes: event.currentTarget.value })}
      />
    </>
  );
}

interface CodingsProps {
  legend: string;
  all: readonly Coding[];
  chosen: readonly Coding[];
  nameOf: (code: string) => string;
  onChange: (chosen: readonly Coding[]) => void;
}

function Codings({ legend, all, chosen, nameOf, onChange }: CodingsProps) {
  const codes = new Set(chosen.map(({ code }) => code));
  const toggle = (one: Coding, isOn: boolean) =>
    onChange(isOn ? [...chosen, one] : chosen.filter(({ code }) => code !== one.code));
  return (
    <fieldset className={classes.checks}>
      <legend>{legend}</legend>
      {all.map((one) => (
        <Checkbox
          key={one.code}
          label={nameOf(one.code ?? '')}
          checked={codes.has(one.code)}
          onChange={(event) => toggle(one, event.currentTarget.checked)}
        />
      ))}
    </fieldset>
  );
}
