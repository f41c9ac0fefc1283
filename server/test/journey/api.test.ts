// A journey through the API with an independent client, over real HTTP: the demo stories as a payer's or an EHR's program sees them.
// https://hl7.org/fhir/R4/http.html
import type {
  Bundle,
  CapabilityStatement,
  OperationOutcome,
  Patient,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import t from 'tap';
import { startServer } from '../helpers/server.ts';

const server = await startServer(t, { open: false, demo: true, listen: true });
const answer = await fetch(`${server.url}/auth/demo-token`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ user: 'nurse' }),
});
const { access_token: bearerToken } = (await answer.json()) as { access_token: string };
const client = new Client({ baseUrl: server.base, bearerToken });

/** The client's types know any FHIR version; these are R4's. */
const as = <T>(found: unknown): T => found as T;
const resources = <T extends Resource>(bundle: unknown): T[] =>
  (as<Bundle<T>>(bundle).entry ?? []).flatMap(({ resource }) => resource ?? []);

interface ClientError {
  response: { status: number; data: OperationOutcome };
}
async function refusal(work: Promise<unknown>): Promise<ClientError['response']> {
  const error = await work.then(
    () => undefined,
    (failure: ClientError) => failure,
  );
  if (!error?.response) throw new Error(`This was not refused: ${String(error)}`);
  return error.response;
}

t.test('it finds what the server offers, and its SMART endpoints', async (t) => {
  const statement = as<CapabilityStatement>(await client.capabilityStatement());
  t.match(statement, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
  t.match(await client.smartAuthMetadata(), {
    authorizeUrl: { href: `${server.url}/auth/authorize` },
    tokenUrl: { href: `${server.url}/auth/token` },
  });
});

t.test('it reads Ana, and searches her open tasks with what they are for', async (t) => {
  const ana = as<Patient>(await client.read({ resourceType: 'Patient', id: 'ana-reyes' }));
  t.equal(ana.id, 'ana-reyes');
  const found = await client.search({
    resourceType: 'Task',
    searchParams: {
      patient: 'Patient/ana-reyes',
      status: 'requested,in-progress,accepted,ready',
      _include: 'Task:patient',
      _count: 100,
    },
  });
  const tasks = resources<Task>(found).filter(({ resourceType }) => resourceType === 'Task');
  t.ok(tasks.length > 0);
  for (const task of tasks) t.equal(task.for?.reference, 'Patient/ana-reyes');
  t.same(
    resources(found)
      .filter(({ resourceType }) => resourceType === 'Patient')
      .map(({ id }) => id),
    ['ana-reyes'],
  );
  const posted = await client.resourceSearch({
    resourceType: 'Task',
    searchParams: { patient: 'Patient/ana-reyes', _count: 100 },
    options: { postSearch: true },
  });
  t.ok(resources<Task>(posted).length >= tasks.length, 'by POST _search too');
});

t.test('it follows the next links through every page; each task comes once', async (t) => {
  const all = resources<Task>(
    await client.search({ resourceType: 'Task', searchParams: { _count: 1000 } }),
  ).map(({ id }) => id);
  const seen: (string | undefined)[] = [];
  let pages = 0;
  for (
    let page: Bundle | undefined = as<Bundle>(
      await client.search({ resourceType: 'Task', searchParams: { _count: 7, _sort: 'status' } }),
    );
    page;
    pages++
  ) {
    seen.push(...resources<Task>(page).map(({ id }) => id));
    const next: unknown = await client.nextPage({ bundle: page as never });
    page = next ? as<Bundle>(next) : undefined;
  }
  t.equal(pages, Math.ceil(all.length / 7));
  t.same([...seen].sort(), [...all].sort());
});

t.test('it updates with If-Match; the second of two writers is told', async (t) => {
  const task = as<Task>(await client.read({ resourceType: 'Task', id: 'ana-reminder-cardiology' }));
  const mine = { ...task, description: 'changed by me' };
  const options = { headers: { 'If-Match': `W/"${task.meta?.versionId}"` } };
  const updated = as<Task>(
    await client.update({ resourceType: 'Task', id: task.id!, body: mine as never, options }),
  );
  t.equal(updated.meta?.versionId, String(Number(task.meta?.versionId) + 1));
  const { status, data } = await refusal(
    client.update({ resourceType: 'Task', id: task.id!, body: mine as never, options }),
  );
  t.equal(status, 412);
  t.match(data.issue, [{ code: 'conflict', diagnostics: /Somebody changed this resource meanwhile/ }]);
  const history = as<Bundle<Task>>(await client.history({ resourceType: 'Task', id: task.id! }));
  t.same(
    resources<Task>(history).map(({ meta }) => meta?.versionId),
    [updated.meta?.versionId, task.meta?.versionId],
  );
  const former = as<Task>(
    await client.vread({ resourceType: 'Task', id: task.id!, version: task.meta!.versionId! }),
  );
  t.same(former, task, 'the version before is as it was');
});

t.test('it writes a new patient with a task in one transaction, finds them, and deletes them', async (t) => {
  const fullUrl = 'urn:uuid:33333333-7c9a-4f5e-9a54-1d3c7c6e4b12';
  const identifier = [{ system: 'https://throughline.example/fhir/identifier/member', value: 'J-1' }];
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl,
        resource: { resourceType: 'Patient', identifier, name: [{ family: 'Journey', given: ['Jo'] }] },
        request: { method: 'POST', url: 'Patient', ifNoneExist: `identifier=${identifier[0]!.system}|J-1` },
      },
      {
        resource: { resourceType: 'Task', status: 'requested', intent: 'order', for: { reference: fullUrl } },
        request: { method: 'POST', url: 'Task' },
      },
    ],
  };
  const written = as<Bundle>(await client.transaction({ body: body as never }));
  t.same(
    written.entry?.map(({ response }) => response?.status?.slice(0, 3)),
    ['201', '201'],
  );
  const [found] = resources<Patient>(
    await client.search({ resourceType: 'Patient', searchParams: { identifier: 'J-1' } }),
  );
  const [task] = resources<Task>(
    await client.search({ resourceType: 'Task', searchParams: { patient: found!.id! } }),
  );
  t.equal(task?.for?.reference, `Patient/${found?.id}`);
  const again = as<Bundle>(await client.transaction({ body: { ...body, entry: [body.entry[0]] } as never }));
  t.match(again.entry?.[0]?.response?.status, /^200/);
  await client.delete({ resourceType: 'Task', id: task!.id! });
  t.equal((await refusal(client.read({ resourceType: 'Task', id: task!.id! }))).status, 410);
});

