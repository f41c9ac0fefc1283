// What an app asks for, in plain words: scopes gathered into groups that a person can allow or decline.
// https://hl7.org/fhir/smart-app-launch/STU2.2/best-practices.html
import type { Scope } from '../../fhir/access.ts';
import { ADMIN_SCOPE, readScope } from '../launch/scopes.ts';
import type { Language } from '../page/language.ts';

/** One thing that an app asks for. */
export interface ConsentGroup {
  /** Name of its box in the form. */
  key: string;
  title: string;
  /** Words of the scope parameter. */
  words: string[];
  /** Without it the app cannot work at all, so it cannot be declined by itself. */
  required: boolean;
}

/** Kinds of records, by resource type. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  clinical:
    'AllergyIntolerance CarePlan CareTeam ClinicalImpression Condition Device DeviceRequest DeviceUseStatement DiagnosticReport DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Goal ImagingStudy Immunization List Media Medication MedicationAdministration MedicationDispense MedicationRequest MedicationStatement NutritionOrder Observation Procedure QuestionnaireResponse RiskAssessment Specimen'.split(
      ' ',
    ),
  tasks: 'Appointment AppointmentResponse RequestGroup Schedule ServiceRequest Slot Task'.split(' '),
  messages: ['Communication', 'CommunicationRequest'],
  person: 'Account Consent Coverage Patient Person RelatedPerson'.split(' '),
  directory:
    'Endpoint HealthcareService InsurancePlan Location Organization OrganizationAffiliation Practitioner PractitionerRole'.split(
      ' ',
    ),
  everything: ['*'],
};
const KIND_OF = new Map(
  Object.entries(KINDS).flatMap(([kind, types]) => types.map((type) => [type, kind] as const)),
);

type Action = 'see' | 'change' | 'seeAndChange';
interface ConsentWords {
  kinds: Record<string, string>;
  levels: Record<Scope['level'], string>;
  actions: Record<Action, (things: string) => string>;
  identity: string;
  context: string;
  online: string;
  offline: string;
  administration: string;
}

const WORDS: Readonly<Record<Language, ConsentWords>> = {
  en: {
    kinds: {
      clinical: 'problems, medicines, results and notes',
      tasks: 'tasks, referrals and appointments',
      messages: 'messages',
      person: 'name, address, contacts and insurance',
      directory: 'the directory of practices and staff',
      everything: 'all records',
      other: 'other records',
    },
    levels: { patient: ' of this patient', user: ' of all patients whom you may see', system: '' },
    actions: {
      see: (things) => `See ${things}`,
      change: (things) => `Add and change ${things}`,
      seeAndChange: (things) => `See, add and change ${things}`,
    },
    identity: 'Know who you are: your account, your name and your role',
    context: 'Know which patient and which visit are open',
    online: 'Stay signed in while you are at work, up to 12 hours',
    offline: 'Stay signed in when you are not there, until you take it back',
    administration: 'Administer this server: trusted EHRs, apps, accounts and exports',
  },
  es: {
    kinds: {
      clinical: 'problemas, medicinas, resultados y notas',
      tasks: 'tareas, derivaciones y citas',
      messages: 'mensajes',
      person: 'nombre, domicilio, contactos y seguro',
      directory: 'el directorio de consultorios y personal',
      everything: 'todos los registros',
      other: 'otros registros',
    },
    levels: { patient: ' de este paciente', user: ' de todos los pacientes que usted puede ver', system: '' },
    actions: {
      see: (things) => `Ver ${things}`,
      change: (things) => `Agregar y cambiar ${things}`,
      seeAndChange: (things) => `Ver, agregar y cambiar ${things}`,
    },
    identity: 'Saber quién es usted: su cuenta, su nombre y su función',
    context: 'Saber qué paciente y qué visita están abiertos',
    online: 'Mantener la sesión iniciada mientras usted trabaja, hasta 12 horas',
    offline: 'Mantener la sesión iniciada cuando usted no está, hasta que lo revoque',
    administration:
      'Administrar este servidor: historias clínicas electrónicas de confianza, aplicaciones, cuentas y exportaciones',
  },
};

const IDENTITY = new Set(['openid', 'fhirUser', 'profile']);

function contextGroup(word: string, words: ConsentWords): Omit<ConsentGroup, 'words'> {
  if (word === ADMIN_SCOPE) return { key: 'administration', title: words.administration, required: false };
  if (word === 'offline_access') return { key: 'offline', title: words.offline, required: false };
  if (word === 'online_access') return { key: 'online', title: words.online, required: false };
  if (IDENTITY.has(word)) return { key: 'identity', title: words.identity, required: true };
  return { key: 'context', title: words.context, required: true };
}

function clinicalGroup({ level, type, letters }: Scope, words: ConsentWords): Omit<ConsentGroup, 'words'> {
  const kind = KIND_OF.get(type) ?? 'other';
  const sees = letters.has('r') || letters.has('s');
  const changes = letters.has('c') || letters.has('u') || letters.has('d');
  const action: Action = changes ? (sees ? 'seeAndChange' : 'change') : 'see';
  // Practices and staff are nobody's records.
  const whose = kind === 'directory' ? '' : words.levels[level];
  return {
    key: `${level}-${kind}-${action}`,
    title: words.actions[action](words.kinds[kind]!) + whose,
    required: false,
  };
}

/** The groups of some scope words, in the order in which their first word was asked for; what everybody needs comes first. */
export function consentGroups(asked: readonly string[], language: Language): ConsentGroup[] {
  const words = WORDS[language];
  const groups = new Map<string, ConsentGroup>();
  for (const word of asked) {
    const reading = readScope(word);
    const group =
      reading.kind === 'clinical' ? clinicalGroup(reading.scope, words) : contextGroup(word, words);
    const known = groups.get(group.key);
    if (known) known.words.push(word);
    else groups.set(group.key, { ...group, words: [word] });
  }
  return [...groups.values()].sort((a, b) => Number(b.required) - Number(a.required));
}
