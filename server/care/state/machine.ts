// What a state machine is: a table of moves, and the check of one write against it. https://hl7.org/fhir/R4/workflow.html
import type { Resource } from '@medplum/fhirtypes';
import { type Access, isSystem } from '../../fhir/access.ts';
import { businessRule, type FhirError } from '../../fhir/errors.ts';

/** Where an edge comes from: E the diagram of R4, T the text of R4, D our own decision, B the referral machine of BSeR. */
export type Source = 'E' | 'T' | 'D' | 'B';

/** When a conditional edge stands, and how a refusal words it. */
export interface Condition<R extends Resource = Resource> {
  holds(before: R, after: R, access: Access): boolean;
  readonly words: string;
}

/** One allowed move. */
export interface Edge<S extends string = string, R extends Resource = Resource> {
  readonly to: S;
  readonly source: Source;
  readonly when?: Condition<R>;
}

/** The states of one type of resource, and how it goes from one to another. */
export interface Machine<R extends Resource = Resource, S extends string = string> {
  readonly type: R['resourceType'];
  /** The rule that a refusal names. */
  readonly rule: string;
  /** The element that holds the state, as FHIRPath. */
  readonly expression: string;
  /** How a sentence names such a resource: `task`. */
  readonly noun: string;
  /** Which resources it holds for, in words for the documentation. */
  readonly about: string;
  stateOf(resource: R): S | undefined;
  /** Whether a resource is one of ours. */
  isOurs(resource: R): boolean;
  /** Its moves are held for resources of others too. */
  readonly everywhere?: true;
  /** The states that a new resource may have. */
  readonly starts: readonly S[];
  readonly moves: Readonly<Record<S, readonly Edge<S, R>[]>>;
}

/** A machine of one type, among those of others. */
export const machine = <R extends Resource, S extends string>(one: Machine<R, S>): Machine =>
  one as unknown as Machine;

/** The states that may follow a state, those under a condition included, in the order of the table. */
export const allowedFrom = <R extends Resource, S extends string>(
  { moves }: Machine<R, S>,
  state: S,
): readonly S[] => moves[state].map(({ to }) => to);

const worded = <S extends string, R extends Resource>({ to, when }: Edge<S, R>): string =>
  when ? `${to} (${when.words})` : to;

/** `an appointment`. */
const named = (noun: string): string => (/^[aeiou]/.test(noun) ? `an ${noun}` : `a ${noun}`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Refuses a move.
 * @param allowed what may follow, in words
 */
export function moveRefused(
  { rule, expression, noun }: Pick<Machine, 'rule' | 'expression' | 'noun'>,
  from: string,
  to: string,
  allowed: readonly string[],
): FhirError {
  return businessRule(
    `${capital(named(noun))} cannot go from ${from} to ${to}. From ${from} it can go to: ${allowed.join(', ') || 'no other status'}.`,
    expression,
    rule,
  );
}

/**
 * Checks the state of a new resource. Resources that are not ours may start anywhere.
 * @throws FhirError 409 business-rule with the rule of the machine
 */
export function checkStart<R extends Resource, S extends string>(machine: Machine<R, S>, after: R): void {
  const state = machine.stateOf(after);
  if (state === undefined || machine.starts.includes(state) || !machine.isOurs(after)) return;
  throw businessRule(
    `A new ${machine.noun} cannot be ${state}. Create it as ${machine.starts.join(', ')}, then move it on.`,
    machine.expression,
    machine.rule,
  );
}

/**
 * What is ours stays ours until it was entered in error: without its code no rule would hold for it, and with the code again
 * it would have gone any way.
 * @throws FhirError 409 business-rule with the rule of the machine
 */
function checkStays<R extends Resource, S extends string>(machine: Machine<R, S>, before: R, after: R): void {
  if (!machine.isOurs(before) || machine.isOurs(after)) return;
  if (machine.stateOf(after) === 'entered-in-error') return;
  throw businessRule(
    `This ${machine.noun} is one of navigation or coordination, and stays one. Send the code or category back by which it is known as such.`,
    machine.type,
    machine.rule,
  );
}

/**
 * Checks the move from `before` to `after` against the table; the same state again is no move.
 * @throws FhirError 409 business-rule with the rule of the machine
 */
export function checkMove<R extends Resource, S extends string>(
  machine: Machine<R, S>,
  before: R,
  after: R,
  access: Access,
): void {
  if (!isSystem(access)) checkStays(machine, before, after);
  const from = machine.stateOf(before);
  const to = machine.stateOf(after);
  if (from === to || from === undefined || to === undefined) return;
  if (!machine.everywhere && !machine.isOurs(before) && !machine.isOurs(after)) return;
  const edges = machine.moves[from];
  const taken = edges.find((edge) => edge.to === to);
  if (taken && (!taken.when || taken.when.holds(before, after, access))) return;
  throw moveRefused(machine, from, to, edges.map(worded));
}
