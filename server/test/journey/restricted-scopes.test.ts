// A token narrowed by search parameters, on the whole server: what it asks for is enforced by the search engine, everywhere.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
import t from 'tap';
import { startServer } from '../helpers/server.ts';

interface Bundle {
  total?: number;
  entry?: { resource: { resourceType: string; id: string; status: string } }[];
}

t.test('scopes narrowed by search parameters', async (t) => {
  const server = await startServer(t, { open: false, demo: true, listen: true });
  const asked = (scope: string) =>
    fetch(`${server.url}/auth/demo-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: 'navigator', scope }),
    });
  const reader = async (scope: string) => {
    const { access_token } = (await (await asked(scope)).json()) as { access_token: string };
    return (path: string) =>
      fetch(`${server.base}${path}`, { headers: { authorization: `Bearer ${access_token}` } });
  };
  const tasksOf = async (response: Response) => ((await response.json()) as Bundle).entry ?? [];

  t.test('a search finds what matches the scope and nothing else', async (t) => {
    const all = await tasksOf(await (await reader('user/Task.rs'))('/Task?_count=200'));
    const statuses = new Set(all.map(({ resource }) => resource.status));
    t.ok(statuses.size > 1, 'the demo stories have tasks of several statuses');
    for (const status of statuses) {
      const read = await reader(`user/Task.rs?status=${status}`);
      const found = await tasksOf(await read('/Task?_count=200'));
      const wanted = all.filter(({ resource }) => resource.status === status);
      t.same(
        found.map(({ resource }) => resource.id).sort(),
        wanted.map(({ resource }) => resource.id).sort(),
        status,
      );
      const [other] = all.filter(({ resource }) => resource.status !== status);
      t.equal((await read(`/Task/${wanted[0]!.resource.id}`)).status, 200);
      t.ok([403, 404].includes((await read(`/Task/${other!.resource.id}`)).status), 'and a read refuses');
    }
  });

  t.test('two restrictions of one type add up', async (t) => {
    const both = await reader('user/Task.rs?status=requested user/Task.rs?status=in-progress');
    const statuses = (await tasksOf(await both('/Task?_count=200'))).map(({ resource }) => resource.status);
    t.ok(statuses.length);
    t.ok(statuses.every((status) => status === 'requested' || status === 'in-progress'));
  });

  t.test('what the engine cannot enforce is not granted, and the sentence names the parameter', async (t) => {
    const cases: [scope: string, error: RegExp][] = [
      ['user/Task.rs?modified=gt2020', /modified.*cannot limit access/],
      ['user/Task.rs?nonsense=1', /Task has no search parameter 'nonsense'/],
      ['user/*.rs?status=final', /Not all resource types have search parameter 'status'/],
      ['user/Task.rs?status', /such as \?status=active/],
    ];
    for (const [scope, error] of cases) {
      const response = await asked(scope);
      t.equal(response.status, 400, scope);
      t.match(((await response.json()) as { error: string }).error, error);
    }
    t.equal((await asked('user/*.rs?_tag=http://example.org/tags|x')).status, 200);
  });
});
