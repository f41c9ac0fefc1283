// A statement that takes too long is answered with 503 and a transient issue, writes nothing, and costs nobody else anything.
// https://hl7.org/fhir/R4/valueset-issue-type.html
import t from 'tap';
import { createDatabase } from '../helpers/database.ts';
import { asking } from '../helpers/server.ts';
import { database, outcome, patient } from '../interaction/sample.ts';
import { openServer } from './servers.ts';

const { url } = await createDatabase(t);
const ask = asking(await openServer(t, `${url}?statement_timeout=400`));
const sql = database(t, url);
const put = (id: string, family = 'Before') =>
  ask('PUT', `/Patient/${id}`, { ...patient(id, { name: [{ family }] }), id });
for (const id of ['locked', 'free']) await put(id);

// `timeout` lies below `transient` in the code system of issue types.
const late = { status: 503, code: 'timeout', says: /took longer than the server allows/ };

// microsoft/fhir-server #1452
t.test(
  'a write that waits too long for a row is 503 with Retry-After, and is not carried out later',
  async (t) => {
    await sql.begin(async (transaction) => {
      await transaction`select from resource where id = 'locked' for update`;
      const entry = [
        {
          resource: patient('new', { name: [{ family: 'Never' }] }),
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: { ...patient('locked'), id: 'locked' },
          request: { method: 'PUT', url: 'Patient/locked' },
        },
      ];
      for (const answer of [
        await put('locked', 'After'),
        await ask('DELETE', '/Patient/locked'),
        await ask('POST', '', { resourceType: 'Bundle', type: 'transaction', entry }),
      ]) {
        outcome(t, answer, { ...late, expression: answer.body.issue[0].expression });
        t.match(answer.headers['retry-after'], /^\d+$/);
      }
      t.equal((await put('free', 'Meanwhile')).status, 200, 'other rows can be written');
      t.equal((await ask('GET', '/Patient/locked')).status, 200, 'and this one read');
    });
    const { headers, body } = await ask('GET', '/Patient/locked');
    t.same([headers.etag, body.name[0].family], ['W/"1"', 'Before']);
    t.equal((await ask('GET', '/Patient?family=never&_summary=count')).body.total, 0);
    t.equal((await put('locked', 'After')).status, 200, 'and it works again');
  },
);

// microsoft/fhir-server #1452
t.test(
  'reads, searches and histories that take too long are 503 with Retry-After, alone and in a batch',
  async (t) => {
    const paths = [
      '/Patient/free',
      '/Patient?family=before',
      '/Patient/free/_history',
      '/_history',
      '/?_tag=x|y',
    ];
    const entry = paths.map((path) => ({ request: { method: 'GET', url: path.slice(1) } }));
    await sql.begin(async (transaction) => {
      await transaction`lock table resource, history, change in access exclusive mode`;
      for (const path of paths) {
        const answer = await ask('GET', path);
        outcome(t, answer, late, path);
        t.match(answer.headers['retry-after'], /^\d+$/, path);
      }
      const { status, body } = await ask('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
      t.equal(status, 200);
      for (const { response } of body.entry) {
        t.match(response.status, /^503/);
        t.match(response.outcome.issue, [{ severity: 'error', code: 'timeout' }]);
      }
    });
    for (const path of paths) t.equal((await ask('GET', path)).status, 200, path);
  },
);
