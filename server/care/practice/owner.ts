// Who can be given a task: whose role covers it, and whose training, certification or licence has not run out.
// https://hl7.org/fhir/R4/task-definitions.html#Task.owner
import type { Practitioner, PractitionerRole, Task } from '@medplum/fhirtypes';
import { FhirError, issue, RULE_SYSTEM } from '../../fhir/errors.ts';
import { ROLE } from '../code.ts';
import { familyCodes } from '../task-family.ts';
import type { Change, Desk, Reaction } from '../write.ts';
import { answerOf } from './index.ts';
import { heldBy, qualified } from './qualification.ts';
import type { PracticeRule, Requirement } from './rule.ts';

const RULE = 'owner-out-of-scope';
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
      details: { coding: [RULE, rule].map((code) => ({ system: RULE_SYSTEM, code })) },
    },
  ]);

function isMet({ roles, qualifications, whenRecorded }: Requirement, owner: Owner, at: Date): boolean {
  const { practitioner } = owner;
  if (!owner.roles.some((role) => roles.has(role))) return true;
  const isRecorded = practitioner && heldBy(practitioner).some(({ code }) => qualifications.includes(code));
  if (!isRecorded) return whenRecorded;
  return qualifications.some((code) => qualified(practitioner, code, at));
}

interface Owner {
  readonly roles: readonly string[];
  readonly practitioner?: Practitioner | undefined;
}

/** Who an owner is; undefined for pools, and for roles that are not ours. */
async function ownerOf(desk: Desk, reference: string): Promise<Owner | undefined> {
  const role = ROLE_OF_TYPE[PERSON.exec(reference)![1]!];
  if (role) return { roles: [role] };
  const found = await desk.read<PractitionerRole>(reference);
  const coded = found?.code?.flatMap(({ coding = [] }) => coding) ?? [];
  const roles = coded.flatMap(({ system, code }) => (system === ROLE && code ? [code] : []));
  if (!roles.length) return undefined;
  const person = found?.practitioner?.reference;
  return { roles, ...(person && { practitioner: await desk.read<Practitioner>(person) }) };
}

/** The rule by which a task cannot be somebody's; undefined when it can. With several roles one that may is enough. */
async function ownerRefusal(task: Task, desk: Desk): Promise<PracticeRule | undefined> {
  const owner = await ownerOf(desk, task.owner!.reference!);
  if (!owner) return undefined;
  const practice = desk.practice();
  for (const rule of familyCodes(task).flatMap((subject) => practice.about(subject, 'owned'))) {
    if (!owner.roles.some((role) => answerOf(rule, role) === 'may')) return rule;
    if (!rule.requirements.every((one) => isMet(one, owner, desk.now))) return rule;
  }
  return undefined;
}

/** Whether a write gives a task of ours to a person, or turns the task of a person into another. */
function isGiven({ before, after, byRules }: Change<Task>): boolean {
  const owner = after.owner?.reference;
  if (byRules || !owner || !PERSON.test(owner)) return false;
  const subjects = familyCodes(after);
  if (!subjects.length) return false;
  return !before || before.owner?.reference !== owner || String(familyCodes(before)) !== String(subjects);
}

export const ownerReaction: Reaction<Task> = {
  rule: RULE,
  type: 'Task',
  when: isGiven,
  async react({ after }, desk) {
    const rule = await ownerRefusal(after, desk);
    if (rule) throw outOfScope(rule);
  },
};
