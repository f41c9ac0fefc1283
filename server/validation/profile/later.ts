// Checks by definitions of others, put off until everything of ours is checked: their slices and invariants may take any
// time, so that where it matters they are ended. https://hl7.org/fhir/R4/security.html
import { type Check, type Later, type Run, report } from '../run.ts';
import type { Compiled } from './context.ts';
import { reasonOf } from './reason.ts';

/** Ends a work that takes longer than so many milliseconds, by throwing. */
export type Limit = <T>(work: () => T, milliseconds?: number) => T;

/** Resources with more objects are checked under a limit by the definitions of packages too. */
const LARGE = 1_000;
/** Milliseconds for all that is put off in one validation, and what each object of the resource adds. */
const LIMIT = 250;
const LIMIT_PER_OBJECT = 0.005;
/** Most definitions that a sentence names. */
const MAX_NAMED = 5;

/** Runs a check of a definition now, or puts it off when others made the definition. */
export function checkInTurn(profile: Compiled, check: Check, value: unknown, run: Run): void {
  const later = run.shared?.later;
  if (!later || profile.origin === 'ours') {
    check(value, run);
    return;
  }
  const { definition, origin } = profile;
  const here: Run = { ...run, path: [...run.path] };
  later.push({
    name: definition.id ?? definition.name ?? definition.url!,
    isStored: origin === 'stored',
    run: here,
    work: () => check(value, here),
  });
}

const notWhole = ({ name, run }: Later, reason: string): void =>
  report(run, 'not-supported', `was not checked whole by ${name}: ${reason}`, { severity: 'warning' });

function work(one: Later): void {
  const depth = one.run.path.length;
  try {
    one.work();
  } catch (error) {
    one.run.path.length = depth;
    notWhole(one, reasonOf(error));
  }
}

/** Says what was not reached, where the time ended. */
function tellEnded(left: readonly Later[], depth: number, milliseconds: number): void {
  const names = [...new Set(left.map(({ name }) => name))];
  const shown = names.slice(0, MAX_NAMED).join(', ') + (names.length > MAX_NAMED ? ' and others' : '');
  const { run } = left[0]!;
  run.path.length = depth;
  const problem = `was not checked whole by ${shown}: that takes longer than ${milliseconds} ms here. Send less in one resource, or simplify the slices and invariants of the definition`;
  report(run, 'too-costly', problem, { severity: 'warning' });
}

/** Does what was put off: what packages define first, so that what callers stored keeps nobody from being checked by it. */
export function settle({ shared = {} }: Run, limit: Limit): void {
  const { later = [], objects = 0 } = shared;
  shared.later = undefined;
  if (!later.length) return;
  const list = [...later.filter(({ isStored }) => !isStored), ...later.filter(({ isStored }) => isStored)];
  if (!list.at(-1)!.isStored && objects <= LARGE) {
    for (const one of list) work(one);
    return;
  }
  const milliseconds = Math.round(LIMIT + objects * LIMIT_PER_OBJECT);
  let at = 0;
  let depth = 0;
  const all = (): void => {
    for (; at < list.length; at++) {
      depth = list[at]!.run.path.length;
      work(list[at]!);
    }
  };
  try {
    limit(all, milliseconds);
  } catch {
    tellEnded(list.slice(at), depth, milliseconds);
  }
}

/** Counts an object of the resource. */
export function countObject({ shared }: Run): void {
  if (shared) shared.objects = (shared.objects ?? 0) + 1;
}
