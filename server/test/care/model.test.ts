// Whatever people and programs do, in whatever order and however it arrives: what the rules forbid is refused by the rule that
// forbids it, what they allow is done, and no state that the tables forbid was ever stored.
// https://fast-check.dev/docs/advanced/model-based-testing/
import fc from 'fast-check';
import t from 'tap';
import { judgeHandoffs, judgeLoops, judgeMinutes, judgeSlots } from './model/ends.ts';
import { handoffActions } from './model/handoff-actions.ts';
import { loopActions } from './model/loop-actions.ts';
import { judge } from './model/oracle.ts';
import { otherActions } from './model/other-actions.ts';
import { taskActions } from './model/task-actions.ts';
import { newModel, startWorld } from './model/world.ts';

/** How many actions are done at least; more find more, and take longer. */
const ACTIONS = Number(process.env.MODEL_ACTIONS ?? 3000);
/** A run that failed is repeated with its seed. */
const SEED = process.env.MODEL_SEED === undefined ? undefined : Number(process.env.MODEL_SEED);
const RUNS = 10;
/** A counterexample is made smaller for so long. */
const PATIENCE = 150_000;

const world = await startWorld(t);
let accepted = 0;
let closed = 0;
const sum = (): number => [...world.counts.values()].reduce((all, one) => all + one, 0);

t.test('no action of anybody leads into a state that the tables forbid', async (t) => {
  const actions = fc.commands([...taskActions, ...otherActions, ...handoffActions, ...loopActions], {
    maxCommands: 90,
    size: 'max',
  });
  const runs = fc.asyncProperty(actions, async (commands) => {
    const [model, real] = [newModel(), await world.newReal()];
    await fc.asyncModelRun(() => ({ model, real }), commands);
    await judge(model, real);
    accepted += await judgeHandoffs(model, real);
    closed += await judgeLoops(real);
    await judgeSlots(real);
    await judgeMinutes(model, real);
  });
  do {
    const seed = SEED === undefined ? {} : { seed: SEED };
    await fc.assert(runs, { numRuns: RUNS, interruptAfterTimeLimit: PATIENCE, ...seed });
  } while (sum() < ACTIONS && SEED === undefined);
  t.comment(JSON.stringify(Object.fromEntries(world.counts)));
  for (const status of [200, 201, 403, 409, 422]) {
    const count = world.counts.get(status) ?? 0;
    t.ok(count > ACTIONS / 200, `${count} answers were ${status}`);
  }
  t.ok(accepted > 0, `${accepted} hand-offs were accepted`);
  t.ok(closed > 0, `${closed} referrals were closed`);
});
