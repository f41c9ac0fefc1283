// What follows from the contact, before it is sent: whether the task ends, which attempt it is, and who hears of it.
// https://www.w3.org/WAI/WCAG22/Understanding/status-messages.html
import type { Task } from '@medplum/fhirtypes';
import { completes, isReached } from '../../fhir/contact.ts';
import { familyCode } from '../../fhir/task.ts';
import { Icon } from '../../ui/icons.tsx';
import { dueSaid } from '../../ui/words.ts';
import classes from './contact.module.css';
import type { ContactDraft } from './draft.ts';
import { useWords, type Words } from './words.ts';

const PRESSING: readonly (string | undefined)[] = ['symptom', 'crisis'];
const WRONG: readonly (string | undefined)[] = ['wrong-number', 'disconnected'];

function saidOfTask(
  task: Task,
  { outcome }: ContactDraft,
  attempts: number,
  words: Words,
): readonly string[] {
  const { w, t } = words;
  if (!outcome) return [];
  if (completes(task, outcome)) return [t('complete.lead')];
  const stays = w('then.open', { due: dueSaid(task, new Date(), words) });
  if (isReached(outcome)) return [stays];
  return [
    stays,
    w('then.attempt', { count: attempts + 1 }),
    ...(familyCode(task) === 'coord-transition-contact' ? [w('then.transition')] : []),
    ...(WRONG.includes(outcome) ? [w('then.number')] : []),
  ];
}

interface FollowsProps {
  task: Task | undefined;
  draft: ContactDraft;
  attempts: number;
}

export function Follows({ task, draft, attempts }: FollowsProps) {
  const words = useWords();
  const { w } = words;
  const { topic, direction } = draft;
  const isPressing = PRESSING.includes(topic);
  const asks = direction === 'inbound' && topic !== undefined && !isPressing;
  const said = [
    ...(task ? saidOfTask(task, draft, attempts, words) : []),
    ...(task || asks || isPressing ? [] : [w('then.none')]),
    ...(asks ? [w('then.question')] : []),
  ];
  return (
    <div role="status" className={classes.follows}>
      {said.length > 0 && <p>{said.join(' ')}</p>}
      {isPressing && (
        <p className={classes.pressing}>
          <Icon name="late" />
          <span>
            {w('then.pressing')} {topic === 'crisis' && w('then.danger')}
          </span>
        </p>
      )}
    </div>
  );
}
