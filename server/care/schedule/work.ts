// Makes the tasks that visits bring with them, for people who are enrolled. https://hl7.org/fhir/R4/task.html
import type { Appointment, EpisodeOfCare, Reference, Task } from '@medplum/fhirtypes';
import { referenceTo } from '../code.ts';
import { makeTask, type TaskPlan, withLabels } from '../make.ts';
import { enrolmentOf, episodeOf, LANES, memberIn, poolOf, teamsOf } from '../people.ts';
import type { Desk } from '../write.ts';
import { patientOf } from './visit.ts';

/** A visit of somebody who is enrolled. */
export interface Enrolled {
  visit: Appointment;
  patient: string;
  enrolment: EpisodeOfCare;
}

/** The visit with the enrolment of its patient; undefined when they are not ours to act for. */
export async function enrolled(desk: Desk, visit: Appointment): Promise<Enrolled | undefined> {
  const patient = patientOf(visit);
  const enrolment = patient && (await enrolmentOf(desk, patient));
  return enrolment ? { visit, patient, enrolment } : undefined;
}

/** Who does what of non-clinical work, in the order in which a team is asked. */
const ORDER = { navigator: LANES.navigation, scheduler: ['scheduler', ...LANES.navigation] } as const;

/** Who a task of a visit goes to: of the person's team, else the pool of navigation. */
export async function ownerOf(
  desk: Desk,
  { patient, enrolment }: Enrolled,
  role: keyof typeof ORDER,
): Promise<Reference | undefined> {
  const member = memberIn(await teamsOf(desk, patient), ORDER[role]);
  return member ?? poolOf(desk, 'navigation', enrolment.managingOrganization?.reference);
}

/** Who a task is said to have been done by, when it was nobody's: whoever should have, else the organisation. */
export const doneBy = async (
  desk: Desk,
  who: Enrolled,
  role: keyof typeof ORDER,
): Promise<Reference | undefined> => (await ownerOf(desk, who, role)) ?? who.enrolment.managingOrganization;

/** Writes a task about a visit. */
export async function addTask(
  desk: Desk,
  who: Enrolled,
  role: keyof typeof ORDER,
  plan: Omit<TaskPlan, 'patient' | 'performer'>,
): Promise<Task> {
  const { caller } = desk;
  const { visit, patient, enrolment } = who;
  const asked = /^Practitioner(Role)?\//.test(caller.fhirUser ?? '');
  const task = makeTask(
    {
      focus: referenceTo(visit),
      episode: episodeOf(enrolment),
      requester: asked ? { reference: caller.fhirUser! } : enrolment.managingOrganization,
      owner: await ownerOf(desk, who, role),
      patient,
      performer: role,
      ...plan,
    },
    desk,
  );
  return desk.create(withLabels(task, visit));
}
