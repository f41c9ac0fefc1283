// A record with a code of ours is held to its profile by every way of writing, whether it claims the profile or not.
// https://hl7.org/fhir/R4/profiling.html#resources · https://hl7.org/fhir/R4/validation.html
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { run } from '../helpers/process.ts';
import { asking, startServer } from '../helpers/server.ts';
import { outcome } from '../interaction/sample.ts';

const server = await startServer(t);
const ask = asking(server);
const CATEGORIES = 'https://throughline.example/fhir/CodeSystem/cn-category';
const ours = [{ coding: [{ system: CATEGORIES, code: 'referral' }] }];
const theirs = [{ coding: [{ system: 'http://snomed.info/sct', code: '3457005' }] }];
const REFUSED = { status: 422, code: 'invariant', says: /^A referral states a reason/ };

/** A referral as others write it: without an episode, and without a reason. */
const referral = (id: string, category: object[]) => ({
  resourceType: 'ServiceRequest',
  id,
  status: 'active',
  intent: 'order',
  category,
  code: { text: 'Heart' },
  subject: { reference: 'Patient/a' },
  authoredOn: '2026-03-02',
  requester: { display: 'Practice' },
});
const transaction = (resource: object) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ resource, request: { method: 'POST', url: 'ServiceRequest' } }],
});
await ask('PUT', '/Patient/a', { resourceType: 'Patient', id: 'a' });

t.test('a referral of ours without a reason is refused by create and by update', async (t) => {
  const expected = { ...REFUSED, expression: ['ServiceRequest'] };
  for (const [method, path] of [
    ['POST', '/ServiceRequest'],
    ['PUT', '/ServiceRequest/ours'],
  ] as const) {
    const answer = await ask(method, path, referral('ours', ours));
    outcome(t, answer, expected, method);
    t.equal(answer.body.issue[0].details.coding[0].code, 'cn-sr-2');
  }
  t.equal((await ask('GET', '/ServiceRequest/ours')).status, 404);
});

t.test('and by a transaction, which names the entry and stores nothing', async (t) => {
  const answer = await ask('POST', '', transaction(referral('ours', ours)));
  t.equal(answer.status, 422);
  const issue = answer.body.issue.find(
    ({ details }: { details?: { coding: { code: string }[] } }) => details?.coding[0]?.code === 'cn-sr-2',
  );
  t.match(issue, {
    severity: 'error',
    code: 'invariant',
    diagnostics: /^Entry 0: A referral states a reason/,
  });
  t.match(issue.expression[0], /^Bundle\.entry\[0\]\.resource/);
  t.equal((await ask('GET', '/ServiceRequest?_summary=count')).body.total, 0);
});

t.test('and by the import, which tells it and goes on with the next', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-recognised-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'requests.ndjson');
  const lines = [referral('ours', ours), referral('imported', theirs)].map((line) => JSON.stringify(line));
  writeFileSync(file, lines.join('\n'));
  const { ended, said } = run(t, 'scripts/import.ts', [file], {
    DATABASE_URL: server.databaseUrl,
    DATA_DIR: folder,
  });
  t.not(await ended, 0, 'the import says that not everything was taken');
  t.match(said.out + said.err, /1 (refused|resource)/);
  t.equal((await ask('GET', '/ServiceRequest/ours')).status, 404);
  t.equal((await ask('GET', '/ServiceRequest/imported')).status, 200);
});

t.test('the same record with codes of others only is taken as it is', async (t) => {
  t.equal((await ask('POST', '/ServiceRequest', referral('theirs', theirs))).status, 201);
  t.equal((await ask('PUT', '/ServiceRequest/theirs', referral('theirs', theirs))).status, 201);
  t.equal((await ask('POST', '', transaction(referral('theirs', theirs)))).status, 200);
});

t.test('a right record of ours is taken without a claim, and none is written into it', async (t) => {
  const right = {
    ...referral('right', ours),
    requisition: { system: 'https://throughline.example/fhir/identifier/episode', value: '1' },
    reasonCode: [{ text: 'Palpitations' }],
  };
  const { status, body } = await ask('PUT', '/ServiceRequest/right', right);
  t.equal(status, 201, JSON.stringify(body.issue));
  t.notOk(body.meta.profile);
});
