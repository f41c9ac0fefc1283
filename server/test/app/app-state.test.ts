// What the app keeps for a person between launches: read back by them, by nobody else, one resource for each key.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-state.html
import type { Bundle } from '@medplum/fhirtypes';
import t from 'tap';
import { isFresh, keyOf } from '../../../smart-app/drafts/draft.ts';
import { createKeeper } from '../../../smart-app/drafts/keeper.ts';
import { dropState, readState, saveState } from '../../../smart-app/fhir/app-state.ts';
import { type Client, createClient } from '../../../smart-app/fhir/client.ts';
import { startServer } from '../helpers/server.ts';

const { url, base } = await startServer(t, { open: false, demo: true, listen: true });

async function signIn(user: string) {
  const answer = await fetch(`${url}/auth/demo-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  const client = createClient(base, (path, init = {}) =>
    fetch(path ? `${base}/${path}` : base, {
      ...init,
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${access_token}` },
    }),
  );
  return { client, me: `PractitionerRole/${user}` };
}
const nurse = await signIn('nurse');
const navigator = await signIn('navigator');

const kept = async ({ client }: { client: Client }): Promise<number> =>
  ((await client.page('Basic?code=app-state&_summary=count')) as Bundle).total ?? 0;
const soon = (time: number) => new Promise((done) => setTimeout(done, time));

t.test('a state is kept, read back, replaced in its place, and ended', async (t) => {
  const { client, me } = nurse;
  const key = 'draft/note/a,b|c$d\\e/';
  t.equal(await readState(client, me, key), undefined);
  await saveState(client, me, key, { words: 'Ñandú, «so»' });
  t.strictSame(await readState(client, me, key), { words: 'Ñandú, «so»' });
  await saveState(client, me, key, ['again']);
  t.strictSame(await readState(client, me, key), ['again']);
  t.equal(await kept(nurse), 1, 'one resource a key');
  await saveState(client, me, 'views', 1);
  t.strictSame(await readState(client, me, key), ['again'], 'another key is another state');
  await dropState(client, me, key);
  t.equal(await readState(client, me, key), undefined);
  await dropState(client, me, key);
  t.equal(await readState(client, me, 'views'), 1);
  await dropState(client, me, 'views');
  t.equal(await kept(nurse), 0);
});

t.test('nobody reads, replaces or ends the state of somebody else', async (t) => {
  await saveState(nurse.client, nurse.me, 'views', 'of the nurse');
  t.equal(await readState(navigator.client, nurse.me, 'views'), undefined);
  const refusal = await saveState(navigator.client, nurse.me, 'views', 'changed').catch(
    (error: unknown) => error,
  );
  t.match(refusal, { status: 403 });
  await dropState(navigator.client, nurse.me, 'views').catch(() => undefined);
  await saveState(navigator.client, navigator.me, 'views', 'of the navigator');
  t.equal(await readState(nurse.client, nurse.me, 'views'), 'of the nurse');
  t.equal(await readState(navigator.client, navigator.me, 'views'), 'of the navigator');
});

t.test('a draft belongs to a form, a patient and a task', async (t) => {
  const task = { resourceType: 'Task', id: 'call', status: 'ready', intent: 'order' } as const;
  const keys = [
    keyOf('complete', { patient: 'ana', task }),
    keyOf('complete', { patient: 'ana' }),
    keyOf('complete', { patient: 'marcus', task }),
    keyOf('hold', { patient: 'ana', task }),
  ];
  t.equal(new Set(keys).size, keys.length);
});

t.test('a draft is kept after a rest, at once when the form is left, and ends when it is done', async (t) => {
  const { client, me } = nurse;
  const told: boolean[] = [];
  const keeper = () => createKeeper<string>(client, me, 'draft/test', (isKept) => told.push(isKept));
  const one = keeper();
  t.equal(await one.read(), undefined);
  for (const words of ['S', 'Sp', 'Spoke']) one.change(words);
  t.equal(await readState(client, me, 'draft/test'), undefined, 'not while somebody types');
  await soon(1_200);
  t.match(await keeper().read(), { value: 'Spoke' });
  t.strictSame(told, [true], 'once');

  one.change('Spoke with');
  one.leave();
  await soon(300);
  const other = keeper();
  t.match(await other.read(), { value: 'Spoke with' });
  other.change(undefined);
  await soon(300);
  t.equal(await readState(client, me, 'draft/test'), undefined, 'what is emptied is not kept');

  other.change('Again');
  await soon(1_200);
  other.change('Again and more');
  other.forget();
  other.leave();
  await soon(1_200);
  t.equal(await readState(client, me, 'draft/test'), undefined, 'what is done is not kept');
});

t.test('a draft of more than thirty days ago is dropped when it is seen', async (t) => {
  const { client, me } = nurse;
  const now = new Date('2026-03-31T12:00:00Z');
  t.ok(isFresh({ at: '2026-03-02T12:00:00Z', value: 1 }, now));
  t.notOk(isFresh({ at: '2026-03-01T11:59:59Z', value: 1 }, now));
  t.notOk(isFresh({ at: 'some day', value: 1 }, now));
  await saveState(client, me, 'draft/old', { at: '2020-01-01T00:00:00Z', value: 'old' });
  t.equal(await createKeeper(client, me, 'draft/old', () => undefined).read(), undefined);
  await soon(300);
  t.equal(await readState(client, me, 'draft/old'), undefined);
});

t.test('a draft that cannot be kept is told, and nothing breaks', async (t) => {
  const told: boolean[] = [];
  const away = createClient(base, () => Promise.reject(new TypeError('no network')));
  const keeper = createKeeper<string>(away, nurse.me, 'draft/away', (isKept) => told.push(isKept));
  t.equal(await keeper.read(), undefined);
  keeper.change('Words');
  await soon(1_000);
  t.strictSame(told, [false]);
  keeper.leave();
});
