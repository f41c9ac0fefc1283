// The rules of practice: which roles may make which moves with which tasks, and what a refusal says.
// docs/scope-of-practice.md
import type { Basic } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useApp } from '../../../context.tsx';
import { CATEGORY } from '../../../fhir/systems.ts';
import classes from '../admin.module.css';
import { useRoleName } from '../roles.ts';
import { Row } from '../row.tsx';
import { Listing, Section } from '../section.tsx';
import { type Dialogs, useDialogs } from '../use-dialogs.tsx';
import { useWords as useShared } from '../words.ts';
import { RuleForm } from './form.tsx';
import { requirementsOf, ruleOf } from './rule.ts';
import { useMoveName, useQualificationName } from './said.ts';
import { useWords } from './words.ts';

export default function Practice() {
  const { w } = useWords();
  const { client } = useApp();
  const dialogs = useDialogs();
  const query = useQuery({
    queryKey: ['admin', 'practice'],
    queryFn: async () => {
      const { resources } = await client.search('Basic', {
        code: `${CATEGORY}|practice-rule`,
        _count: '100',
      });
      const basics = resources.filter((one): one is Basic => one.resourceType === 'Basic');
      return basics.sort((one, other) => ruleOf(one).name.localeCompare(ruleOf(other).name));
    },
  });
  return (
    <Section title={w('title')} lead={w('lead')} dialogs={dialogs}>
      <Listing query={query} empty={w('empty')}>
        {(basics) => (
          <ul className={classes.rows}>
            {basics.map((basic) => (
              <RuleRow key={basic.id} basic={basic} dialogs={dialogs} />
            ))}
          </ul>
        )}
      </Listing>
    </Section>
  );
}

function RuleRow({ basic, dialogs }: { basic: Basic; dialogs: Dialogs }) {
  const { w, locale } = useWords();
  const shared = useShared().w;
  const roleName = useRoleName();
  const moveName = useMoveName();
  const qualificationName = useQualificationName();
  const rule = ruleOf(basic);
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const one = new Intl.ListFormat(locale, { type: 'disjunction' });
  const roles = (codes: readonly string[]) => list.format(codes.map(roleName));
  const tasks = rule.except.length
    ? w('tasks.except', { tasks: rule.task.join(', '), except: rule.except.join(', ') })
    : rule.task.join(', ');
  return (
    <Row
      title={rule.sentence}
      facts={[
        { name: w('rule'), value: <code>{rule.name}</code>, isLong: true },
        { name: w('task'), value: <code>{tasks}</code>, isLong: true },
        { name: w('move'), value: list.format(rule.move.map(moveName)), isLong: true },
        ...(rule.may.length ? [{ name: w('may'), value: roles(rule.may), isLong: true }] : []),
        ...(rule.mayNot.length ? [{ name: w('mayNot'), value: roles(rule.mayNot), isLong: true }] : []),
        ...(rule.coSign.length ? [{ name: w('coSign'), value: roles(rule.coSign), isLong: true }] : []),
        ...requirementsOf(basic).map(({ roles: held, qualifications }) => ({
          name: w('requirement'),
          value: w('requirement.of', {
            roles: roles(held),
            qualifications: one.format(qualifications.map(qualificationName)),
          }),
          isLong: true,
        })),
      ]}
      actions={[
        {
          label: shared('change'),
          onClick: () => dialogs.open((opened) => <RuleForm {...opened} basic={basic} />),
        },
      ]}
    />
  );
}
