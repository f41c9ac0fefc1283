// The figures of a team as a table: what somebody has to be able to see for each, and how it is counted.
// https://hl7.org/fhir/R4/operations.html
import type { ParametersParameter, Resource } from '@medplum/fhirtypes';
import { CATEGORY, concept, TASK_CODE } from '../../../care/code.ts';
import { OBSERVATION } from '../../../care/network/decision.ts';
import { type Access, reach } from '../../../fhir/access.ts';
import type { Context } from '../../../interaction/context.ts';
import type { FigureScope, Figures } from '../../../search/figures/index.ts';
import { ADJUDICATED, DECISION } from '../../../search/figures/network.ts';
import type { CodingParts, DisplayOf } from './part.ts';
import { barrierParts, decisionParts, minutesParts, savingParts } from './record.ts';
import { REFERRAL, TERMS } from './terms.ts';
import { clockParts, openParts, referralParts, responseParts } from './work.ts';

export interface FiguresContext extends Context {
  figures: Figures;
  displayOf: DisplayOf;
}

/** What is counted, or told beside: who may see nothing of the kind does not have it. */
export interface Counted {
  /** Its name, for whoever cannot have it. */
  readonly name: string;
  readonly type: Resource['resourceType'];
  /** What such resources look like; absent: all of the type count. */
  readonly like?: object;
}

interface Figure extends Counted {
  readonly count: (
    context: FiguresContext,
    scope: FigureScope,
    codings: CodingParts,
  ) => Promise<ParametersParameter[]>;
}

const task = (code: string) =>
  ({ type: 'Task', like: { status: 'requested', code: concept(TASK_CODE, code) } }) as const;
const observation = (like: object) => ({ type: 'Observation', like: { status: 'final', ...like } }) as const;

export const FIGURES: readonly Figure[] = [
  {
    name: 'open-work',
    type: 'Task',
    count: async ({ figures }, scope, codings) =>
      openParts(await figures.openWork(scope, TERMS.openWork), codings),
  },
  {
    name: 'clock',
    type: 'Task',
    count: async ({ figures }, scope, codings) =>
      clockParts(await figures.clocks(scope, TERMS.clocks), codings),
  },
  {
    name: 'first-response',
    ...task(TERMS.questions.question),
    count: async ({ figures, care, now }, scope, codings) => {
      const found = await figures.questions(scope, TERMS.questions);
      return responseParts(found, { now: now(), calendarOf: care.calendar }, codings);
    },
  },
  {
    name: 'referral',
    ...task(REFERRAL),
    count: async ({ figures }, scope, codings) =>
      referralParts(await figures.referrals(scope, TERMS.referrals), codings),
  },
  {
    name: 'barrier',
    type: 'Condition',
    like: { category: [concept(CATEGORY, TERMS.barriers.category)] },
    count: async ({ figures }, scope, codings) =>
      barrierParts(await figures.barriers(scope, TERMS.barriers), codings),
  },
  {
    name: 'network-decision',
    ...observation({ code: concept(OBSERVATION, DECISION) }),
    count: async ({ figures }, scope, codings) =>
      decisionParts(await figures.network(scope, { ...TERMS.network, kind: DECISION }), codings),
  },
  {
    name: 'adjudicated-saving',
    ...observation({ code: concept(OBSERVATION, ADJUDICATED) }),
    count: async ({ figures }, scope, codings) => {
      const found = await figures.network(scope, { ...TERMS.network, kind: ADJUDICATED });
      return savingParts('adjudicated', found, codings);
    },
  },
  {
    name: 'minutes',
    ...observation({ category: [concept(CATEGORY, TERMS.minutes.category)] }),
    count: async ({ figures }, scope, codings) =>
      minutesParts(await figures.minutes(scope, TERMS.minutes), codings),
  },
];

/** What the lines of decisions tell beside, of whoever may see orders. */
export const SERVICE: Counted = { name: 'service', type: 'ServiceRequest' };

/** Whether a caller sees anything of what is counted. */
export const sees = ({ search }: Context, access: Access, { type, like }: Counted): boolean =>
  like
    ? search.visibilities.showsSuch(access, 's', { resourceType: type, ...like } as Resource)
    : reach(access, type, 's') !== 'none';
