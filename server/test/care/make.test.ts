// The times of the tasks that the rules make and change. https://hl7.org/fhir/R4/task-definitions.html#Task.lastModified
import type { Task } from '@medplum/fhirtypes';
import t from 'tap';
import { momentAfter } from '../../care/make.ts';

t.test(
  'a task is not modified before a unit that began later made it, nor ends before it began',
  async (t) => {
    const now = new Date('2026-03-02T15:00:00.000Z');
    const task = (more: Partial<Task>): Task => ({
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      ...more,
    });
    const rows: [Partial<Task>, string][] = [
      [{}, '2026-03-02T15:00:00.000Z'],
      [{ authoredOn: '2026-03-01', lastModified: '2026-03-02T14:59:59Z' }, '2026-03-02T15:00:00.000Z'],
      [{ authoredOn: '2026-03-02T15:00:00.050Z' }, '2026-03-02T15:00:00.050Z'],
      [{ lastModified: '2026-03-02T16:30:00+01:00' }, '2026-03-02T16:30:00+01:00'],
      [{ executionPeriod: { start: '2026-03-02T15:00:01Z' } }, '2026-03-02T15:00:01Z'],
    ];
    for (const [more, expected] of rows) t.equal(momentAfter(task(more), { now }), expected);
  },
);
