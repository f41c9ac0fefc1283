// The one button that moves a task on, and the menu with the rest.
// https://hl7.org/fhir/R4/task.html#statemachine
import { ActionIcon, Button, Menu } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { isMine, isPool, primaryAction } from '../../fhir/task.ts';
import { useLanguage } from '../../locales/index.tsx';
import { Icon } from '../../ui/icons.tsx';
import { menuFor } from './menu.ts';
import classes from './task-row.module.css';
import type { View } from './view.ts';
import { completeVerb, titleOf } from './words.ts';

export function RowActions({ task, view }: { task: Task; view: View }) {
  const { t } = useLanguage();
  const action = primaryAction(task, view.me);
  const others = menuFor(task, view);
  const verb = action && (action === 'complete' ? t(completeVerb(task)) : t(`action.${action}`));
  const near = isPool(task) || isMine(task, view.me);
  return (
    <div className={classes.actions}>
      {action && (
        <Button
          variant={near ? 'filled' : 'default'}
          aria-busy={view.busy.has(task.id!)}
          aria-label={`${verb}: ${titleOf(task, t)}`}
          onClick={() => view.act(action, task)}
        >
          {verb}
        </Button>
      )}
      {others.length > 0 && (
        <Menu>
          <Menu.Target>
            <ActionIcon variant="subtle" size={30} aria-label={t('action.more', { title: titleOf(task, t) })}>
              <Icon name="more" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((one) => (
              <Menu.Item key={one} onClick={() => view.act(one, task)}>
                {t(`action.${one}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
