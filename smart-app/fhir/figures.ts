// The figures of a team as plain objects, read from the answer of $team-figures. A figure that the user cannot have is
// undefined, and `absent` says why; an empty list is none. https://hl7.org/fhir/R4/parameters.html
import type { Money, Parameters, ParametersParameter } from '@medplum/fhirtypes';

/** A code with the server's word for it. */
export interface Named {
  readonly code: string;
  readonly display: string;
}

/** Names of the bands of age, in days since the work was asked for. */
export const AGES = ['0-2', '3-7', '8-14', '15-30', 'over-30'] as const;
export type Age = (typeof AGES)[number];

/** Open work of one lane, code, status or stage, or all of it. */
export interface OpenLine {
  readonly by: 'all' | 'lane' | 'code' | 'status' | 'stage';
  /** Absent: of none, and for all. */
  readonly of?: Named | undefined;
  readonly count: number;
  readonly ages: Readonly<Record<Age, number>>;
  readonly late: number;
  readonly today: number;
  readonly later: number;
  readonly undated: number;
}

/** How the promises of one kind of work were kept. */
export interface ClockLine {
  readonly promise: 'due' | 'acceptance' | 'first-response';
  /** Code of cn-task-code. */
  readonly of?: Named | undefined;
  readonly urgent: boolean;
  readonly kept: number;
  readonly missed: number;
  /** Open, and late now. */
  readonly late: number;
}

/** Referrals of the period at one stage. */
export interface StageLine {
  readonly of?: Named | undefined;
  readonly standing: number;
  /** How many have come as far or further; of forks nobody knows. */
  readonly reached?: number | undefined;
}

export interface Funnel {
  /** Referrals that were opened in the period. */
  readonly opened: number;
  /** In their order. */
  readonly stages: readonly StageLine[];
  /** Missed visits and ways out, and referrals without a stage. */
  readonly forks: readonly StageLine[];
}

export interface BarrierLine {
  readonly of?: Named | undefined;
  readonly open: number;
  readonly resolved: number;
}

export interface DecisionLine {
  /** Category of the order. */
  readonly service?: Named | undefined;
  readonly tier?: Named | undefined;
  readonly count: number;
}

export interface ReasonLine {
  readonly of?: Named | undefined;
  readonly count: number;
}

/** Savings in one currency. Those of different currencies are not added up, nor are those of the two kinds. */
export interface SavingLine {
  readonly service?: Named | undefined;
  readonly count: number;
  readonly amount: Money;
}

export interface MinutesLine {
  readonly programme?: Named | undefined;
  /** `YYYY-MM` */
  readonly month: string;
  readonly entries: number;
  readonly minutes: number;
}

/** What the user cannot have. */
export type FigureName =
  | 'open-work'
  | 'clock'
  | 'first-response'
  | 'referral'
  | 'barrier'
  | 'network-decision'
  | 'adjudicated-saving'
  | 'minutes'
  | 'service';

export interface Absent {
  readonly figure: FigureName;
  /** The type of resource that it is counted over. */
  readonly type: string;
  /** The server's sentence. */
  readonly reason: string;
}

export interface TeamFigures {
  /** Days, both included, on the clock of `timeZone`. */
  readonly start: string;
  readonly end: string;
  /** When it was counted, ISO 8601. */
  readonly at: string;
  readonly timeZone: string;
  readonly open?: readonly OpenLine[] | undefined;
  readonly clocks?: readonly ClockLine[] | undefined;
  readonly referrals?: Funnel | undefined;
  readonly barriers?: readonly BarrierLine[] | undefined;
  readonly decisions?: readonly DecisionLine[] | undefined;
  readonly offNetwork?: readonly ReasonLine[] | undefined;
  readonly estimated?: readonly SavingLine[] | undefined;
  readonly adjudicated?: readonly SavingLine[] | undefined;
  readonly minutes?: readonly MinutesLine[] | undefined;
  readonly absent: readonly Absent[];
}

/** What is asked for; days `YYYY-MM-DD`. */
export interface FiguresAsked {
  /** `Organization/…` */
  readonly organization?: string | undefined;
  readonly start?: string | undefined;
  readonly end?: string | undefined;
}

/** The path of the operation, for `client.operation`. */
export function figuresPath({ organization, start, end }: FiguresAsked = {}): string {
  const asked = new URLSearchParams();
  if (organization) asked.set('organization', organization);
  if (start) asked.set('period-start', start);
  if (end) asked.set('period-end', end);
  return asked.size ? `$team-figures?${asked}` : '$team-figures';
}

type Part = ParametersParameter;
const part = (of: Part, name: string): Part | undefined => of.part?.find((one) => one.name === name);
const numberIn = (of: Part, name: string): number => part(of, name)?.valueInteger ?? 0;
const codeIn = (of: Part, name: string): string => part(of, name)?.valueCode ?? '';
const flagIn = (of: Part, name: string): boolean => part(of, name)?.valueBoolean ?? false;

