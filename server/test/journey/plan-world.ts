// A server with the demo people and the plans of the house, on a Tuesday before a holiday, for the journeys of plans.
// https://hl7.org/fhir/R4/plandefinition.html
import type { Bundle, Encounter, RequestGroup, Resource, Task } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
export const ACT = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
export const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
export const plan = (id: string): string => `${CB}/PlanDefinition/${id}`;
export const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
/** Ten in the morning in New York; Thursday is Thanksgiving. */
export const TUESDAY = new Date('2026-11-24T15:00:00Z');

export const ruleOf = ({ body }: Answer): string | undefined => body?.issue?.[0]?.details?.coding?.[0]?.code;
export const taskCode = ({ code }: Task): string =>
  code!.coding!.find(({ system }) => system === `${CB}/CodeSystem/cn-task-code`)!.code!;
/** Which task, how urgent, for whom, until when. */
export const shape = (task: Task) => [
  taskCode(task),
  task.code!.text,
  task.priority,
  task.owner?.reference,
  task.restriction?.period?.end,
];

export const condition = (patient: string, code: string): Resource => ({
  resourceType: 'Condition',
  clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  verificationStatus: concept('http://terminology.hl7.org/CodeSystem/condition-ver-status', 'confirmed'),
  category: [concept('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
  code: concept(ICD, code),
  subject: { reference: patient },
});

/** A stay or visit as an ADT feed tells it. */
export const encounter = (patient: string, code: string, more: Partial<Encounter> = {}): Encounter => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: { system: ACT, code },
  subject: { reference: patient },
  period: { start: '2026-11-20T14:00:00Z', end: '2026-11-24T14:00:00Z' },
  ...more,
});
export const discharged = {
  hospitalization: { dischargeDisposition: { text: 'Home' } },
} satisfies Partial<Encounter>;

export interface PlanWorld {
  as: (who: Record<string, string>) => Promise<Ask>;
  lay: ReturnType<typeof laying>;
  /** Writes, and gives what was stored. */
  stored: (ask: Ask, method: 'POST' | 'PUT', resource: Resource) => Promise<Resource & { id: string }>;
  /** The started plans of a person, as the nurse sees them. */
  started: (patient: string, id: string) => Promise<RequestGroup[]>;
  /** The tasks of a started plan, in the order of the plan. */
  tasksOf: (group: RequestGroup) => Promise<Task[]>;
  /** A person who is new, and enrolled unless told otherwise: `Patient/…`. */
  somebody: (id: string, programme?: string) => Promise<string>;
  search: (query: string) => Promise<Resource[]>;
}

export async function startPlans(t: Test): Promise<PlanWorld> {
  const server = await startServer(t, { open: false, demo: true, now: () => TUESDAY });
  await server.storeDefinitions();
  const lay = laying(server);
  // What was stored as a definition is known once the process looks, as it does after a request that writes one.
  await lay('PUT', '/ValueSet/look', { resourceType: 'ValueSet', id: 'look', status: 'draft' });
  const as = async (who: Record<string, string>): Promise<Ask> => {
    const { statusCode, body } = await server.server.inject({
      method: 'POST',
      url: '/auth/demo-token',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(who),
    });
    if (statusCode !== 200) throw new Error(body);
    return asking(server, { authorization: `Bearer ${JSON.parse(body).access_token}` });
  };
  const nurse = await as({ user: 'nurse', scope: 'user/*.cruds' });
  const search = async (query: string): Promise<Resource[]> => {
    const { status, body } = await nurse('GET', query);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return ((body as Bundle).entry ?? []).map(({ resource }) => resource!);
  };
  return {
    as,
    lay,
    search,
    stored: async (ask, method, resource) => {
      const path =
        method === 'POST' ? `/${resource.resourceType}` : `/${resource.resourceType}/${resource.id}`;
      const { status, body } = await ask(method, path, resource);
      if (status > 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    started: async (patient, id) =>
      (await search(
        `/RequestGroup?patient=${patient}&instantiates-canonical=${plan(id)}&_sort=_lastUpdated`,
      )) as RequestGroup[],
    tasksOf: async ({ action = [] }) =>
      Promise.all(
        action.map(async ({ resource }) => (await nurse('GET', `/${resource!.reference}`)).body as Task),
      ),
    somebody: async (id, programme) => {
      await lay('PUT', `/Patient/${id}`, { resourceType: 'Patient', id, name: [{ text: 'Somebody' }] });
      if (programme)
        await lay('PUT', `/EpisodeOfCare/${id}`, {
          resourceType: 'EpisodeOfCare',
          id,
          identifier: [{ system: `${CB}/identifier/episode`, value: `episode-of-${id}` }],
          status: 'active',
          type: [concept(`${CB}/CodeSystem/cn-programme`, programme)],
          patient: { reference: `Patient/${id}` },
          managingOrganization: { reference: 'Organization/larkfield-care' },
          period: { start: '2026-11-01' },
        });
      return `Patient/${id}`;
    },
  };
}
