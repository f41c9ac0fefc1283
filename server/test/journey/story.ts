// What the stories are told with: a server whose clock stands still until a story moves it, and its people as callers.
// https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
import type {
  Bundle,
  CarePlan,
  CareTeam,
  CodeableConcept,
  Parameters,
  Resource,
  Task,
  TaskOutput,
} from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { saveUsers } from '../../auth/index.ts';
import { openPool } from '../../db/pool.ts';
import { until } from '../helpers/process.ts';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const LOINC = 'http://loinc.org';
export const BSER = 'http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS';
export const system = (id: string): string => `${CB}/CodeSystem/${id}`;
export const concept = (from: string, code: string, text?: string) => ({
  coding: [{ system: from, code }],
  ...(text && { text }),
});
/** A concept of one of our code systems. */
export const ours = (of: string, code: string, text?: string) => concept(system(of), code, text);
export const extension = (id: string, value: object) => ({
  url: `${CB}/StructureDefinition/${id}`,
  ...value,
});
export const role = (id: string) => ({ reference: `PractitionerRole/${id}` });
export const output = (code: string, value: object): TaskOutput =>
  ({ type: ours('cn-task-parameter', code), ...value }) as TaskOutput;

export type Stored<T extends Resource = Resource> = T & { id: string };
/** Users of the demo, and its three programs. */
const PROGRAMS = ['ehr', 'payer', 'quality'];

