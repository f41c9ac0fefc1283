// What the dialog says of a booking: its button, to whom what goes, and the sentence when it is done.
// https://www.w3.org/WAI/WCAG22/Understanding/error-prevention-legal-financial-data.html
import type { Appointment } from '@medplum/fhirtypes';
import { actorsOf } from '../../fhir/booking.ts';
import { dayOf, timeOf } from '../../ui/time.ts';
import type { Form } from './index.tsx';
import { AGREED, BY_RECORD, WAIT } from './plan.ts';
import { reasonIn } from './reason.tsx';
import { useWords } from './words.ts';

/** The texts that go into what is sent, and those that stand on the screen. */
export interface Words {
  readonly button: string;
  readonly to: readonly string[];
  readonly data: readonly string[];
  readonly did: string;
  readonly ride: string;
  readonly reason: string;
  readonly outcome: string;
}

const whenSaid = (start: string, locale: string): string =>
  `${dayOf(start, locale)} ${timeOf(new Date(start), locale)}`;

/** A visit in a line: what, and when. */
export function useVisitSaid(): (visit: Appointment) => string {
  const { w, locale } = useWords();
  return ({ description, serviceType, start }) => {
    const what = description ?? serviceType?.[0]?.text ?? w('visit.unnamed');
    return start ? w('visit', { what, when: whenSaid(start, locale) }) : what;
  };
}

/** The name of the practice that gives a visit, else of those who do. */
function whereOf(visit: Appointment, { calendars }: Form): string {
  const actors = actorsOf(visit);
  const practice = actors.map((one) => calendars.practiceOf(one)).find(Boolean);
  const names = actors.flatMap((one) => calendars.names.get(one)?.name ?? []);
  return calendars.practices.find(({ reference }) => reference === practice)?.name ?? names[0] ?? '';
}

export function useSaid(form: Form): Words {
  const { w, locale } = useWords();
  const { plan, slot, visit, draft, calendars } = form;
  const said = useVisitSaid();
  const waits = plan.mode !== 'off' && slot === WAIT;
  const given = plan.mode === 'off' ? plan.visit : visit;
  const where = given
    ? whereOf(given, form)
    : (calendars.practices.find(({ reference }) => reference === plan.practice)?.name ?? '');
  const start = slot === AGREED ? draft.agreed : visit?.start;
  const when = start ? whenSaid(start, locale) : '';
  const what = plan.orderText ?? visit?.serviceType?.[0]?.text ?? w('visit.unnamed');
  const reason = w(`reason.${reasonIn(draft.reason)}`);
  const shared = { ride: plan.ride === 'none' ? '' : w(`ride.said.${plan.ride}`), reason };
  const needs = [
    ...(plan.interpreter ? [w('data.interpreter')] : []),
    ...(plan.ride === 'none' ? [] : [w('data.ride')]),
    ...(draft.comment.trim() ? [w('data.comment')] : []),
  ];
  if (plan.mode === 'off') {
    const did = w('did.off', { visit: plan.visit ? said(plan.visit) : '' });
    return { ...shared, button: w('off'), to: where ? [where] : [], data: [w('data.off')], did, outcome: '' };
  }
  const rest = { ...shared, data: [w('data.visit'), ...needs] };
  // The wait list is the house's own: nobody else hears of it.
  if (waits)
    return {
      ...rest,
      ...{ button: w('wait'), to: [], data: [] },
      did: w('did.waiting', { what }),
      outcome: w('outcome.waiting'),
    };
  const isMove = plan.mode === 'move' && plan.visit?.status === 'booked';
  return {
    ...rest,
    button: w(isMove ? 'move' : 'book'),
    to: where ? [where] : [],
    did: w(isMove ? 'did.moved' : 'did.booked', { when, where }),
    outcome: w('outcome.booked'),
  };
}

/** The code of the language that is asked for; undefined where the record or nobody asks. */
export const askedLanguage = (interpreter: string): string | undefined =>
  interpreter && interpreter !== BY_RECORD ? interpreter : undefined;
