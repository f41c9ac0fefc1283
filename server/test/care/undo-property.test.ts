// Whatever somebody does and takes back: the whole record is as it was before, and everything that is done afterwards goes as
// if nothing had happened. https://fast-check.dev/docs/advanced/model-based-testing/
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { openPool } from '../../db/pool.ts';
import type { Answer, Ask } from '../helpers/server.ts';
import { changesSince, momentOf } from '../journey/undo-world.ts';
import type { Act } from './model/act.ts';
import { handoffActions } from './model/handoff-actions.ts';
import { loopActions } from './model/loop-actions.ts';
import { otherActions } from './model/other-actions.ts';
import type { Role } from './model/tables.ts';
import { taskActions } from './model/task-actions.ts';
import { type Model, newModel, type Real, startWorld } from './model/world.ts';

/** How many actions are taken back at least; more find more, and take longer. */
const UNDONE = Number(process.env.MODEL_UNDONE ?? 30);
const SEED = process.env.MODEL_SEED === undefined ? undefined : Number(process.env.MODEL_SEED);
const RUNS = 3;
const PATIENCE = 150_000;

const world = await startWorld(t);
const sql = openPool(world.server.databaseUrl, { max: 1 });
t.teardown(() => sql.end());
let undone = 0;
/** Types of what came back, by how often. */
const returned = new Map<string, number>();

/** What somebody wrote. */
interface Wrote {
  role: Role;
  answer: Answer;
}

/** The same people, and a note of everything that is stored for them. */
function noting(real: Real): { real: Real; wrote: Wrote[] } {
  const wrote: Wrote[] = [];
  const note =
    (role: Role, ask: Ask): Ask =>
    async (method, ...rest) => {
      const answer = await ask(method, ...rest);
      if (method !== 'GET' && answer.status < 300) wrote.push({ role, answer });
      return answer;
    };
  const as = new Map([...real.as].map(([role, ask]) => [role, note(role, ask)] as const));
  return { real: { ...real, as }, wrote };
}

/** The tasks that were written since, and can be taken back. */
const undoableSince = async (moment: string): Promise<string[]> => {
  const rows =
    await sql`select r.id from undoable u join resource r on r.rid = u.rid and r.version = u.version
    where u.xid >= ${moment}::text::xid8 order by r.id`;
  return rows.map(({ id }) => id as string);
};

/** Does an action; when one thing of it was stored, takes that back, and forgets that it was done. */
function thenUndone(act: Act & Partial<fc.WithCloneMethod<Act>>): Act & fc.WithCloneMethod<Act> {
  let came = '';
  return {
    check: (model) => act.check(model),
    [fc.cloneMethod]: () => thenUndone(act[fc.cloneMethod]?.() ?? act),
    toString: () => `${act} ${came}`,
    async run(model: Model, given: Real) {
      came = '';
      const [moment, known] = [await momentOf(sql), structuredClone(model)];
      const { real, wrote } = noting(given);
      await act.run(model, real);
      const [task] = wrote.length === 1 ? await undoableSince(moment) : [];
      if (!task) return;
      const changed = await changesSince(sql, moment);
      const answer = await given.as.get(wrote[0]!.role)!('POST', `/Task/${task}/$undo`);
      came = `taken back by Task/${task} → ${answer.status}`;
      // What followed can be work of others only, which whoever set it off may not change: it stays as it is.
      if ([403, 404].includes(answer.status)) {
        if (isDeepStrictEqual(await changesSince(sql, moment), changed)) return;
        throw new Error(`${came}, but something was stored`);
      }
      if (answer.status >= 300) throw new Error(`${came} ${JSON.stringify(answer.body)}`);
      const left = await changesSince(sql, moment);
      if (left.length) throw new Error(`${came}, but ${left.join(', ')} are not as they were`);
      for (const key of changed) {
        const [type] = key.split('/') as [string];
        returned.set(type, (returned.get(type) ?? 0) + 1);
      }
      Object.assign(model, known);
      undone++;
    },
  };
}

t.test('what anybody did and took back leaves the record as it was before', async (t) => {
  const acts = [...taskActions, ...handoffActions, ...loopActions, ...otherActions].map((one) =>
    fc.tuple(one, fc.nat(2)).map(([act, n]) => (n ? act : thenUndone(act as Act))),
  );
  const runs = fc.asyncProperty(fc.commands(acts, { maxCommands: 90, size: 'max' }), async (commands) => {
    const [model, real] = [newModel(), await world.newReal()];
    await fc.asyncModelRun(() => ({ model, real }), commands);
  });
  do {
    const seed = SEED === undefined ? {} : { seed: SEED };
    await fc.assert(runs, { numRuns: RUNS, interruptAfterTimeLimit: PATIENCE, ...seed });
  } while (undone < UNDONE && SEED === undefined);
  t.comment(`${undone} taken back: ${JSON.stringify(Object.fromEntries(returned))}`);
  const followed = [...returned].filter(([type]) => type !== 'Task');
  t.ok((returned.get('Task') ?? 0) >= undone, 'tasks came back');
  t.ok(followed.length > 2, `with them ${followed.join(' ')}`);
});
