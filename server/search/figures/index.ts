// The figures of a team, each counted by one statement over what its caller may see. https://hl7.org/fhir/R4/search.html
import { type BarrierRow, type BarrierTerms, barriers } from './barriers.ts';
import { type ClockRow, type ClockTerms, clocks } from './clocks.ts';
import { type MinutesRow, type MinutesTerms, minutes } from './minutes.ts';
import { type NetworkRow, type NetworkTerms, network } from './network.ts';
import { type OpenRow, type OpenTerms, openWork } from './open.ts';
import { type Questions, type QuestionTerms, questions } from './questions.ts';
import { type ReferralTerms, referrals, type StageRow } from './referrals.ts';
import { type FigureDependencies, type FigureScope, FigureStatement } from './source.ts';

export type { FigureScope } from './source.ts';

/** Counts; the codes that make the difference are given. */
export interface Figures {
  openWork(scope: FigureScope, terms: OpenTerms): Promise<OpenRow[]>;
  clocks(scope: FigureScope, terms: ClockTerms): Promise<ClockRow[]>;
  questions(scope: FigureScope, terms: QuestionTerms): Promise<Questions>;
  referrals(scope: FigureScope, terms: ReferralTerms): Promise<StageRow[]>;
  barriers(scope: FigureScope, terms: BarrierTerms): Promise<BarrierRow[]>;
  network(scope: FigureScope, terms: NetworkTerms): Promise<NetworkRow[]>;
  minutes(scope: FigureScope, terms: MinutesTerms): Promise<MinutesRow[]>;
  /** Counts several figures at one moment: nothing that is written between two of them tells them apart. */
  atOnce<T>(scope: FigureScope, count: (scope: FigureScope) => Promise<T>): Promise<T>;
}

/** Makes the figures of a store. */
export function createFigures(deps: FigureDependencies): Figures {
  const on = (scope: FigureScope) => new FigureStatement(deps, scope);
  return {
    openWork: (scope, terms) => openWork(on(scope), terms),
    clocks: (scope, terms) => clocks(on(scope), terms),
    questions: (scope, terms) => questions(on(scope), terms),
    referrals: (scope, terms) => referrals(on(scope), terms),
    barriers: (scope, terms) => barriers(on(scope), terms),
    network: (scope, terms) => network(on(scope), terms),
    minutes: (scope, terms) => minutes(on(scope), terms),
    atOnce: async (scope, count) =>
      scope.executor
        ? count(scope)
        : (deps.sql.begin('isolation level repeatable read read only', async (executor) => {
            // The functions of access plan once for a statement, and not for each row that they are asked about.
            await executor`set local plan_cache_mode = auto`;
            return count({ ...scope, executor });
          }) as Promise<Awaited<ReturnType<typeof count>>>),
  };
}
