// Reads tasks as rows: the parts of them that a list shows, and once each what stands around them: patients with their safety
// flags, orders with the tier that was picked, owners.
// https://hl7.org/fhir/R4/search.html#elements
import type { Bundle, Extension, Flag, Patient, Resource, ResourceType, Task } from '@medplum/fhirtypes';
import { type Client, type Params, query } from '../../fhir/client.ts';
import { FhirFailure } from '../../fhir/failure.ts';
import { humanName, type Person, peopleOf } from '../../fhir/people.ts';
import { isSafety } from '../../fhir/queries.ts';
import { NETWORK_DECISION } from '../../fhir/systems.ts';
import { dueTime } from './clock.ts';
import { folded, type Row, TIERS, type Tier } from './row.ts';

const PARTS =
  'status,priority,code,description,businessStatus,for,owner,performerType,restriction,focus,basedOn,authoredOn';

/** How many ids stand in one address: it stays below what proxies take. */
const IDS_AT_ONCE = 80;

interface KnownPatient {
  readonly name: string;
  readonly flags: readonly string[];
}

/** What was read around the tasks so far. */
export interface Around {
  readonly people: Map<string, Person>;
  /** By logical id. */
  readonly patients: Map<string, KnownPatient>;
  /** By reference; undefined: nothing was decided, or it may not be read. */
  readonly tiers: Map<string, Tier | undefined>;
}

export const newAround = (): Around => ({ people: new Map(), patients: new Map(), tiers: new Map() });

/** A search of tasks for the list, the next one due first. */
export const pathOf = (params: Params, count: number): string =>
  `Task?${query({
    ...params,
    _sort: 'open-due',
    _elements: PARTS,
    _include: 'Task:owner',
    '_include:iterate': 'PractitionerRole:practitioner',
    _count: String(count),
  })}`;

/** A page as rows, and the path of the page after it. */
export async function readRows(
  client: Client,
  path: string,
  around: Around,
): Promise<{ rows: readonly Row[]; next: string | undefined }> {
  const bundle = await client.page(path);
  const resources = resourcesOf(bundle);
  const tasks = resources.filter((one): one is Task => one.resourceType === 'Task');
  await readAround(client, tasks, resources, around);
  return { rows: tasks.map((task) => rowOf(task, around)), next: client.nextOf(bundle) };
}

/** Tasks by their ids, as they are now; those that cannot be seen any more are not among them. */
export async function readTasks(
  client: Client,
  ids: readonly string[],
  around: Around,
): Promise<ReadonlyMap<string, Row>> {
  const pages = await Promise.all(
    chunks(ids).map((some) => readRows(client, pathOf({ _id: some.join(',') }, IDS_AT_ONCE), around)),
  );
  return new Map(pages.flatMap(({ rows }) => rows.map((row) => [row.id, row])));
}

/** The patients whom flags are about, by the ids of the flags. */
export async function patientsOf(client: Client, flags: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    chunks(flags).map((some) => client.search('Flag', { _id: some.join(','), _elements: 'subject' })),
  );
  const subjects = found.flatMap(({ resources }) =>
    resources.map((flag) => idIn((flag as Flag).subject?.reference)),
  );
  return [...new Set(subjects.filter((id) => id !== ''))];
}

/** The row again with what is known around its task by now. */
export function rowOf(task: Task, { people, patients, tiers }: Around): Row {
  const patient = idIn(task.for?.reference);
  const { name, flags } = patients.get(patient) ?? { name: task.for?.display ?? '', flags: [] };
  const owner = people.get(task.owner?.reference ?? '');
  const order = ordersOf(task).find((reference) => tiers.get(reference));
  return {
    id: task.id!,
    version: Number(task.meta?.versionId ?? 0),
    ...{ task, patient, patientName: name, flags, owner },
    due: dueTime(task),
    tier: order ? tiers.get(order) : undefined,
    text: folded([name, task.description ?? task.code?.text, owner?.name].filter(Boolean).join(' ')),
  };
}

