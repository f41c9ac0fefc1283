// The model of what one run has made, the server that it is held against, and the comparison of an answer with what is foretold.
// https://fast-check.dev/docs/advanced/model-based-testing/
import type { Bundle, Resource, Slot } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../../helpers/server.ts';
import { ROLES, type Role, type Status } from './tables.ts';

export const CB = 'https://throughline.example/fhir';
export const system = (id: string): string => `${CB}/CodeSystem/${id}`;
export const profile = (id: string) => ({ profile: [`${CB}/StructureDefinition/${id}`] });
export const extension = (id: string): string => `${CB}/StructureDefinition/${id}`;
export const concept = (from: string, code: string) => ({ coding: [{ system: from, code }] });

/** Why the server has to refuse: its status, and the rule that it names where one is known. */
export interface Refusal {
  readonly status: number;
  readonly rule?: string;
}
export const refusal = (status: number, rule?: string): Refusal => ({ status, ...(rule && { rule }) });

/** A task as the model has it. */
export interface ModelTask {
  readonly id: string;
  readonly code: string;
  status: Status;
  /** A role, or `pool`. */
  owner: Role | undefined;
  readonly parent: ModelTask | undefined;
  /** The task that a cancellation task asks to stop. */
  readonly work: ModelTask | undefined;
  suspendedFrom: Status | undefined;
  suspendedBy: ModelTask | undefined;
  hasOutput: boolean;
  hasEnd: boolean;
  /** Business status of BSeR. */
  business: string | undefined;
}
/** A visit, a request or a plan. */
export interface ModelThing {
  readonly id: string;
  status: Status;
}
/** A visit in one of the slots of a run. */
export interface ModelVisit extends ModelThing {
  readonly slot: number;
}
/** Minutes that somebody worked, after the hour at which the work of a run begins. */
export interface ModelMinutes {
  readonly role: Role;
  readonly start: number;
  readonly end: number;
}
/** A hand-off that is asked for. */
export interface ModelHandoff {
  readonly id: string;
  readonly side: 'coordination' | 'navigation';
  readonly requester: Role;
  status: Status;
  owner: Role;
}

/** Everything that one run has made. */
export interface Model {
  tasks: ModelTask[];
  visits: ModelVisit[];
  orders: ModelThing[];
  plans: ModelThing[];
  handoffs: ModelHandoff[];
  minutes: ModelMinutes[];
  phase: string;
  lead: Role;
}
export const newModel = (): Model => ({
  ...{ tasks: [], visits: [], orders: [], plans: [], handoffs: [], minutes: [] },
  ...{ phase: 'navigation', lead: 'navigator' },
});

/** What the actions are done on. */
export interface Real {
  readonly as: ReadonlyMap<Role, Ask>;
  /** The person of this run. */
  readonly patient: string;
  readonly episode: { system: string; value: string };
  read<T extends Resource>(reference: string): Promise<T>;
  search<T extends Resource>(query: string): Promise<T[]>;
  history<T extends Resource>(reference: string): Promise<T[]>;
  /** The slots of this run. */
  readonly slots: readonly Slot[];
  /** When the work of this run began: a day of its own, long over. */
  readonly worked: number;
  /** A new number. */
  next(): number;
}

const rulesOf = ({ body }: Answer): string[] =>
  ((body?.issue ?? []) as { details?: { coding?: { code?: string }[] } }[]).flatMap(
    ({ details }) => details?.coding?.flatMap(({ code }) => code ?? []) ?? [],
  );

/**
 * Compares an answer with what is foretold: refused by one of the reasons that there are, or else carried out.
 * @returns whether it was carried out
 */
export function held(said: string, answer: Answer, reasons: readonly Refusal[]): boolean {
  const done = answer.status < 300;
  const rules = rulesOf(answer);
  const isForetold = reasons.some(
    ({ status, rule }) => status === answer.status && (!rule || rules.includes(rule)),
  );
  if (done ? !reasons.length : isForetold) return done;
  const words = reasons.map(({ status, rule }) => `${status}${rule ? ` ${rule}` : ''}`);
  const issues = done ? '' : JSON.stringify(answer.body?.issue ?? answer.body);
  throw new Error(
    `${said}: foretold ${words.join(' or ') || 'that it is done'}, answered ${answer.status} ${rules} ${issues}`,
  );
}

/** The answer of a bundle's one entry, as if it had been asked alone. */
export function inBundle(answer: Answer): Answer {
  const response = (answer.body as Bundle | undefined)?.entry?.[0]?.response;
  if (!response) return answer;
  return { ...answer, status: Number.parseInt(response.status!, 10), body: response.outcome };
}

/** Minutes after the hour at which the slots of a run begin and end: the last one is at the time of the first. */
export const SLOTS: readonly (readonly [start: number, end: number])[] = [
  [0, 20],
  [20, 40],
  [40, 60],
  [10, 15],
];
const DAY = 86_400_000;
const MINUTE = 60_000;

