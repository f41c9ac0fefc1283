// Whatever is logged and corrected at the same time, by whomever: nobody has two entries that count at the same time.
// https://hl7.org/fhir/R4/observation.html
import type { Observation } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { isCounted, stretchOf } from '../../care/minutes/entry.ts';
import { asking, laying, startServer } from '../helpers/server.ts';
import { entry } from './minutes-world.ts';

const server = await startServer(t, {
  env: { DB_CONNECTIONS: '4' },
  now: () => new Date('2026-04-20T12:00:00Z'),
});
const ask = asking(server);
const lay = laying(server);
await lay('PUT', '/Patient/p', { resourceType: 'Patient', id: 'p' });
for (const id of ['a', 'b'])
  await lay('PUT', `/Practitioner/${id}`, { resourceType: 'Practitioner', id, name: [{ family: id }] });
/** Two roles of the first person, and one of the second. */
const ROLES = { one: 'a', two: 'a', three: 'b' } as const;
const roles = Object.keys(ROLES) as (keyof typeof ROLES)[];
for (const id of roles)
  await lay('PUT', `/PractitionerRole/${id}`, {
    resourceType: 'PractitionerRole',
    id,
    active: true,
    practitioner: { reference: `Practitioner/${ROLES[id]}` },
    telecom: [{ system: 'phone', value: '1' }],
  });

interface Step {
  act: 'log' | 'pair' | 'move' | 'void';
  role: keyof typeof ROLES;
  start: number;
  length: number;
  which: number;
}
const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom('log', 'log', 'log', 'pair', 'move', 'void'),
    role: fc.constantFrom(...roles),
    start: fc.nat(80),
    length: fc.integer({ min: 1, max: 30 }),
    which: fc.nat(9),
  }),
  { minLength: 8, maxLength: 24 },
);

let day = 0;
const at = (minute: number): string =>
  new Date(Date.parse('2026-01-01T12:00:00Z') + day * 86_400_000 + minute * 60_000).toISOString();
const logged = ({ role, start, length }: Step): Observation =>
  entry(at(start), at(start + length), {
    performer: `PractitionerRole/${role}`,
    patient: 'Patient/p',
    programme: start % 2 ? 'pin' : 'ccm',
  });

async function stored(): Promise<Observation[]> {
  const { body } = await ask('GET', `/Observation?date=${at(0).slice(0, 10)}&_count=1000`);
  return (body.entry ?? []).map(({ resource }: { resource: Observation }) => resource);
}

async function take(step: Step, made: Observation[]): Promise<number> {
  const old = made[step.which % (made.length || 1)];
  const fresh = logged(step);
  const pair = [fresh, logged({ ...step, start: step.start + step.which })];
  const change = (more: Partial<Observation>) =>
    ask('PUT', `/Observation/${old!.id}`, {
      ...old,
      ...more,
      note: [...(old!.note ?? []), { text: `Reason ${old!.meta!.versionId}` }],
    });
  const acts = {
    log: () => ask('POST', '/Observation', fresh),
    pair: () =>
      ask('POST', '', {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: pair.map((resource) => ({ request: { method: 'POST', url: 'Observation' }, resource })),
      }),
    move: () =>
      change({
        status: 'amended',
        effectivePeriod: fresh.effectivePeriod!,
        valueQuantity: fresh.valueQuantity!,
      }),
    void: () => change({ status: 'entered-in-error' }),
  };
  if (!old && (step.act === 'move' || step.act === 'void')) return 200;
  return (await acts[step.act]()).status;
}

async function checkDay(): Promise<number> {
  const counted = (await stored()).filter(isCounted);
  const personOf = (one: Observation) => ROLES[one.performer![0]!.reference!.split('/')[1] as 'one'];
  for (const [n, one] of counted.entries())
    for (const other of counted.slice(n + 1)) {
      const [a, b] = [stretchOf(one)!, stretchOf(other)!];
      if (personOf(one) === personOf(other) && a.start < b.end && b.start < a.end)
        throw new Error(`${one.id} and ${other.id} are at the same time`);
    }
  return counted.length;
}

t.test('after any work of several people at once, nobody has a minute twice', async (t) => {
  const seen = new Map<number, number>();
  let counted = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (work) => {
      day++;
      for (let n = 0; n < work.length; n += 4) {
        const made = await stored();
        const statuses = await Promise.all(work.slice(n, n + 4).map((step) => take(step, made)));
        for (const status of statuses) {
          seen.set(status, (seen.get(status) ?? 0) + 1);
          if (![200, 201, 409].includes(status)) throw new Error(`status ${status}`);
        }
      }
      counted += await checkDay();
    }),
    { numRuns: 25, endOnFailure: true },
  );
  for (const status of [200, 201, 409]) t.ok((seen.get(status) ?? 0) > 10, `there was ${status}`);
  t.ok(counted > 50, 'and much was logged');
});

t.test('of many who log the same minutes at the same time one is heard', async (t) => {
  day++;
  const one: Step = { act: 'log', role: 'one', start: 0, length: 30, which: 0 };
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      ask('POST', '/Observation', logged({ ...one, role: n % 2 ? 'one' : 'two', start: n })),
    ),
  );
  const statuses = answers.map(({ status }) => status).sort();
  t.strictSame(statuses, [201, ...Array.from({ length: 11 }, () => 409)]);
  t.equal(await checkDay(), 1);
});