t.test('its mistakes come back as outcomes that say what to do', async (t) => {
  const mistakes: [work: () => Promise<unknown>, status: number, says: RegExp][] = [
    [() => client.read({ resourceType: 'Patient', id: 'nobody' }), 404, /There is no Patient\/nobody/],
    [
      () => client.search({ resourceType: 'Task', searchParams: { nonsense: '1' } }),
      400,
      /Task has no search parameter "nonsense"/,
    ],
    [
      () => client.create({ resourceType: 'Task', body: { resourceType: 'Task', intent: 'order' } as never }),
      422,
      /Task\.status is required/,
    ],
    [
      () => client.patch({ resourceType: 'Task', id: 'nobody', jsonPatch: [] as never }),
      404,
      /There is no Task\/nobody to patch/,
    ],
  ];
  for (const [work, status, says] of mistakes) {
    const refused = await refusal(work());
    t.equal(refused.status, status, String(says));
    t.match(refused.data.issue[0]?.diagnostics, says);
  }
});

t.test('without its token it is told to get one', async (t) => {
  const { status, data } = await refusal(
    new Client({ baseUrl: server.base }).read({ resourceType: 'Patient', id: 'ana-reyes' }),
  );
  t.equal(status, 401);
  t.match(data.issue[0], { code: 'login', diagnostics: /needs an access token/ });
});
