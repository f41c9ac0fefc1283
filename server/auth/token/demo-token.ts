// Access tokens for the command line (npm run token): without a sign-in, so only with demo data and only on this machine.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type JWTPayload, SignJWT } from 'jose';
import { resourceTypes } from '../../fhir/elements.ts';
import type { ClientDirectory } from '../client/directory.ts';
import type { AuthDeps } from '../deps.ts';
import { ADMIN_ROLE, type PatientDirectory, type UserDirectory } from '../directory.ts';
import {
  ADMIN_SCOPE,
  type CheckCriteria,
  grantable,
  readScope,
  scopeProblem,
  scopeWords,
} from '../launch/scopes.ts';
import type { Keys } from './keys.ts';
import { ACCESS_TOKEN_SECONDS, userClaims } from './token.ts';

export interface DemoTokenDeps {
  config: AuthDeps['config'];
  now: () => Date;
  users: UserDirectory;
  clients: ClientDirectory;
  patients: PatientDirectory;
  keys: Pick<Keys, 'accessToken'>;
  checkCriteria?: CheckCriteria;
}

/** Body of `POST /auth/demo-token`: a user, perhaps with a patient and an encounter, or a client. */
export interface DemoTokenRequest {
  user?: string;
  patient?: string;
  encounter?: string;
  client?: string;
  scope?: string;
}

const FIELDS = ['user', 'patient', 'encounter', 'client', 'scope'];

/** A refusal in one sentence. */
class Refusal extends Error {}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1', 'localhost', '[::1]']);

/** True for a program on this machine: not for a browser's page, and not for what a proxy passes on. */
function isLocalProgram({ ip, headers }: FastifyRequest): boolean {
  const host = `http://${headers.host}`;
  const proxied = headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via;
  const browser = headers.origin ?? headers['sec-fetch-site'];
  return (
    LOOPBACK.has(ip) && !proxied && !browser && URL.canParse(host) && LOOPBACK.has(new URL(host).hostname)
  );
}

function readRequest(text: string): DemoTokenRequest {
  const body = JSON.parse(text) as unknown;
  const fields = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  if (!fields.length || fields.some(([name, value]) => !FIELDS.includes(name) || typeof value !== 'string')) {
    throw new Refusal(`The body has to be a JSON object with texts in ${FIELDS.join(', ')}.`);
  }
  return body as DemoTokenRequest;
}

function scopeOf(
  { checkCriteria }: DemoTokenDeps,
  asked: string | undefined,
  fallback: string,
  allowed: string,
): string {
  const words = scopeWords(asked ?? fallback);
  const wrong = words.find((word) => readScope(word).kind === 'unknown');
  if (wrong)
    throw new Refusal(
      `The scope ${wrong} is not one that this server gives. Try user/*.rs or patient/Task.cruds.`,
    );
  const granted = asked === undefined ? words : grantable(asked, allowed, resourceTypes);
  const problem = scopeProblem([...words, ...granted], checkCriteria);
  if (problem) throw new Refusal(problem.sentence);
  if (!granted.length) throw new Refusal(`The scope ${asked} is beyond what may be given: ${allowed}.`);
  return granted.join(' ');
}

async function forUser(
  deps: DemoTokenDeps,
  { user: username = '', patient, encounter, scope }: DemoTokenRequest,
) {
  const { users, patients } = deps;
  const user = await users.find(username);
  const names = (await users.list()).map((one) => one.username);
  if (!names.length) throw new Refusal('No demo data is loaded, so there are no demo users.');
  if (!user) throw new Refusal(`There is no user ${username}. Users: ${names.join(', ')}.`);
  if (patient && !(await patients.find(patient))) throw new Refusal(`There is no patient ${patient}.`);
  if (encounter && !patient) throw new Refusal('An encounter needs its patient. Name both.');
  const administration = user.role === ADMIN_ROLE ? ` ${ADMIN_SCOPE}` : '';
  const fallback = patient ? 'patient/*.cruds' : 'user/*.cruds';
  return {
    sub: user.username,
    client_id: 'demo-token',
    ...userClaims(user, { patient, encounter }),
    scope: scopeOf(deps, scope, fallback, `patient/*.cruds user/*.cruds${administration}`),
  };
}

async function forClient(deps: DemoTokenDeps, { client: id = '', scope }: DemoTokenRequest) {
  const { clients } = deps;
  const client = await clients.find(id);
  const names = (await clients.list()).map((one) => one.id);
  if (!names.length) throw new Refusal('No demo data is loaded, so there are no demo clients.');
  if (!client) throw new Refusal(`There is no client ${id}. Clients: ${names.join(', ')}.`);
  return { sub: client.id, client_id: client.id, scope: scopeOf(deps, scope, client.scope, client.scope) };
}

/** The claims as an access token like those of the token endpoint. */
function sign({ config, now, keys }: DemoTokenDeps, claims: JWTPayload): Promise<string> {
  const issued = Math.floor(now().getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: keys.accessToken.kid })
    .setIssuer(`${config.publicUrl}/auth`)
    .setAudience(`${config.publicUrl}/fhir`)
    .setJti(randomUUID())
    .setIssuedAt(issued)
    .setExpirationTime(issued + ACCESS_TOKEN_SECONDS)
    .sign(keys.accessToken.privateKey);
}

/** Adds `POST /auth/demo-token`; nothing when demo data is off or the server is reachable from elsewhere. */
export function registerDemoTokens(app: FastifyInstance, deps: DemoTokenDeps): void {
  const { DEMO, HOST, publicUrl } = deps.config;
  if (DEMO === 'off' || !LOOPBACK.has(HOST) || !LOOPBACK.has(new URL(publicUrl).hostname)) return;

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    scope.post<{ Body: string }>('/auth/demo-token', async (request, reply) => {
      const refuse = (status: number, message: string) => reply.code(status).send({ error: message });
      if (!isLocalProgram(request))
        return refuse(403, 'Demo tokens are given only to programs on this machine.');
      try {
        const wanted = readRequest(request.body);
        const claims = await (wanted.client === undefined ? forUser : forClient)(deps, wanted);
        return await reply
          .header('cache-control', 'no-store')
          .send({ access_token: await sign(deps, claims), expires_in: ACCESS_TOKEN_SECONDS });
      } catch (error) {
        if (error instanceof Refusal || error instanceof SyntaxError) return refuse(400, error.message);
        throw error;
      }
    });
  });
}
