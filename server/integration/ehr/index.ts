// The back end of the demo EHR at /ehr/: which users and patients there are, its look, and a real SMART launch for one of them.
// A demonstration, not an interface: it trusts its caller to say who the user is. DEMO=off leaves it out.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-ehr-launch
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { badRequest, forbidden, notFound, unsupportedMediaType } from '../../fhir/errors.ts';
import { STYLES, type StyleName } from './style.ts';

export interface DemoEhrUser {
  username: string;
  name: string;
  role: string;
}

export interface DemoEhrPatient {
  id: string;
  name: string;
  birthDate?: string;
  gender?: string;
  /** Medical record number. */
  mrn?: string;
}

/** What a launch is made of; as `Auth.launch` takes it. */
export interface DemoEhrLaunch {
  username: string;
  patient?: string;
  encounter?: string;
  intent?: string;
  needPatientBanner?: boolean;
  /** The address of the chart's style, and how its page takes messages. */
  frame?: { styleUrl: string; messaging: { origin: string; handle: string } };
}

export interface DemoEhrDeps {
  config: { readonly publicUrl: string; readonly DEMO: string };
  users: { list(): Promise<DemoEhrUser[]>; find(username: string): Promise<DemoEhrUser | undefined> };
  patients: { list(): Promise<DemoEhrPatient[]>; find(id: string): Promise<DemoEhrPatient | undefined> };
  launch(context: DemoEhrLaunch): Promise<string>;
}

const FIELDS: Readonly<Record<string, 'string' | 'boolean'>> = {
  user: 'string',
  patient: 'string',
  encounter: 'string',
  intent: 'string',
  needPatientBanner: 'boolean',
  style: 'string',
};

interface LaunchRequest extends Omit<DemoEhrLaunch, 'username' | 'frame'> {
  user: string;
  style?: StyleName;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('The body is not valid JSON.');
  }
}

/** A body made of known fields of the right type, with a user. */
function launchRequest(text: string): LaunchRequest {
  const body = parse(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('The body has to be a JSON object, such as {"user": "nurse", "patient": "…"}.');
  }
  for (const [name, value] of Object.entries(body)) {
    const type = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (!type) throw badRequest(`Unknown field "${name}". Known fields: ${Object.keys(FIELDS).join(', ')}.`);
    if (typeof value !== type) throw badRequest(`The field "${name}" has to be a ${type}.`);
  }
  if ('style' in body && !Object.hasOwn(STYLES, String(body.style))) {
    throw badRequest(`The field "style" has to be one of ${Object.keys(STYLES).join(', ')}.`);
  }
  if (!('user' in body)) throw badRequest('The field "user" is missing. GET /ehr/context lists the users.');
  return body as LaunchRequest;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * A launch signs somebody in, and the lists name patients: a page of another site must get neither, also not under a
 * host name of its own that leads here (DNS rebinding).
 */
function fromOurOwnPage({ headers }: FastifyRequest, publicUrl: string): void {
  const own = new URL(publicUrl);
  const { origin, 'sec-fetch-site': site, host } = headers;
  const asked = URL.parse(`http://${host}`);
  const foreignHost = asked?.host !== own.host && !LOOPBACK.has(asked?.hostname ?? '');
  const foreignSite = site && site !== 'same-origin' && site !== 'none';
  if (foreignHost || foreignSite || (origin && origin !== own.origin)) {
    throw forbidden(`The demo EHR answers only to its own page. Open ${publicUrl}/ehr/.`);
  }
}

/** Adds `GET /ehr/context`, `GET /ehr/style/<name>.json` and `POST /ehr/launch`, unless DEMO is off. */
export function registerDemoEhr(
  app: FastifyInstance,
  { config, users, patients, launch }: DemoEhrDeps,
): void {
  const { publicUrl } = config;
  if (config.DEMO === 'off') return;

  app.get('/ehr/context', async (request, reply) => {
    fromOurOwnPage(request, publicUrl);
    const [people, charts] = await Promise.all([users.list(), patients.list()]);
    return reply.header('cache-control', 'no-store').send({
      users: people.map(({ username, name, role }) => ({ username, name, role })),
      patients: charts,
      publicUrl,
    });
  });

  for (const [name, style] of Object.entries(STYLES)) {
    app.get(`/ehr/style/${name}.json`, async (_request, reply) => reply.send(style));
  }

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.post<{ Body?: string }>('/ehr/launch', async (request, reply) => {
      fromOurOwnPage(request, publicUrl);
      if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
        throw unsupportedMediaType('A launch is asked for in JSON: send Content-Type: application/json.');
      }
      const { user, style = 'light', ...context } = launchRequest(request.body ?? '');
      if (!(await users.find(user)))
        throw notFound('There is no such user. GET /ehr/context lists the users.');
      if (context.patient !== undefined && !(await patients.find(context.patient))) {
        throw notFound('There is no such patient. GET /ehr/context lists the patients.');
      }
      const messaging = { origin: new URL(publicUrl).origin, handle: randomBytes(24).toString('base64url') };
      const frame = { styleUrl: `${publicUrl}/ehr/style/${style}.json`, messaging };
      const handle = await launch({ username: user, ...context, frame });
      const iss = `${publicUrl}/fhir`;
      const url = `${publicUrl}/app/launch?${new URLSearchParams({ iss, launch: handle })}`;
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ launch: handle, iss, url, messaging });
    });
  });
}