function named(of: Part, name: string): Named | undefined {
  const coding = part(of, name)?.valueCoding;
  return coding?.code ? { code: coding.code, display: coding.display ?? coding.code } : undefined;
}

const openLine = (of: Part): OpenLine => ({
  by: codeIn(of, 'by') as OpenLine['by'],
  of: named(of, 'code'),
  count: numberIn(of, 'count'),
  ages: Object.fromEntries(AGES.map((age) => [age, numberIn(of, `age-${age}`)])) as Record<Age, number>,
  late: numberIn(of, 'late'),
  today: numberIn(of, 'today'),
  later: numberIn(of, 'later'),
  undated: numberIn(of, 'undated'),
});

const clockLine = (of: Part): ClockLine => ({
  promise: codeIn(of, 'promise') as ClockLine['promise'],
  of: named(of, 'code'),
  urgent: flagIn(of, 'urgent'),
  kept: numberIn(of, 'kept'),
  missed: numberIn(of, 'missed'),
  late: numberIn(of, 'late'),
});

const stageLine = (of: Part): StageLine => ({
  of: named(of, 'code'),
  standing: numberIn(of, 'standing'),
  reached: part(of, 'reached')?.valueInteger,
});

const savingLine = (of: Part): SavingLine => ({
  service: named(of, 'service'),
  count: numberIn(of, 'count'),
  amount: part(of, 'amount')?.valueMoney ?? {},
});

/** Reads the answer. */
export function readFigures({ parameter = [] }: Parameters): TeamFigures {
  const all = (name: string): Part[] => parameter.filter((one) => one.name === name);
  const [period, date, zone, referrals] = ['period', 'date', 'timezone', 'referrals'].map(
    (name) => all(name)[0],
  );
  const absent = all('absent').map((of) => ({
    figure: codeIn(of, 'figure') as FigureName,
    type: codeIn(of, 'type'),
    reason: part(of, 'reason')?.valueString ?? '',
  }));
  const has = (figure: FigureName): boolean => !absent.some((one) => one.figure === figure);
  const lines = <T>(figure: FigureName, name: string, read: (of: Part) => T): T[] | undefined =>
    has(figure) ? all(name).map(read) : undefined;
  const stages = all('referral-stage');
  const savings = (kind: string) => all('saving').filter((of) => codeIn(of, 'kind') === kind);
  return {
    start: period?.valuePeriod?.start ?? '',
    end: period?.valuePeriod?.end ?? '',
    at: date?.valueDateTime ?? '',
    timeZone: zone?.valueCode ?? '',
    open: lines('open-work', 'open-work', openLine),
    clocks: lines('clock', 'clock', clockLine),
    referrals: has('referral')
      ? {
          opened: referrals?.valueInteger ?? 0,
          stages: stages.filter((of) => !flagIn(of, 'fork')).map(stageLine),
          forks: stages.filter((of) => flagIn(of, 'fork')).map(stageLine),
        }
      : undefined,
    barriers: lines('barrier', 'barrier', (of) => ({
      of: named(of, 'code'),
      open: numberIn(of, 'open'),
      resolved: numberIn(of, 'resolved'),
    })),
    decisions: lines('network-decision', 'network-decision', (of) => ({
      service: named(of, 'service'),
      tier: named(of, 'tier'),
      count: numberIn(of, 'count'),
    })),
    offNetwork: lines('network-decision', 'off-network', (of) => ({
      of: named(of, 'reason'),
      count: numberIn(of, 'count'),
    })),
    estimated: has('network-decision') ? savings('estimated').map(savingLine) : undefined,
    adjudicated: has('adjudicated-saving') ? savings('adjudicated').map(savingLine) : undefined,
    minutes: lines('minutes', 'minutes', (of) => ({
      programme: named(of, 'programme'),
      month: part(of, 'month')?.valueDate ?? '',
      entries: numberIn(of, 'entries'),
      minutes: numberIn(of, 'minutes'),
    })),
    absent,
  };
}

/** Tiers within the network; a direct contract counts among them. */
const IN_NETWORK: readonly string[] = ['direct-contract', 'preferred', 'in-network'];

/** Decisions within the network, and of those for a direct contract, among the decisions that tell a tier. */
export function networkShare(decisions: readonly DecisionLine[]): {
  readonly told: number;
  readonly inNetwork: number;
  readonly direct: number;
} {
  const sum = (fits: (tier: string) => boolean) =>
    decisions.reduce((total, { tier, count }) => total + (tier && fits(tier.code) ? count : 0), 0);
  return {
    told: sum((tier) => tier !== 'unknown'),
    inNetwork: sum((tier) => IN_NETWORK.includes(tier)),
    direct: sum((tier) => tier === 'direct-contract'),
  };
}

/** Savings added up by currency. */
export function totals(lines: readonly SavingLine[]): readonly Money[] {
  const sums = new Map<Money['currency'], number>();
  for (const { amount } of lines)
    sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + (amount.value ?? 0));
  return [...sums].map(([currency, value]) => ({
    value: Number(value.toFixed(6)),
    ...(currency && { currency }),
  }));
}
