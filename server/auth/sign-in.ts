// The sign-in page of a standalone launch: choose a demo user and, where the app asks for one, a patient.
// https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#launch-app-standalone-launch
import type { FastifyInstance, FastifyReply } from 'fastify';
import type Provider from 'oidc-provider';
import type { Interaction } from 'oidc-provider';
import type { Config } from '../config.ts';
import type { PatientDirectory, UserDirectory } from './directory.ts';
import { errorPage, escapeHtml, page, pageHeaders } from './page.ts';

export interface SignInDeps {
  config: Pick<Config, 'DEMO'>;
  provider: Provider;
  users: UserDirectory;
  patients: PatientDirectory;
}

const EXPIRED = 'This sign-in has expired, or the browser does not keep cookies for this page.';
const NOBODY = 'Nobody can sign in here: this server has no demo users. Open the app from your EHR instead.';
const REFUSED = 'That user or patient is not known. Open the app again and choose from the lists.';

const send = (reply: FastifyReply, status: number, html: string, formTarget?: string) =>
  reply.code(status).headers(pageHeaders(formTarget)).type('text/html; charset=utf-8').send(html);

const asksForPatient = ({ params }: Interaction) =>
  Boolean(params.scope?.split(' ').includes('launch/patient'));

function choice(name: string, legend: string, options: readonly { value: string; label: string }[]): string {
  const items = options.map(
    ({ value, label }) =>
      `<label><input type="radio" name="${name}" value="${escapeHtml(value)}" required> ${escapeHtml(label)}</label>`,
  );
  return `<fieldset><legend>${escapeHtml(legend)}</legend>${items.join('')}</fieldset>`;
}

async function form({ users, patients }: SignInDeps, interaction: Interaction): Promise<string | undefined> {
  const people = (await users.list()).map(({ username, name, role }) => ({
    value: username,
    label: `${name} (${role})`,
  }));
  if (!people.length) return undefined;
  const charts = asksForPatient(interaction)
    ? (await patients.list()).map(({ id, name, birthDate }) => ({
        value: id,
        label: [name, birthDate].filter(Boolean).join(', '),
      }))
    : [];
  const lists =
    choice('user', 'Who are you?', people) +
    (charts.length ? choice('patient', 'Which patient?', charts) : '');
  return page(
    'Sign in',
    `<p>This server holds demonstration data. Choose who you want to be.</p><form method="post">${lists}<button type="submit">Continue</button></form>`,
  );
}

/** Adds the page; with DEMO=off it says that nobody can sign in, since there are no passwords to ask for. */
export function registerSignIn(app: FastifyInstance, deps: SignInDeps): void {
  const { provider, users, patients, config } = deps;

  app.get('/auth/sign-in/:uid', async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw).catch(() => undefined);
    if (!interaction) return send(reply, 400, errorPage('invalid_request', EXPIRED));
    const html = config.DEMO === 'off' ? undefined : await form(deps, interaction);
    if (!html) return send(reply, 403, errorPage('access_denied', NOBODY));
    return send(reply, 200, html, new URL(interaction.params.redirect_uri!).origin);
  });

  app.post<{ Body?: URLSearchParams }>('/auth/sign-in/:uid', async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw).catch(() => undefined);
    if (!interaction) return send(reply, 400, errorPage('invalid_request', EXPIRED));
    if (config.DEMO === 'off') return send(reply, 403, errorPage('access_denied', NOBODY));
    const chosen = request.body ?? new URLSearchParams();
    const user = await users.find(chosen.get('user') ?? '');
    const chart = asksForPatient(interaction) ? chosen.get('patient') : null;
    const patient = chart ? await patients.find(chart) : undefined;
    if (!user || (chart && !patient)) return send(reply, 400, errorPage('access_denied', REFUSED));
    const result = { login: { accountId: user.username, remember: false }, choice: { patient: patient?.id } };
    return reply.redirect(await provider.interactionResult(request.raw, reply.raw, result), 303);
  });
}
