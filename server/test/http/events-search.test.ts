// What is told is held against what the same callers find by searching, over random writes, moves, labels and deletions.
// https://hl7.org/fhir/R4/security.html#authorization
import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { decided } from '../helpers/database.ts';
import { aboutOf, listenTo } from '../helpers/listener.ts';
import { asking, laying, startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, listen: true });
const lay = laying(server);
/** A request that is no reading lets the server look at once for what itself has written. */
const nudge = () => asking(server)('POST', '/Task');

const CALLERS = [
  { user: 'navigator' },
  { user: 'peer' },
  { user: 'supervisor' },
  { user: 'nurse', patient: 'ana-reyes' },
  { user: 'nurse', scope: 'user/Task.rs?priority=urgent' },
];
const TASKS = ['a', 'b', 'c'];

interface Step {
  task: number;
  patient: 'ana-reyes' | 'stranger';
  owned: boolean;
  labelled: boolean;
  urgent: boolean;
  deleted: boolean;
}
const step: fc.Arbitrary<Step> = fc.record({
  task: fc.nat(TASKS.length - 1),
  patient: fc.constantFrom('ana-reyes', 'stranger'),
  owned: fc.boolean(),
  labelled: fc.nat(3).map((n) => n === 0),
  urgent: fc.boolean(),
  deleted: fc.nat(4).map((n) => n === 0),
});

const label = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PSY' }];
const taskOf = (id: string, { patient, owned, labelled, urgent }: Omit<Step, 'task' | 'deleted'>): Task => ({
  resourceType: 'Task',
  id,
  status: 'requested',
  intent: 'order',
  priority: urgent ? 'urgent' : 'routine',
  for: { reference: `Patient/${patient}` },
  ...(owned && { owner: { reference: 'PractitionerRole/peer' } }),
  ...(labelled && { meta: { security: label } }),
});
/** A task that brings its patient into the reach of its owner with the label that hides it, and one that takes its patient out. */
const EXAMPLES: [Step[]][] = [false, true].map((owned) => {
  const first = {
    task: 0,
    patient: 'stranger',
    owned,
    labelled: false,
    urgent: false,
    deleted: false,
  } as const;
  return [[first, { ...first, patient: owned ? 'ana-reyes' : 'stranger', owned: true, labelled: true }]];
});
/** A task that all callers see. */
const MARK = { patient: 'ana-reyes', owned: false, labelled: false, urgent: true } as const;

t.test(
  'a change is told to those who find the resource; who found it before hears that it is gone, or to read again',
  async (t) => {
    await lay('PUT', '/Patient/stranger', { resourceType: 'Patient', id: 'stranger' });
    await decided(server.databaseUrl);
    const callers = await Promise.all(
      CALLERS.map(async (who) => {
        const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload: who });
        const { access_token: token } = answer.json() as { access_token: string };
        const ask = asking(server, { authorization: `Bearer ${token}` });
        const stream = await listenTo(t, server.url, 'type=Task', { token });
        const name = Object.values(who).join(' ');
        return { name, ask, stream };
      }),
    );
    const seenBy = async ({ ask }: (typeof callers)[number]): Promise<Set<string>> => {
      const { status, body } = await ask('GET', `/Task?_id=${TASKS.join()}`);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return new Set((body.entry ?? []).map(({ resource }: { resource: Task }) => `Task/${resource.id}`));
    };
    const counts = { changes: 0, gone: 0, refreshed: 0, silent: 0 };
    let marks = 0;

    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 14 }), async (steps) => {
        for (const { task, deleted, ...what } of steps) {
          const id = TASKS[task]!;
          const before = await Promise.all(callers.map(seenBy));
          const starts = callers.map(({ stream }) => stream.events.length);
          if (deleted) await lay('DELETE', `/Task/${id}`);
          else await lay('PUT', `/Task/${id}`, taskOf(id, what));
          await lay('PUT', '/Task/mark', { ...taskOf('mark', MARK), description: String(++marks) });
          await nudge();
          const after = await Promise.all(callers.map(seenBy));
          for (const [n, { name, stream }] of callers.entries()) {
            await stream.heard('Task/mark', marks);
            const news = stream.events.slice(starts[n]).filter((one) => aboutOf(one) !== 'Task/mark');
            const told = (event: string) => news.filter((one) => one.event === event).map(aboutOf);
            const isRefreshed = told('refresh').length > 0;
            const [was, is] = [before[n]!, after[n]!];
            const key = `Task/${id}`;
            const about = `${name}: ${JSON.stringify({ deleted, ...what })}`;
            t.equal(told('change').includes(key), is.has(key), `${about}, change`);
            if (was.has(key) && !is.has(key))
              t.ok(told('gone').includes(key) || isRefreshed, `${about}, gone`);
            if (!was.has(key)) t.notOk(told('gone').length, `${about}, no word of what was not seen`);
            const others = [...was.symmetricDifference(is)].filter((one) => one !== key);
            if (others.length) t.ok(isRefreshed, `${about}, moves others`);
            t.strictSame(new Set([...told('change'), ...told('gone')]).difference(new Set([key])).size, 0);
            counts.changes += told('change').length;
            counts.gone += told('gone').length;
            counts.refreshed += Number(isRefreshed);
            counts.silent += Number(!news.length);
          }
        }
      }),
      { numRuns: 3 + EXAMPLES.length, endOnFailure: true, examples: EXAMPLES },
    );
    t.ok(
      Object.values(counts).every((count) => count > 3),
      JSON.stringify(counts),
    );
  },
);