/** Free slots in a room, on a day of their own. */
const newSlots = (id: string, run: number): Slot[] =>
  SLOTS.map((minutes, n) => {
    const hour = Date.parse('2031-01-01T15:00:00Z') + run * DAY;
    const [start, end] = minutes.map((minute) => new Date(hour + minute * MINUTE).toISOString());
    return {
      ...{ resourceType: 'Slot', id: `${id}-${n}`, status: 'free', start: start!, end: end! },
      schedule: { reference: `Schedule/${id}` },
    };
  });

/** A server with the demo, on which each run has a person of its own. */
export async function startWorld(t: Test) {
  const server = await startServer(t, { open: false, demo: true, env: { DB_CONNECTIONS: '4' } });
  const lay = laying(server);
  const as = new Map<Role, Ask>();
  /** Actions by the status of their answer. */
  const counts = new Map<number, number>();
  for (const role of ROLES) {
    const payload = role === 'ehr' || role === 'payer' ? { client: role } : { user: role };
    const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
    const { access_token } = answer.json() as { access_token: string };
    const ask = asking(server, { authorization: `Bearer ${access_token}` });
    as.set(role, async (method, ...rest) => {
      const done = await ask(method, ...rest);
      if (method !== 'GET') counts.set(done.status, (counts.get(done.status) ?? 0) + 1);
      return done;
    });
  }
  const supervisor = as.get('supervisor')!;
  let runs = 0;
  let number = 0;

  const found = async (path: string): Promise<Answer['body']> => {
    const { status, body } = await supervisor('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  };
  const listed = async <T>(path: string): Promise<T[]> =>
    ((await found(path)).entry ?? []).flatMap(({ resource }: { resource?: T }) => resource ?? []);

  /** A new person, enrolled, screened, with a team that a navigator leads and a plan. */
  async function newReal(): Promise<Real> {
    const id = `model-${++runs}`;
    const patient = `Patient/${id}`;
    const subject = { reference: patient };
    const episode = {
      system: `${CB}/identifier/episode`,
      value: `0a1b6c52-0000-4f60-9a11-${100000000000 + runs}`,
    };
    const today = new Date().toISOString().slice(0, 10);
    const member = (role: string, who: string, isLead = false) => ({
      ...(isLead && { extension: [{ url: extension('lead'), valueBoolean: true }] }),
      role: [concept(system('cn-role'), role)],
      member: { reference: `PractitionerRole/${who}` },
    });
    const resources: object[] = [
      {
        resourceType: 'Patient',
        id,
        name: [{ family: 'Model', given: [String(runs)] }],
        telecom: [{ system: 'phone', value: '+1 555 0100' }],
        communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] } }],
      },
      {
        resourceType: 'CareTeam',
        id,
        status: 'active',
        subject,
        participant: [
          member('navigator', 'navigator', true),
          member('rn', 'nurse'),
          member('peer', 'peer'),
          member('physician', 'physician'),
        ],
      },
      {
        resourceType: 'EpisodeOfCare',
        id,
        identifier: [episode],
        status: 'active',
        patient: subject,
        managingOrganization: { reference: 'Organization/larkfield-care' },
        period: { start: today },
        careManager: { reference: 'PractitionerRole/navigator' },
      },
      {
        resourceType: 'Condition',
        id,
        clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
        category: [
          concept('http://hl7.org/fhir/us/core/CodeSystem/condition-category', 'health-concern'),
          concept(system('cn-category'), 'cn-barrier'),
        ],
        verificationStatus: concept(
          'http://terminology.hl7.org/CodeSystem/condition-ver-status',
          'confirmed',
        ),
        code: concept(system('cn-barrier-type'), 'transport'),
        subject,
      },
      {
        resourceType: 'CarePlan',
        id,
        identifier: [episode],
        status: 'active',
        intent: 'plan',
        category: [
          concept('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan'),
          concept(system('cn-phase'), 'navigation'),
        ],
        subject,
        careTeam: [{ reference: `CareTeam/${id}` }],
      },
    ];
    const slots = newSlots(id, runs);
    const room = { resourceType: 'Schedule', id, actor: [{ reference: 'Location/cedar-hill-office' }] };
    for (const resource of [...resources, room, ...slots] as Resource[])
      await lay('PUT', `/${resource.resourceType}/${resource.id}`, resource);
    const worked = Date.parse('2020-01-01T15:00:00Z') + runs * DAY;
    return {
      ...{ as, patient, episode, slots, worked },
      read: (reference) => found(`/${reference}`),
      search: (query) => listed(`/${query}`),
      history: (reference) => listed(`/${reference}/_history?_count=1000`),
      next: () => ++number,
    };
  }
  return { newReal, lay, counts, server };
}
