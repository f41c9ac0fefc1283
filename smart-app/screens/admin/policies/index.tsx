// Roles: who may do what, as a matrix of rules and roles, or one role at a time; a role is opened to change its policy.
// docs/access.md
import { Button, NativeSelect } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { Basic } from '@medplum/fhirtypes';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApp } from '../../../context.tsx';
import { CATEGORY } from '../../../fhir/systems.ts';
import classes from '../admin.module.css';
import { ROLES, useRoleName } from '../roles.ts';
import { Listing, Section } from '../section.tsx';
import { useDialogs } from '../use-dialogs.tsx';
import { useWords as useShared } from '../words.ts';
import { PolicyForm } from './form.tsx';
import { Matrix } from './matrix.tsx';
import { policyOf } from './policy.ts';
import { useWords } from './words.ts';

const ALL = 'all';

/** In the order of the roles. */
const inOrder = (basics: readonly Basic[]): readonly Basic[] => {
  const place = (basic: Basic) => (ROLES as readonly string[]).indexOf(policyOf(basic).role);
  return [...basics].sort((one, other) => place(one) - place(other));
};

export default function Policies() {
  const { w } = useWords();
  const shared = useShared().w;
  const { client } = useApp();
  const roleName = useRoleName();
  const dialogs = useDialogs();
  const isWide = useMediaQuery('(min-width: 900px)', true, { getInitialValueInEffect: false });
  const [chosen, setChosen] = useState<string>();
  const query = useQuery({
    queryKey: ['admin', 'policies'],
    queryFn: async () => {
      const { resources } = await client.search('Basic', {
        code: `${CATEGORY}|access-policy`,
        _count: '100',
      });
      return inOrder(resources.filter((one): one is Basic => one.resourceType === 'Basic'));
    },
  });
  return (
    <Section title={w('title')} lead={w('lead')} dialogs={dialogs} isWide>
      <Listing query={query} empty={w('empty')}>
        {(basics) => {
          const policies = basics.map(policyOf);
          const role = chosen ?? (isWide ? ALL : policies[0]!.role);
          const one = basics.find((basic) => policyOf(basic).role === role);
          const edit = (basic: Basic) =>
            dialogs.open((opened) => <PolicyForm {...opened} basic={basic} policies={policies} />);
          return (
            <>
              <div className={classes.head}>
                <NativeSelect
                  className={classes.choice!}
                  label={w('role')}
                  value={role}
                  onChange={(event) => setChosen(event.currentTarget.value)}
                  data={[
                    { value: ALL, label: w('all') },
                    ...policies.map((policy) => ({ value: policy.role, label: roleName(policy.role) })),
                  ]}
                />
                {one && (
                  <Button onClick={() => edit(one)}>
                    {shared('change')}: {roleName(role)}
                  </Button>
                )}
              </div>
              <p className={classes.lead}>{w('legend')}</p>
              <Matrix
                policies={one ? [policyOf(one)] : policies}
                onRole={(asked) => edit(basics.find((basic) => policyOf(basic).role === asked)!)}
              />
            </>
          );
        }}
      </Listing>
    </Section>
  );
}
