// A menu of what the chart around the app can open, shown only where the chart answers.
// https://hl7.org/fhir/smart-web-messaging/ · https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/
import { Menu, UnstyledButton } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ACTIVITIES, type Chart, greetChart } from '../../smart/messaging.ts';
import type { Messaging } from '../../smart/session.ts';
import { Icon } from '../icons.tsx';
import { useSay } from '../live.tsx';
import classes from './chart.module.css';
import { useWords } from './words.ts';

export default function ChartMenu({ messaging }: { messaging: Messaging }) {
  const { w } = useWords();
  const say = useSay();
  const [chart, setChart] = useState<Chart>();
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    let isShown = true;
    void greetChart(messaging).then((answered) => isShown && setChart(answered));
    return () => {
      isShown = false;
    };
  }, [messaging]);
  if (!chart) return null;
  const ask = async (asking: Promise<boolean>) => {
    const isDone = await asking;
    setRefused(!isDone);
    say(w(isDone ? 'chart.opened' : 'chart.refused'));
  };
  return (
    <>
      {isRefused && <span className={classes.refused}>{w('chart.refused')}</span>}
      <Menu>
        <Menu.Target>
          <UnstyledButton className={classes.button}>
            {w('chart.menu')} <Icon name="down" />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {ACTIVITIES.map((activity) => (
            <Menu.Item key={activity} onClick={() => void ask(chart.open(activity))}>
              {w(`chart.${activity}`)}
            </Menu.Item>
          ))}
          <Menu.Item onClick={() => void ask(chart.done())}>{w('chart.close')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