/** `Type/id` of a stored resource. */
export const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id}`;
export const refer = (resource: Resource) => ({ reference: keyOf(resource) });
export const ruleOf = ({ body }: Answer): string | undefined => body?.issue?.[0]?.details?.coding?.[0]?.code;
/** How an answer refuses: its status and the name of the rule. */
export const refusal = (answer: Answer) => [answer.status, ruleOf(answer)];

const codeIn = (concepts: readonly { coding?: { system?: string; code?: string }[] }[], from: string) =>
  concepts.flatMap(({ coding = [] }) => coding).find((coding) => coding.system === from)?.code;
/** The codes of a concept that are of one of our code systems. */
export const codesOf = (of: CodeableConcept | undefined, from: string): string[] =>
  (of?.coding ?? []).flatMap((coding) => (coding.system === system(from) ? (coding.code ?? []) : []));
export const taskCode = ({ code }: Task) => codeIn(code ? [code] : [], system('cn-task-code'));
/** Where a referral stands: its status, our stage, the code of the referral machine. */
export const standing = ({ status, businessStatus }: Task) => [
  status,
  codeIn(businessStatus ? [businessStatus] : [], system('cn-referral-stage')),
  codeIn(businessStatus ? [businessStatus] : [], BSER),
];
export const phaseOf = ({ category = [] }: CarePlan) => codeIn(category, system('cn-phase'));
/** Whoever leads a team. */
export const leadOf = ({ participant = [] }: CareTeam) =>
  participant.find(({ extension: own = [] }) =>
    own.some(({ url, valueBoolean }) => url.endsWith('/lead') && valueBoolean),
  )?.member?.reference;
/** What is to be done, by whom, until when. */
export const promised = (task: Task) => [
  taskCode(task),
  task.owner?.reference?.split('/')[1],
  task.restriction?.period?.end,
];

const expected = (answer: Answer, what: string): Answer => {
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
};
const parameters = (parameter: readonly object[]): Parameters =>
  ({ resourceType: 'Parameters', parameter: [...parameter] }) as Parameters;

type Request = globalThis.Parameters<Ask>;

/** What a story is told with. Every verb goes through HTTP, as somebody. */
export type Story = Awaited<ReturnType<typeof tellStory>>;

/** What time it is in a story, which says itself when it moves on. */
export interface StoryClock {
  readonly now: () => Date;
  readonly set: (moment: string) => void;
}

/** A clock that stands still until it is set. */
function stillClock(begins: string): StoryClock {
  let now = new Date(begins);
  return {
    now: () => now,
    set: (moment) => {
      now = new Date(moment);
    },
  };
}

/** Where a story is told: by requests in process, or listening for those who come by a browser, whose time goes on. */
export interface Telling {
  listen?: boolean;
  clock?: StoryClock;
}

/** Starts the server of a story: the directory and the users of the demo, and the forms. @param begins the first moment */
export async function tellStory(
  t: Test,
  begins: string,
  { listen = false, clock = stillClock(begins) }: Telling = {},
) {
  const server = await startServer(t, { open: false, demo: true, listen, now: clock.now });
  await server.storeDefinitions();
  await laying(server)('PUT', '/ValueSet/look', { resourceType: 'ValueSet', id: 'look', status: 'draft' });
  const sql = openPool(server.databaseUrl, { max: 1 });
  t.teardown(() => sql.end());
  const tokens = new Map<string, string>();

  /** The token of somebody who has signed in since the clock was moved. */
  async function bearer(name: string): Promise<string> {
    const known = tokens.get(name);
    if (known) return known;
    const payload = PROGRAMS.includes(name) ? { client: name } : { user: name };
    const answer = await server.server.inject({ method: 'POST', url: '/auth/demo-token', payload });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    const token = `Bearer ${(answer.json() as { access_token: string }).access_token}`;
    tokens.set(name, token);
    return token;
  }
  /** Asks as somebody, whatever the answer. */
  const tries = async (name: string, ...request: Request): Promise<Answer> =>
    asking(server, { authorization: await bearer(name) })(...request);
  /** The resources of a file of an export. */
  async function lines(name: string, path: string): Promise<Resource[]> {
    const headers = { authorization: await bearer(name), accept: 'application/fhir+ndjson' };
    const answer = await server.server.inject({ url: `/fhir${path}`, headers });
    if (answer.statusCode !== 200) throw new Error(answer.body);
    return answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Resource);
  }
  /** The time moves on; everybody signs in anew. */
  const on = (moment: string): void => {
    clock.set(moment);
    tokens.clear();
  };
  /** Somebody outside the house signs in by portal. */
  const givePortal = (username: string, kind: 'patient' | 'natural-support', fhirUser: string) =>
    saveUsers(sql, [{ username, name: username, role: kind, fhirUser }]);

  const write = async <T extends Resource>(name: string, resource: T): Promise<Stored<T>> =>
    expected(await tries(name, 'POST', `/${resource.resourceType}`, resource), `${name} writes`)
      .body as Stored<T>;
  const read = async <T extends Resource>(name: string, key: string): Promise<Stored<T>> =>
    expected(await tries(name, 'GET', `/${key}`), `${name} reads ${key}`).body as Stored<T>;
  /** Changes a resource, as it is now. */
  const triesToChange = async <T extends Resource>(name: string, { resourceType, id }: T, more: Partial<T>) =>
    tries(name, 'PUT', `/${resourceType}/${id}`, { ...(await read(name, `${resourceType}/${id}`)), ...more });
  const change = async <T extends Resource>(name: string, resource: T, more: Partial<T>) =>
    expected(await triesToChange(name, resource, more), `${name} changes ${keyOf(resource)}`)
      .body as Stored<T>;
  const find = async <T extends Resource>(name: string, query: string): Promise<Stored<T>[]> => {
    const { body } = expected(await tries(name, 'GET', `/${query}`), `${name} finds ${query}`);
    return ((body as Bundle).entry ?? []).map(({ resource }) => resource as Stored<T>);
  };
  /** Calls an operation with parameters. */
  const calls = (name: string, path: string, ...given: object[]): Promise<Answer> =>
    tries(name, 'POST', path, parameters(given));

  /** The tasks of a code for a person, the oldest first. */
  const tasks = (person: Resource, code: string): Promise<Stored<Task>[]> =>
    find<Task>(
      'supervisor',
      `Task?patient=${keyOf(person)}&code=${system('cn-task-code')}|${code}&_sort=_lastUpdated&_count=100`,
    );
  /** The only one that `fits`. */
  async function theTask(
    person: Resource,
    code: string,
    fits: (task: Task) => boolean = () => true,
  ): Promise<Stored<Task>> {
    const found = (await tasks(person, code)).filter(fits);
    if (found.length !== 1) throw new Error(`${found.length} tasks ${code}: ${JSON.stringify(found)}`);
    return found[0]!;
  }
  /** Waits for the task that a clock opens. */
  async function waitsFor(person: Resource, code: string): Promise<Stored<Task>> {
    await until(async () => (await tasks(person, code)).length > 0, `there is ${code}`);
    return theTask(person, code);
  }
  const tryToMove = (name: string, task: Task, status: Task['status'], ...more: object[]): Promise<Answer> =>
    calls(name, `/Task/${task.id}/$transition`, { name: 'status', valueCode: status }, ...more);
  /** Moves a task on by the statuses that are named, one after the other. */
  async function move(name: string, task: Task, ...statuses: Task['status'][]): Promise<Stored<Task>> {
    let answer: Answer | undefined;
    for (const status of statuses)
      answer = expected(await tryToMove(name, task, status), `${name} moves ${taskCode(task)} to ${status}`);
    return answer!.body as Stored<Task>;
  }
  /** Completes a task that is in progress, with what came of it. */
  const tryToComplete = (name: string, task: Task, ...outputs: TaskOutput[]): Promise<Answer> =>
    tryToMove(
      name,
      task,
      'completed',
      ...outputs.map(({ type, ...value }) => ({
        name: 'output',
        part: [
          { name: 'type', valueCodeableConcept: type },
          { name: 'value', ...value },
        ],
      })),
    );
  /** Takes a task on, and completes it with what came of it. */
  async function does(name: string, task: Task, ...outputs: TaskOutput[]): Promise<Stored<Task>> {
    await move(name, task, 'accepted', 'in-progress');
    const answer = await tryToComplete(name, task, ...outputs);
    return expected(answer, `${name} completes ${taskCode(task)}`).body as Stored<Task>;
  }
  const handsOver = (name: string, person: Resource, owner: string, reason: string, ...more: object[]) =>
    calls(
      name,
      `/${keyOf(person)}/$handoff`,
      { name: 'owner', valueReference: role(owner) },
      { name: 'reason', valueString: reason },
      ...more,
    );
  const today = () => clock.now().toISOString();
  return {
    ...{
      on,
      today,
      givePortal,
      tries,
      lines,
      write,
      read,
      triesToChange,
      change,
      find,
      calls,
      handsOver,
      server,
    },
    ...{ tasks, theTask, waitsFor, tryToMove, move, tryToComplete, does },
  };
}
