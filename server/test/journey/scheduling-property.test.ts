// Whatever is booked, moved, rescheduled and called off at the same time: no slot has two visits, nobody is in two at once.
// https://hl7.org/fhir/R4/slot.html
import type { Appointment, Slot } from '@medplum/fhirtypes';
import fc from 'fast-check';
import t from 'tap';
import { claimsOf, OCCUPYING, patientOf, timeOf } from '../../care/schedule/visit.ts';
import { asking, laying, startServer } from '../helpers/server.ts';
import { at, booking, reference, schedule, slot, visitOf } from '../operation/appointment-schedule.ts';

const server = await startServer(t, { env: { DB_CONNECTIONS: '4' } });
const ask = asking(server);
const lay = laying(server);
const book = booking(ask);

const PATIENTS = ['Patient/p0', 'Patient/p1', 'Patient/p2'];
for (const patient of PATIENTS)
  await lay('PUT', `/${patient}`, { resourceType: 'Patient', id: patient.slice(8) });
const ROOMS = ['a', 'b'];
for (const room of ROOMS) {
  await lay('PUT', `/Location/${room}`, { resourceType: 'Location', id: room });
  await lay('PUT', `/Schedule/${room}`, schedule(room, { actor: [{ reference: `Location/${room}` }] }));
}
/** Minutes past the hour at which the slots of a room begin: those of two rooms overlap. */
const STARTS = [0, 20, 40];

interface Step {
  act: 'book' | 'move' | 'reschedule' | 'cancel' | 'noshow';
  room: number;
  start: number;
  patient: number;
  which: number;
}
const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom('book', 'book', 'book', 'move', 'reschedule', 'cancel', 'noshow'),
    room: fc.nat(1),
    start: fc.nat(2),
    patient: fc.nat(2),
    which: fc.nat(9),
  }),
  { minLength: 8, maxLength: 24 },
);

let day = 10;
/** Free slots of a day that no run before has used. */
async function newDay(): Promise<Slot[][]> {
  day++;
  return Promise.all(
    ROOMS.map((room, n) =>
      Promise.all(
        STARTS.map(async (start) => {
          const [from, until] = [start + n * 10, start + n * 10 + 19].map((minutes) =>
            new Date(Date.parse(at(day)) + minutes * 60_000).toISOString(),
          );
          const made = slot(`${room}-${day}-${start}`, room, from!, until!);
          await lay('PUT', `/Slot/${made.id}`, made);
          return made;
        }),
      ),
    ),
  );
}

const visits = async (): Promise<Appointment[]> => {
  const date = at(day).slice(0, 10);
  const { body } = await ask('GET', `/Appointment?date=${date}&_count=1000`);
  return (body.entry ?? []).map(({ resource }: { resource: Appointment }) => resource);
};

/** Does one step; what is refused is refused by a rule. */
async function take(step: Step, slots: Slot[][], made: Appointment[]): Promise<number> {
  const target = slots[step.room]![step.start]!;
  const old = made[step.which % (made.length || 1)];
  const change = (more: Partial<Appointment>) => ask('PUT', `/Appointment/${old!.id}`, { ...old, ...more });
  const wanted = visitOf(PATIENTS[step.patient]!, [target.id!]);
  const acts: Record<Step['act'], () => ReturnType<typeof ask>> = {
    book: () => book(wanted),
    move: () => change({ slot: [{ reference: `Slot/${target.id}` }], start: target.start, end: target.end }),
    reschedule: () =>
      book(visitOf(patientOf(old!)!, [target.id!]), reference('rescheduled-from', `Appointment/${old!.id}`)),
    cancel: () => change({ status: 'cancelled', cancelationReason: { text: 'Not needed' } }),
    noshow: () => change({ status: 'noshow' }),
  };
  if (!old && step.act !== 'book') return 200;
  return (await acts[step.act]()).status;
}

async function checkDay(slots: Slot[][]): Promise<void> {
  const held = await visits();
  for (const { id } of slots.flat()) {
    const holders = held.filter((visit) => claimsOf(visit).has(`Slot/${id}`));
    const { body } = await ask('GET', `/Slot/${id}`);
    const expected = holders.length ? 'busy' : 'free';
    if (holders.length > 1 || body.status !== expected)
      throw new Error(`Slot/${id} is ${body.status} and has ${holders.length} visits`);
  }
  const standing = held.filter(({ status }) => OCCUPYING.includes(status));
  for (const [n, one] of standing.entries())
    for (const other of standing.slice(n + 1)) {
      const [a, b] = [timeOf(one)!, timeOf(other)!];
      if (patientOf(one) === patientOf(other) && a.start < b.end && b.start < a.end)
        throw new Error(`${one.id} and ${other.id} are at the same time`);
    }
}

t.test('after any work of several people at once, slots and visits agree', async (t) => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(steps, async (work) => {
      const slots = await newDay();
      for (let n = 0; n < work.length; n += 4) {
        const made = await visits();
        const statuses = await Promise.all(work.slice(n, n + 4).map((step) => take(step, slots, made)));
        for (const status of statuses) {
          seen.set(status, (seen.get(status) ?? 0) + 1);
          if (![200, 201, 409].includes(status)) throw new Error(`status ${status}`);
        }
      }
      await checkDay(slots);
    }),
    { numRuns: 20, endOnFailure: true },
  );
  for (const status of [200, 201, 409]) t.ok((seen.get(status) ?? 0) > 10, `there was ${status}`);
});