const resourcesOf = (bundle: Bundle): Resource[] =>
  (bundle.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));

/** `ana-reyes` of `Patient/ana-reyes`; empty for another type. */
const idIn = (reference: string | undefined): string => /^Patient\/([^/]+)$/.exec(reference ?? '')?.[1] ?? '';

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(ids.length / IDS_AT_ONCE);
  return Array.from({ length: count }, (_, n) => ids.slice(n * IDS_AT_ONCE, (n + 1) * IDS_AT_ONCE));
}

const ORDERS = ['ServiceRequest', 'DeviceRequest'] as const;

/** The orders that a task follows. */
const ordersOf = ({ focus, basedOn = [] }: Task): readonly string[] =>
  [focus, ...basedOn]
    .map((one) => one?.reference ?? '')
    .filter((reference) => ORDERS.some((type) => reference.startsWith(`${type}/`)));

async function readAround(
  client: Client,
  tasks: readonly Task[],
  resources: readonly Resource[],
  around: Around,
): Promise<void> {
  const patients = new Set(tasks.map((task) => idIn(task.for?.reference)));
  patients.delete('');
  const orders = new Set(tasks.flatMap(ordersOf));
  const staff = resources.filter(({ resourceType }) => resourceType !== 'Task');
  await Promise.all([
    readPatients(
      client,
      [...patients].filter((id) => !around.patients.has(id)),
      around,
    ),
    ...ORDERS.map((type) =>
      readOrders(
        client,
        type,
        [...orders].filter((one) => one.startsWith(`${type}/`) && !around.tiers.has(one)),
        around,
      ),
    ),
    peopleOf(staff, client).then((people) => {
      for (const [reference, person] of people) around.people.set(reference, person);
    }),
  ]);
}

/** Names and active safety flags. */
export async function readPatients(client: Client, ids: readonly string[], around: Around): Promise<void> {
  const read = async (some: readonly string[]) => {
    const { resources } = await client.search('Patient', {
      _id: some.join(','),
      _elements: 'name',
      _revinclude: 'Flag:patient',
      _count: String(IDS_AT_ONCE),
    });
    const flags = resources.filter((one): one is Flag => one.resourceType === 'Flag');
    for (const one of resources) {
      if (one.resourceType !== 'Patient') continue;
      const { id, name } = one as Patient;
      around.patients.set(id!, { name: humanName(name), flags: flagsOf(flags, id!) });
    }
  };
  await Promise.all(chunks(ids).map(read));
}

const flagsOf = (flags: readonly Flag[], patient: string): readonly string[] =>
  flags
    .filter(
      (flag) =>
        flag.status === 'active' && isSafety(flag) && flag.subject?.reference === `Patient/${patient}`,
    )
    .map(({ code }) => code?.text ?? code?.coding?.[0]?.display ?? '');

/** The tiers of orders; who may not read orders sees none. */
async function readOrders(
  client: Client,
  type: (typeof ORDERS)[number],
  references: readonly string[],
  { tiers }: Around,
): Promise<void> {
  const read = async (ids: readonly string[]) => {
    const { resources } = await client.search(type as ResourceType, {
      _id: ids.join(','),
      _elements: 'extension',
      _count: String(IDS_AT_ONCE),
    });
    for (const one of resources) tiers.set(`${type}/${one.id}`, tierOf((one as Patient).extension));
  };
  for (const reference of references) tiers.set(reference, undefined);
  await Promise.all(chunks(references.map((one) => one.slice(type.length + 1))).map(read)).catch((error) => {
    if (!(error instanceof FhirFailure && error.status === 403)) throw error;
  });
}

function tierOf(extensions: readonly Extension[] | undefined): Tier | undefined {
  const decision = extensions?.find(({ url }) => url === NETWORK_DECISION);
  const tier = decision?.extension?.find(({ url }) => url === 'tier')?.valueCodeableConcept;
  const code = tier?.coding?.[0]?.code;
  return TIERS.find((one) => one === code);
}
