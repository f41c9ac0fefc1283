// The one button that moves a task on, and the menu with the rest; what was just done, with the way back.
// https://hl7.org/fhir/R4/task.html#statemachine
import { ActionIcon, Button, Menu } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useApp } from '../context.tsx';
import { isMine, isPool } from '../fhir/task.ts';
import { useLanguage } from '../locales/index.tsx';
import { Icon } from '../ui/icons.tsx';
import { completeVerb, titleOf } from '../ui/words.ts';
import type { About } from './action.ts';
import { isAtOnce } from './at-once.ts';
import { useActions } from './index.tsx';
import { mainAction, menuOf } from './offered.ts';
import classes from './row-actions.module.css';

/** @param patient logical id of the patient whom the task is for */
export function RowActions({ task, patient }: { task: Task; patient: string }) {
  const { t } = useLanguage();
  const { me, user } = useApp();
  const { act, busy, undoable, undo } = useActions();
  const about: About = { patient, task };
  const title = titleOf(task, t);
  const done = undoable.get(task.id!);
  /** It has left the list, and keeps its place as long as it can come back. */
  const isGone = done?.task === task;
  const action = mainAction(task, me, user?.role);
  const verb = action && (isAtOnce(action) ? t(`action.${action}`) : t(completeVerb(task)));
  const others = menuOf(task, me, user?.role);
  const near = isPool(task) || isMine(task, me);
  return (
    <div className={classes.actions}>
      {done && (
        <Button
          variant="default"
          aria-busy={busy.has(task.id!)}
          aria-label={t('action.undoFor', { title })}
          onClick={() => undo(task.id!)}
        >
          {t('action.undo')}
        </Button>
      )}
      {action && !isGone && (
        <Button
          variant={near ? 'filled' : 'default'}
          aria-busy={busy.has(task.id!)}
          aria-label={`${verb}: ${title}`}
          onClick={() => act(action, about)}
        >
          {verb}
        </Button>
      )}
      {others.length > 0 && !isGone && (
        <Menu>
          <Menu.Target>
            <ActionIcon variant="subtle" size={30} aria-label={t('action.more', { title })}>
              <Icon name="more" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {others.map((one) => (
              <Menu.Item key={one} onClick={() => act(one, about)}>
                {t(`action.${one}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
