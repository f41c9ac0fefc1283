// Trusted EHRs by HTTP: what npm run ehrs does. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#register-app-with-ehr
import { hash } from 'node:crypto';
import { badRequest, conflict, notFound } from '../../fhir/errors.ts';
import { type Issuer, listIssuers, removeIssuer, withoutSlash } from '../ehr/issuer.ts';
import { type EhrDescription, EhrDescriptionError, publicKey, registerEhr } from '../ehr/issuer-admin.ts';
import { EhrFailure } from '../ehr/issuer-http.ts';
import { forgetPatient, linkUser } from '../ehr/link-store.ts';
import { isPlain, readBody, toldOf } from './body.ts';
import { type AdminDeps, type AdminRoute, named } from './route.ts';

/** What is said of an EHR; `fhirBase` is what it is known by, and said only once. */
const MEMBERS = {
  name: 'text',
  clientId: 'text',
  issuer: 'text',
  jwksUri: 'text',
  scope: 'text',
  patientSystems: 'texts',
  frameOrigins: 'texts',
  readsCharts: 'flag',
  matchNpi: 'flag',
  active: 'flag',
  makeKey: 'flag',
} as const;

/** An EHR in an address: FHIR bases are long and have slashes. */
const idOf = (fhirBase: string): string => hash('sha256', fhirBase, 'base64url').slice(0, 22);

/** An EHR as administrators see it: of the key only what the EHR is given. */
function view(ehr: Issuer) {
  const { privateKey: _, ...rest } = ehr;
  const key = publicKey(ehr);
  return { id: idOf(ehr.fhirBase), ...rest, ...(key && { publicKeys: { keys: [key] } }) };
}

async function ehrOf({ sql }: AdminDeps, id: string | undefined): Promise<Issuer> {
  return named(
    (await listIssuers(sql)).find(({ fhirBase }) => idOf(fhirBase) === id),
    'EHR',
    id,
  );
}

/** Stores what is said, and makes it hold in this process at once. @throws FhirError 400 with what is wrong */
async function register({ sql, publicUrl, trust }: AdminDeps, said: EhrDescription): Promise<Issuer> {
  try {
    const registered = await registerEhr(sql, `${publicUrl}/fhir`, said);
    await trust?.issuers.refresh();
    return registered;
  } catch (error) {
    if (error instanceof EhrDescriptionError) throw badRequest(error.message);
    if (error instanceof EhrFailure)
      throw badRequest(`${error.message} Check fhirBase (${said.fhirBase}), or say issuer and jwksUri.`);
    throw error;
  }
}

const OBSTACLES = {
  code: (code: string) =>
    `There is no code ${code}: it was used, or is older than two weeks. The user opens the app again for a new one.`,
  username: (_: string, username: string) => `There is no account ${username}.`,
};

export const ehrRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: 'ehrs',
    handle: async ({ sql }) => ({ status: 200, body: { ehrs: (await listIssuers(sql)).map(view) } }),
  },
  {
    method: 'POST',
    path: 'ehrs',
    async handle(deps, { body }) {
      const said = readBody(body, { fhirBase: 'text', ...MEMBERS }, ['fhirBase', 'clientId']);
      const fhirBase = withoutSlash(said.fhirBase!);
      if ((await listIssuers(deps.sql)).some((one) => one.fhirBase === fhirBase))
        throw conflict(
          `The EHR ${fhirBase} is registered already. Change it instead (PUT ehrs/${idOf(fhirBase)}).`,
        );
      const ehr = await register(deps, { ...said, fhirBase });
      const change = { action: 'C', what: 'ehr', id: ehr.fhirBase, members: toldOf(said) } as const;
      return { status: 201, body: view(ehr), location: `ehrs/${idOf(ehr.fhirBase)}`, change };
    },
  },
  {
    method: 'GET',
    path: 'ehrs/:id',
    handle: async (deps, { params }) => ({ status: 200, body: view(await ehrOf(deps, params.id)) }),
  },
  {
    method: 'PUT',
    path: 'ehrs/:id',
    async handle(deps, { params, body }) {
      const { fhirBase, active } = await ehrOf(deps, params.id);
      const said = readBody(body, MEMBERS);
      const ehr = await register(deps, { active, ...said, fhirBase });
      const change = { action: 'U', what: 'ehr', id: fhirBase, members: toldOf(said) } as const;
      return { status: 200, body: view(ehr), change };
    },
  },
  {
    method: 'DELETE',
    path: 'ehrs/:id',
    async handle(deps, { params }) {
      const { fhirBase } = await ehrOf(deps, params.id);
      await removeIssuer(deps.sql, fhirBase);
      await deps.trust?.issuers.refresh();
      return { status: 204, change: { action: 'D', what: 'ehr', id: fhirBase } };
    },
  },
  {
    method: 'DELETE',
    path: 'ehrs/:id/patients/:patient',
    async handle(deps, { params }) {
      const { fhirBase } = await ehrOf(deps, params.id);
      const { patient } = params;
      if (!isPlain(patient) || !(await forgetPatient(deps.sql, fhirBase, patient)))
        throw notFound(`Nobody confirmed this patient of ${fhirBase}. Give the patient's id there.`);
      return {
        status: 204,
        change: { action: 'D', what: 'patient-link', id: `${fhirBase}/Patient/${patient}` },
      };
    },
  },
  {
    method: 'POST',
    path: 'links',
    async handle({ sql, now }, { body }) {
      const { code = '', username = '' } = readBody(body, { code: 'text', username: 'text' }, [
        'code',
        'username',
      ]);
      const obstacle = await linkUser(sql, now(), code, username);
      if (obstacle) throw notFound(OBSTACLES[obstacle](code, username));
      const change = { action: 'C', what: 'user-link', id: username } as const;
      return { status: 201, body: { username }, change };
    },
  },
];
