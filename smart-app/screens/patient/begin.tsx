// What can be begun for the patient without a task.
// https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
import { Button, Menu } from '@mantine/core';
import { useActions } from '../../actions/index.tsx';
import { begunFor } from '../../actions/offered.ts';
import { useApp } from '../../context.tsx';
import { useLanguage } from '../../locales/index.tsx';
import classes from './patient.module.css';

export function Begin({ patient }: { patient: string }) {
  const { t } = useLanguage();
  const { user } = useApp();
  const { act } = useActions();
  return (
    <div className={classes.begin}>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default">{t('action.begin')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {begunFor(user).map((one) => (
            <Menu.Item key={one} onClick={() => act(one, { patient })}>
              {t(`action.${one}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
