// npm run ehrs: registers, lists and removes trusted EHRs, and links their users and patients; the work is in server/auth/.
import { parseArgs } from 'node:util';
import { listIssuers, removeIssuer, withoutSlash } from '../server/auth/ehr/issuer.ts';
import { publicKey, registerEhr } from '../server/auth/ehr/issuer-admin.ts';
import { forgetPatient, linkUser } from '../server/auth/ehr/link-store.ts';
import { ConfigError, readConfig } from '../server/config.ts';
import { fail, onDatabase } from './database.ts';

const USAGE = `Use list, add, remove, link or forget.
  list                       the registered EHRs
  add FHIR-BASE …            registers an EHR, or changes what is said of it
    --client-id ID           this app as a client of the EHR; its redirect address there is PUBLIC_URL/app/
    --name NAME              name for people
    --patient-system URI     system of patient identifiers that mean the same person there and here (repeat for more)
    --frame-origin ORIGIN    where the EHR's charts are, which show the app in a frame (repeat for more)
    --scope S                what is asked for there
    --issuer URL, --jwks-uri URL   who signs its id tokens; found out from the EHR when left out
    --no-npi                 an NPI told by the EHR does not find the user; only links do
    --no-charts              the EHR's access token is not used; launches bring no patient
    --make-key               the app proves itself there with a new private key; prints the public one for the EHR
    --inactive               keeps the registration and takes no launches
  remove FHIR-BASE           removes an EHR, with what was confirmed about its patients
  link CODE USERNAME         links the user who was shown the code to a local account
  forget FHIR-BASE PATIENT   takes a confirmed patient of the EHR (its id there) back: the next launch asks again`;

type Work = Parameters<typeof onDatabase>[0];

function readArguments() {
  try {
    const text = { type: 'string' } as const;
    const texts = { type: 'string', multiple: true } as const;
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      allowPositionals: true,
      options: {
        'client-id': text,
        name: text,
        scope: text,
        issuer: text,
        'jwks-uri': text,
        'patient-system': texts,
        'frame-origin': texts,
        'no-npi': flag,
        'no-charts': flag,
        'make-key': flag,
        inactive: flag,
      },
    });
  } catch (error) {
    return fail(`${(error as Error).message}. ${USAGE}`);
  }
}

function ownBase(): string {
  try {
    return `${readConfig(process.env).publicUrl}/fhir`;
  } catch (error) {
    return fail(error instanceof ConfigError ? error.message : String(error));
  }
}

const { values, positionals } = readArguments();
const [command = '', first = '', second = ''] = positionals;

const add: Work = async (sql) => {
  const registered = await registerEhr(sql, ownBase(), {
    fhirBase: first,
    name: values.name,
    clientId: values['client-id'],
    issuer: values.issuer,
    jwksUri: values['jwks-uri'],
    scope: values.scope,
    patientSystems: values['patient-system'],
    frameOrigins: values['frame-origin'],
    readsCharts: values['no-charts'] ? false : undefined,
    matchNpi: values['no-npi'] ? false : undefined,
    active: !values.inactive,
    makeKey: values['make-key'],
  });
  const key = publicKey(registered);
  return [
    `${registered.name} is registered: id tokens of ${registered.issuer} with keys at ${registered.jwksUri}.`,
    ...(registered.patientSystems.length ? [] : ['No --patient-system: every patient is asked for once.']),
    ...(key ? [`Public key for the EHR: ${JSON.stringify({ keys: [key] })}`] : []),
  ];
};

const list: Work = async (sql) =>
  (await listIssuers(sql)).map(({ fhirBase, name, clientId, active, patientSystems, frameOrigins }) =>
    [fhirBase, name, clientId, active ? 'active' : 'inactive', patientSystems, frameOrigins].join('\t'),
  );

const remove: Work = async (sql) => {
  if (!(await removeIssuer(sql, withoutSlash(first)))) throw new Error(`There is no EHR ${first}.`);
  return [`The EHR ${first} is removed.`];
};

const OBSTACLES = {
  code: () =>
    `There is no code ${first}: it was used, or is older than two weeks. Open the app again for a new one.`,
  username: () => `There is no account ${second}.`,
};

const link: Work = async (sql) => {
  const obstacle = await linkUser(sql, new Date(), first, second);
  if (obstacle) throw new Error(OBSTACLES[obstacle]());
  return [`The user is linked to ${second}. They open the app from their chart again.`];
};

const forget: Work = async (sql) => {
  if (!(await forgetPatient(sql, withoutSlash(first), second)))
    throw new Error(`No patient ${second} of ${first} was confirmed.`);
  return ['The next launch with this patient asks again.'];
};

/** Each command with how many words follow it. */
const COMMANDS = new Map<string, [words: number, work: Work]>([
  ['list', [0, list]],
  ['add', [1, add]],
  ['remove', [1, remove]],
  ['link', [2, link]],
  ['forget', [2, forget]],
]);

const [words, work] = COMMANDS.get(command) ?? [];
if (!work || positionals.length !== words! + 1) fail(USAGE);
await onDatabase(work);
