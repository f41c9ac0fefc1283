// Tests of how long launches are remembered: access tokens, refresh tokens and their grants.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html#scopes-for-requesting-a-refresh-token
import { decodeJwt } from 'jose';
import t from 'tap';
import { ehrLaunch, refresh, type Server, startAuthorizationServer } from './harness.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const CONTEXT = { username: 'nurse', patient: 'ana' };

type Kind = 'RefreshToken' | 'Grant';

/** The grant that an access token was made from. */
const grantOf = (answer: { access_token: string }) => String(decodeJwt(answer.access_token).grant_id);

/** A grant itself, or the one refresh token of it that can be used. */
const rowOf = ({ sql }: Server, kind: Kind, grant: string) =>
  kind === 'Grant'
    ? sql`kind = 'Grant' and id = ${grant}`
    : sql`kind = 'RefreshToken' and grant_id = ${grant} and not payload ? 'consumed'`;

/** Seconds that a record still lives, about; not a number unless there is exactly one. */
async function secondsLeft(server: Server, kind: Kind, grant: string): Promise<number> {
  const rows = await server.sql`
    select extract(epoch from expires_at - now())::float8 as seconds from auth_record
    where ${rowOf(server, kind, grant)}`;
  return rows.length === 1 ? rows[0]!.seconds : Number.NaN;
}

/** Lets a record end in so many seconds. */
const endIn = (server: Server, kind: Kind, grant: string, seconds: number) => server.sql`
  update auth_record set expires_at = now() + make_interval(secs => ${seconds}),
    payload = payload || jsonb_build_object('exp', floor(extract(epoch from now()))::int + ${seconds}::int)
  where ${rowOf(server, kind, grant)}`;

const nearly = (seconds: number, wanted: number) => Math.abs(seconds - wanted) < 60;

async function renewed(app: Parameters<typeof refresh>[0], token: string): Promise<string> {
  const response = await refresh(app, token);
  return ((await response.json()) as { refresh_token: string }).refresh_token;
}

t.test('lifetimes', async (t) => {
  const server = await startAuthorizationServer(t);

  t.test('online_access ends twelve hours after the launch, however often it is used', async (t) => {
    const { app, answer } = await ehrLaunch(server, CONTEXT, 'launch online_access patient/*.rs');
    const grant = grantOf(answer);
    t.equal(answer.expires_in, HOUR);
    t.ok(nearly(await secondsLeft(server, 'RefreshToken', grant), 12 * HOUR));
    await endIn(server, 'Grant', grant, 20 * 60);
    await renewed(app, answer.refresh_token!);
    t.ok(nearly(await secondsLeft(server, 'RefreshToken', grant), 20 * 60));
  });

  t.test(
    'offline_access ends when it is not used for thirty days, and a year after the launch',
    async (t) => {
      const { app, answer } = await ehrLaunch(server, CONTEXT, 'launch offline_access patient/*.rs');
      const grant = grantOf(answer);
      t.ok(nearly(await secondsLeft(server, 'RefreshToken', grant), 30 * DAY));
      t.ok(nearly(await secondsLeft(server, 'Grant', grant), 365 * DAY));
      const [launch] = await server.sql`
      select extract(epoch from expires_at - now())::float8 as seconds from auth_launch where grant_id = ${grant}`;
      t.ok(nearly(launch!.seconds, 365 * DAY), 'the launch context is kept as long');
      await endIn(server, 'RefreshToken', grant, HOUR);
      const second = await renewed(app, answer.refresh_token!);
      t.ok(nearly(await secondsLeft(server, 'RefreshToken', grant), 30 * DAY), 'used, it lives on');
      await endIn(server, 'Grant', grant, 2 * DAY);
      await renewed(app, second);
      t.ok(nearly(await secondsLeft(server, 'RefreshToken', grant), 2 * DAY), 'never beyond its grant');
    },
  );

  t.test('without a refresh token the grant lives as long as its access token', async (t) => {
    const { answer } = await ehrLaunch(server, CONTEXT, 'launch patient/*.rs');
    t.notOk(answer.refresh_token);
    t.ok(nearly(await secondsLeft(server, 'Grant', grantOf(answer)), HOUR));
  });

  t.same(server.problems, [], 'nothing went wrong inside');
});
