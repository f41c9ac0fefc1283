// What was done in charts that were opened in an emergency says so, whenever it is stored.
// https://terminology.hl7.org/CodeSystem-v3-ActReason.html (BTG)
import type { AuditEvent } from '@medplum/fhirtypes';
import t from 'tap';
import { createBreakGlass } from '../../store/break-glass.ts';
import { NURSE, openAudit, shown } from './harness.ts';

const emergencyOf = ({ purposeOfEvent }: AuditEvent) =>
  purposeOfEvent?.find(({ coding }) => coding?.[0]?.code === 'BTG');
const OPENED = { answer: { status: 200, result: { kind: 'json', status: 200, json: {} } } } as const;

t.test(
  'the event of an opening has its reason, and what is read until its end is an emergency',
  async (t) => {
    let now = new Date();
    const { save, ask, events, sql, ridOf } = await openAudit(t, { now: () => now });
    const task = (id: string, patient: string) => ({
      resourceType: 'Task',
      id,
      status: 'draft',
      intent: 'order',
      for: { reference: `Patient/${patient}` },
    });
    await save([
      { resourceType: 'Patient', id: 'ben' },
      { resourceType: 'Patient', id: 'ana' },
      task('t1', 'ben'),
      task('t2', 'ana'),
    ]);
    const open = createBreakGlass(sql, ridOf);
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000);
    const read = (id: string, access = NURSE) =>
      ask('GET', `/Task/${id}`, { access, answer: shown('Task', id, 1) });
    now = at(-1);
    await read('t1');
    await open({ subject: 'nurse', patient: 'ben', reason: 'Unconscious at the desk', minutes: 30 });
    now = new Date();
    await ask('POST', '/Patient/ben/$break-glass', OPENED);
    now = at(5);
    await read('t1');
    await ask('GET', '/Task?patient=ben', OPENED);
    await read('t2');
    await read('t1', { ...NURSE, subject: 'other' });
    now = at(31);
    await read('t1');
    const found = await events();
    t.same(
      found.map((event) => emergencyOf(event)),
      [
        undefined,
        {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }],
          text: 'Unconscious at the desk',
        },
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] },
        { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] },
        undefined,
        undefined,
        undefined,
      ],
    );
    t.match(
      found[2]!.purposeOfEvent?.[1],
      { coding: [{ code: 'TREAT' }] },
      "the caller's purposes stand beside",
    );
  },
);

t.test('each opening has its own reason, also when both are stored later', async (t) => {
  let now = new Date();
  const { save, ask, events, sql, ridOf } = await openAudit(t, { now: () => now });
  await save([{ resourceType: 'Patient', id: 'ben' }]);
  const open = createBreakGlass(sql, ridOf);
  for (const reason of ['The first of the reasons', 'The second of the reasons']) {
    await open({ subject: 'nurse', patient: 'ben', reason, minutes: 30 });
    now = new Date();
    await ask('POST', '/Patient/ben/$break-glass', OPENED);
    await new Promise((done) => setTimeout(done, 30));
  }
  await ask('POST', '/Patient/ben/$break-glass', { answer: { status: 403, issues: [] } });
  t.same(
    (await events()).map((event) => emergencyOf(event)?.text),
    ['The first of the reasons', 'The second of the reasons', undefined],
  );
});
