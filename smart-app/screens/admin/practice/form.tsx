// Changing a rule of practice: its tasks, moves, roles and its sentence; the difference stands below before it is saved.
// docs/scope-of-practice.md · docs/profiles/cn-practice-rule.md
import { Checkbox, Textarea, TextInput } from '@mantine/core';
import type { Basic } from '@medplum/fhirtypes';
import { useApp } from '../../../context.tsx';
import { useDraft } from '../../../drafts/use-draft.ts';
import { FormDialog } from '../../../ui/dialog.tsx';
import type { Problem } from '../../../ui/problem.ts';
import classes from '../admin.module.css';
import { type Change, Changes } from '../changes.tsx';
import { ROLES, useRoleName } from '../roles.ts';
import type { Opened } from '../use-dialogs.tsx';
import { useSave } from '../use-save.ts';
import { useWords as useShared } from '../words.ts';
import { type Difference, differences, MOVES, type PracticeRule, ruleOf, withRule } from './rule.ts';
import { useMoveName } from './said.ts';
import { useWords } from './words.ts';

/** What is typed: codes of tasks as text, so that a space can be typed between them. */
interface Typed extends Omit<PracticeRule, 'task' | 'except'> {
  readonly task: string;
  readonly except: string;
}

const wordsOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter(Boolean);
const typedOf = (rule: PracticeRule): Typed => ({
  ...rule,
  task: rule.task.join(' '),
  except: rule.except.join(' '),
});

export function RuleForm({ basic, ...opened }: Opened & { basic: Basic }) {
  const { w } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const moveName = useMoveName();
  const { client } = useApp();
  const save = useSave('practice', opened);
  const changesSaid = useChangesSaid();
  const before = ruleOf(basic);
  // Of this version: what was typed over another one is not put over a later change.
  const about = { patient: `${basic.id}-${basic.meta?.versionId}` };
  const [typed, setTyped] = useDraft<Typed>('admin-practice', about, () => typedOf(before));
  const change = (more: Partial<Typed>) => setTyped({ ...typed, ...more });
  const rule: PracticeRule = { ...typed, task: wordsOf(typed.task), except: wordsOf(typed.except) };
  const found = differences(before, rule);

  const submit = async (): Promise<readonly Problem[]> => {
    if (!found.length) return [{ sentence: shared('changes.unsaved') }];
    const missing = (['task', 'move', 'sentence'] as const).filter((name) => !rule[name].length);
    if (missing.length)
      return missing.map((field) => ({
        field,
        sentence: field === 'move' ? w('move.missing') : shared('missing'),
      }));
    return save({ send: () => client.update(withRule(basic, rule)), did: w('did.changed') });
  };
  const roles = { all: ROLES, nameOf: roleName };
  return (
    <FormDialog
      title={w('change.title')}
      identity={before.sentence}
      submit={shared('save')}
      size="xl"
      onSubmit={submit}
      onClose={opened.onClose}
    >
      {(problem) => (
        <>
          <TextInput
            data-autofocus
            required
            name="task"
            label={w('task')}
            description={w('task.hint')}
            value={typed.task}
            error={problem('task')}
            spellCheck={false}
            onChange={(event) => change({ task: event.currentTarget.value })}
          />
          <TextInput
            name="except"
            label={w('except')}
            value={typed.except}
            error={problem('except')}
            spellCheck={false}
            onChange={(event) => change({ except: event.currentTarget.value })}
          />
          <Codes
            name="move"
            legend={w('move')}
            all={MOVES}
            nameOf={moveName}
            chosen={typed.move}
            problem={problem('move')}
            onChange={(move) => change({ move })}
          />
          <Codes
            {...roles}
            name="may"
            legend={w('may.form')}
            chosen={typed.may}
            onChange={(may) => change({ may })}
          />
          <Codes
            {...roles}
            name="mayNot"
            legend={w('mayNot')}
            chosen={typed.mayNot}
            onChange={(mayNot) => change({ mayNot })}
          />
          <Codes
            {...roles}
            name="coSign"
            legend={w('coSign')}
            chosen={typed.coSign}
            onChange={(coSign) => change({ coSign })}
          />
          <Textarea
            required
            name="sentence"
            label={w('sentence')}
            description={w('sentence.hint')}
            rows={2}
            value={typed.sentence}
            error={problem('sentence')}
            onChange={(event) => change({ sentence: event.currentTarget.value })}
          />
          <Changes changes={changesSaid(found)} />
        </>
      )}
    </FormDialog>
  );
}

/** A function that says differences. */
function useChangesSaid(): (found: readonly Difference[]) => readonly Change[] {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const moveName = useMoveName();
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const codes = (nameOf: (code: string) => string) => (text: string) =>
    list.format(text.split(' ').filter(Boolean).map(nameOf)) || shared('none');
  const asIs = (text: string) => text;
  const says = {
    task: codes(asIs),
    except: codes(asIs),
    move: codes(moveName),
    may: codes(roleName),
    mayNot: codes(roleName),
    coSign: codes(roleName),
    sentence: asIs,
  };
  return (found) =>
    found.map(({ what, before, after }) => ({
      name: `${w(what)}:`,
      before: says[what](before),
      after: says[what](after),
    }));
}

interface CodesProps {
  name: string;
  legend: string;
  all: readonly string[];
  chosen: readonly string[];
  nameOf: (code: string) => string;
  problem?: string | undefined;
  onChange: (chosen: readonly string[]) => void;
}

/** Some of all codes, in the order in which they stood, new ones at the end. */
function Codes({ name, legend, all, chosen, nameOf, problem, onChange }: CodesProps) {
  return (
    <fieldset className={classes.checks}>
      <legend>{legend}</legend>
      {all.map((code) => (
        <Checkbox
          key={code}
          name={name}
          label={nameOf(code)}
          checked={chosen.includes(code)}
          onChange={(event) =>
            onChange(event.currentTarget.checked ? [...chosen, code] : chosen.filter((one) => one !== code))
          }
        />
      ))}
      {problem && (
        <p role="alert" className={classes.wrong}>
          {problem}
        </p>
      )}
    </fieldset>
  );
}
