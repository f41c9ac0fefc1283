// Who can be given a task: whose role covers it, and whose training, certification or licence has not run out.
// https://hl7.org/fhir/R4/task-definitions.html#Task.owner
import type { Practitioner, PractitionerRole, Resource, Task } from '@medplum/fhirtypes';
import { isSystem } from '../../fhir/access.ts';
import { FhirError, issue, RULE_SYSTEM } from '../../fhir/errors.ts';
import { ROLE } from '../code.ts';
import { familyCodes } from '../task-family.ts';
import { CARE_ENGINE, type CareWrite, type Change, type Desk, type Reaction } from '../write.ts';
import { answerOf, type Practice } from './index.ts';
import { heldBy, qualified } from './qualification.ts';
import type { PracticeRule, Requirement } from './rule.ts';

export const OWNER_RULE = 'owner-out-of-scope';
/** Roles of owners whom no PractitionerRole describes. */
const ROLE_OF_TYPE: Readonly<Record<string, string>> = {
  Patient: 'patient',
  RelatedPerson: 'natural-support',
};
const PERSON = /(?:^|\/)(PractitionerRole|Patient|RelatedPerson)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/|$)/;

/** 409 that carries its own name and that of the rule which the owner falls under. */
const outOfScope = ({ rule, sentence }: PracticeRule): FhirError =>
  new FhirError(409, [
    {
      ...issue('business-rule', sentence, 'Task.owner'),
      details: { coding: [OWNER_RULE, rule].map((code) => ({ system: RULE_SYSTEM, code })) },
    },
  ]);

function isMet({ roles, qualifications, whenRecorded }: Requirement, owner: Owner, at: Date): boolean {
  const { practitioner } = owner;
  if (!owner.roles.some((role) => roles.has(role))) return true;
  const isRecorded = practitioner && heldBy(practitioner).some(({ code }) => qualifications.includes(code));
  if (!isRecorded) return whenRecorded;
  return qualifications.some((code) => qualified(practitioner, code, at));
}

/** Who an owner is, as the rules ask. */
export interface Owner {
  /** Codes of cn-role. */
  readonly roles: readonly string[];
  readonly practitioner?: Practitioner | undefined;
}

/** Who a `PractitionerRole/…` of ours is; undefined for one that is not known. */
export type StaffOf = (reference: string) => Owner | undefined;

function ownerFrom(role: PractitionerRole, practitionerOf: (reference: string) => Practitioner | undefined) {
  const coded = role.code?.flatMap(({ coding = [] }) => coding) ?? [];
  const roles = coded.flatMap(({ system, code }) => (system === ROLE && code ? [code] : []));
  if (!roles.length) return undefined;
  const person = role.practitioner?.reference;
  const practitioner = person === undefined ? undefined : practitionerOf(person);
  return { roles, ...(practitioner && { practitioner }) } satisfies Owner;
}

/** Knows the staff among some resources: PractitionerRoles of ours, and their Practitioners. */
export function readStaff(resources: readonly Resource[]): StaffOf {
  const people = new Map<string, Practitioner>();
  for (const one of resources)
    if (one.resourceType === 'Practitioner') people.set(`Practitioner/${one.id}`, one);
  const staff = new Map<string, Owner>();
  for (const one of resources) {
    const owner =
      one.resourceType === 'PractitionerRole' ? ownerFrom(one, (key) => people.get(key)) : undefined;
    if (owner) staff.set(`PractitionerRole/${one.id}`, owner);
  }
  return (reference) => staff.get(reference);
}

/** Who an owner is without looking anybody up. */
function knownOwner(reference: string, staff: StaffOf): Owner | undefined {
  const role = ROLE_OF_TYPE[PERSON.exec(reference)![1]!];
  return role ? { roles: [role] } : staff(reference);
}

/** Who an owner is; undefined for pools, and for roles that are not ours. */
async function ownerOf(desk: Desk, reference: string): Promise<Owner | undefined> {
  const found = await desk.read<PractitionerRole>(reference);
  const person = found?.practitioner?.reference;
  const practitioner = person === undefined ? undefined : await desk.read<Practitioner>(person);
  return found && ownerFrom(found, () => practitioner);
}

/** The rules about whose a task may be. */
const rulesAbout = (task: Task, practice: Practice): PracticeRule[] =>
  familyCodes(task).flatMap((subject) => practice.about(subject, 'owned'));

/** Refuses an owner whom a rule does not let own the task; with several roles one that may is enough. @throws FhirError 409 */
function checkOwner(owner: Owner | undefined, rules: readonly PracticeRule[], at: Date): void {
  if (!owner) return;
  const broken = rules.find(
    (rule) =>
      !owner.roles.some((role) => answerOf(rule, role) === 'may') ||
      !rule.requirements.every((one) => isMet(one, owner, at)),
  );
  if (broken) throw outOfScope(broken);
}

/** Whether a write gives a task of ours to a person, or turns the task of a person into another. */
function isGiven({ before, after, byRules }: Change<Task>): boolean {
  const owner = after.owner?.reference;
  if (byRules || !owner || !PERSON.test(owner)) return false;
  const subjects = familyCodes(after);
  if (!subjects.length) return false;
  return !before || before.owner?.reference !== owner || String(familyCodes(before)) !== String(subjects);
}

/**
 * Refuses a write that gives a task to somebody who is known and may not own it; the rules themselves may give it to anybody.
 * @throws FhirError 409 with the rules `owner-out-of-scope` and that of the practice
 */
export function checkGiven(
  { before, after, access, now }: CareWrite,
  practice: Practice,
  staff: StaffOf,
): void {
  if (after?.resourceType !== 'Task' || access.subject === CARE_ENGINE || isSystem(access)) return;
  if (!isGiven({ ...(before?.resourceType === 'Task' && { before }), after })) return;
  const rules = rulesAbout(after, practice);
  if (rules.length) checkOwner(knownOwner(after.owner!.reference!, staff), rules, now);
}

/** Whether whose task it may be has to be looked up: there are rules about it, and the owner is not known. */
export const isOwnerUnknown = (after: Task, practice: Practice, staff: StaffOf): boolean =>
  rulesAbout(after, practice).length > 0 && !knownOwner(after.owner!.reference!, staff);

export const ownerReaction: Reaction<Task> = {
  rule: OWNER_RULE,
  type: 'Task',
  when: isGiven,
  async react({ after }, desk) {
    const owner = await ownerOf(desk, after.owner!.reference!);
    checkOwner(owner, rulesAbout(after, desk.practice()), desk.now);
  },
};
