// What authorization costs: reads and searches with a token beside the same ones with `--open`, and the time to get a token.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { saveClients, saveUsers } from '../../server/auth/index.ts';
import { createLaunch, FIRST_PARTY_CLIENT } from '../../server/auth/launch/launch.ts';
import { openPool, type Sql } from '../../server/db/pool.ts';
import { asked, byTurns, type Load, p95, timed } from './request.ts';
import { type Figure, figure, type Place, startServer } from './run.ts';

const NURSE = 'bench-nurse';
const AUDITOR = 'bench-auditor';
const BACKEND = 'bench-backend';
/** Patients whose charts are open, each with a token of its own. */
const CHARTS = 100;
/** Read and searched for in turn. */
const REQUESTS = 1_000;
/** Short turns: the audit of each is stored before the limit's turn, which takes longer than the turn. */
const SECONDS = 2;
const CALLERS = 2;
const TOKENS = 200;
const ROUNDS = 5;
/** Milliseconds within which 95 of 100 tokens are to be issued. */
const TOKEN_GOAL = 50;
/** Seconds from now; an assertion is good for five minutes at most. */
const ASSERTION_LIFE = 240;

interface TokenAnswer {
  access_token: string;
  refresh_token?: string;
}

async function postToken(url: string, form: Record<string, string>): Promise<TokenAnswer> {
  const answer = await fetch(`${url}/auth/token`, { method: 'POST', body: new URLSearchParams(form) });
  if (!answer.ok)
    throw new Error(`A token request was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as TokenAnswer;
}

/** A whole EHR launch. */
async function launch(
  url: string,
  sql: Sql,
  username: string,
  scope: string,
  patient?: string,
): Promise<TokenAnswer> {
  const handle = await createLaunch(sql, new Date(), { username, ...(patient && { patient }) });
  const verifier = randomBytes(32).toString('base64url');
  const client = { client_id: FIRST_PARTY_CLIENT, redirect_uri: `${url}/app/` };
  const parameters = new URLSearchParams({
    ...client,
    response_type: 'code',
    scope: `launch ${scope}`,
    aud: `${url}/fhir`,
    launch: handle,
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await fetch(`${url}/auth/authorize?${parameters}`, { redirect: 'manual' });
  const code = URL.parse(answer.headers.get('location') ?? '')?.searchParams.get('code');
  if (!code) throw new Error(`A launch was answered with ${answer.status} and no code.`);
  return postToken(url, { ...client, grant_type: 'authorization_code', code, code_verifier: verifier });
}

/** Registers a nurse, an auditor and a back-end client. @returns what signs the client's assertions */
async function register(sql: Sql): Promise<CryptoKey> {
  await saveUsers(sql, [
    { username: NURSE, name: 'Nurse', role: 'rn', fhirUser: 'PractitionerRole/bench-nurse' },
    { username: AUDITOR, name: 'Auditor', role: 'auditor', fhirUser: 'PractitionerRole/bench-auditor' },
  ]);
  const { privateKey, publicKey } = await generateKeyPair('ES384');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES384', use: 'sig' };
  await saveClients(sql, [
    {
      id: BACKEND,
      name: 'Back end',
      scope: 'system/*.rs',
      role: 'quality-system',
      metadata: {
        redirect_uris: [],
        response_types: [],
        grant_types: ['client_credentials'],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [jwk] },
      },
    },
  ]);
  return privateKey;
}

/** The n-th request of 1,000, with the token that goes with it. */
const requests = (
  address: (n: number) => string,
  token: (n: number) => string | undefined,
): Load['requests'] =>
  Array.from({ length: REQUESTS }, (_, n) => ({
    method: 'GET',
    path: `/fhir/Task${address(n)}`,
    ...(token(n) && { headers: { authorization: `Bearer ${token(n)}` } }),
  }));

const chart = (n: number, patients: number): string => asked.patient(n % CHARTS, patients);

/** Milliseconds of 95 of 100 tokens, by round, held against the goal. */
async function tokenFigure(
  name: string,
  issue: (n: number, caller: number) => Promise<unknown>,
): Promise<Figure> {
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times = await timed(async (n, caller) => void (await issue(n, caller)), CALLERS, TOKENS);
    if (round) rounds.push(p95(times));
  }
  return figure(
    name,
    'ms',
    rounds,
    rounds.map(() => TOKEN_GOAL),
    1,
    false,
  );
}

async function tokenFigures(
  url: string,
  sql: Sql,
  key: CryptoKey,
  report: (figure: Figure) => void,
): Promise<void> {
  const assertion = () =>
    new SignJWT({
      iss: BACKEND,
      sub: BACKEND,
      aud: `${url}/auth/token`,
      jti: randomBytes(16).toString('hex'),
    })
      .setProtectedHeader({ alg: 'ES384', kid: 'bench', typ: 'JWT' })
      .setExpirationTime(Math.floor(Date.now() / 1000) + ASSERTION_LIFE)
      .sign(key);
  // Signed beforehand: that is the client's work.
  const assertions = await Promise.all(Array.from({ length: TOKENS * (ROUNDS + 1) }, assertion));
  const byAssertion = () =>
    postToken(url, {
      grant_type: 'client_credentials',
      scope: 'system/Task.rs',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertions.pop()!,
    });
  report(await tokenFigure('auth: p95 of a token by private_key_jwt ES384', byAssertion));
  const chains = await Promise.all(
    Array.from({ length: CALLERS }, () => launch(url, sql, NURSE, 'online_access user/Task.rs')),
  );
  const byRefresh = async (_: number, caller: number) => {
    chains[caller] = await postToken(url, {
      grant_type: 'refresh_token',
      client_id: FIRST_PARTY_CLIENT,
      refresh_token: chains[caller]!.refresh_token!,
    });
  };
  report(await tokenFigure('auth: p95 of a token by refresh', byRefresh));
}

/**
 * Waits until the audit of all requests is stored, as a search for it does: what is left would slow the limit's turn down.
 * The server answers 503 while there is too much of it.
 */
async function settled(url: string, auditor: string): Promise<void> {
  const headers = { authorization: `Bearer ${auditor}` };
  for (let n = 0; n < 60; n++) {
    const answer = await fetch(`${url}/fhir/AuditEvent?_count=1`, { headers });
    await answer.arrayBuffer();
    if (answer.ok) return;
    if (answer.status !== 503) throw new Error(`The auditor was answered with ${answer.status}.`);
  }
  throw new Error('The audit is not stored.');
}

/** Reads and searches with a token, beside the same ones on a server with `--open` on the same database. */
async function requestRates(
  url: string,
  open: string,
  sql: Sql,
  patients: number,
  tasks: number,
  report: (figure: Figure) => void,
): Promise<void> {
  const { access_token: nurse } = await launch(url, sql, NURSE, 'user/*.cruds');
  const { access_token: auditor } = await launch(url, sql, AUDITOR, 'user/AuditEvent.rs');
  const settle = () => settled(url, auditor);
  const charts = new Map<string, string>();
  for (let n = 0; n < CHARTS; n++) {
    const patient = chart(n, patients);
    charts.set(patient, (await launch(url, sql, NURSE, 'patient/Task.rs', patient)).access_token);
  }
  const ofChart = (n: number) => charts.get(chart(n, patients));
  const named = (n: number) => `patient=${chart(n, patients)}&status=in-progress`;
  const coded = (n: number) => `code=${asked.code(n >> 1)}&status=in-progress`;
  type Row = [name: string, goal: number, ours: Load['requests'], address: (n: number) => string];
  const read = (n: number) => `/${asked.task(n, tasks)}`;
  const rows: Row[] = [
    ['auth: read as a nurse', 0.85, requests(read, () => nurse), read],
    [
      'auth: search patient=&status= of one chart',
      0.8,
      requests((n) => `?${named(n)}`, ofChart),
      (n) => `?${named(n)}`,
    ],
    [
      'auth: search code=&status= of one chart; open with patient=',
      0.8,
      requests((n) => `?${coded(n)}`, ofChart),
      (n) => `?patient=${chart(n, patients)}&${coded(n)}`,
    ],
  ];
  for (const [name, goal, ours, address] of rows) {
    const limit = { url: open, requests: requests(address, () => undefined) };
    const rates = await byTurns({ url, requests: ours }, limit, { seconds: SECONDS, settle });
    report(figure(name, '/s', rates.ours, rates.limit, goal));
  }
}

export async function authFigures(
  place: Place,
  patients: number,
  tasks: number,
  report: (figure: Figure) => void,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-bench-audit-'));
  const authorized = await startServer(place, { folder });
  const open = await startServer(place);
  const sql = openPool(place.databaseUrl, { max: 2 });
  try {
    const key = await register(sql);
    await tokenFigures(authorized.url, sql, key, report);
    await requestRates(authorized.url, open.url, sql, patients, tasks, report);
  } finally {
    await sql.end();
    for (const { child } of [open, authorized]) {
      child.kill();
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
