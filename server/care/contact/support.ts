// What somebody close to the person may be told, as their place in the care team says. https://hl7.org/fhir/R4/careteam.html
import type { CareTeam } from '@medplum/fhirtypes';
import { extensionUrl } from '../code.ts';
import { tailOf } from '../reference.ts';
import type { ContactRefusal } from './limit.ts';

export const MAY_KNOW_RULE = 'natural-support-may-not-know';

/** What has to be known for speaking about a topic of cn-query-topic: codes of cn-may-know. */
export const TOPIC_NEEDS: Readonly<Record<string, string>> = {
  appointment: 'appointments',
  'provider-search': 'appointments',
  transport: 'transport',
  coverage: 'care-plan',
  'cost-estimate': 'care-plan',
  'referral-status': 'care-plan',
  'authorisation-status': 'care-plan',
  'id-card': 'care-plan',
  bill: 'care-plan',
  pharmacy: 'health-information',
  records: 'health-information',
  symptom: 'health-information',
  crisis: 'health-information',
  other: 'health-information',
};

/** What a contact without a topic may be about: anything. */
const ANYTHING = 'health-information';

/** Outcomes of attempts in which nobody was told anything. */
const UNTOLD = new Set(['no-answer', 'wrong-number', 'declined', 'disconnected']);

/** What a member of the teams may know: codes of cn-may-know; undefined when they are in none. */
export function knowledgeOf(teams: readonly CareTeam[], support: string): ReadonlySet<string> | undefined {
  const places = teams
    .flatMap(({ participant = [] }) => participant)
    .filter(({ member }) => tailOf(member) === support);
  if (!places.length) return undefined;
  const codes = places.flatMap(({ extension = [] }) =>
    extension
      .filter(({ url }) => url === extensionUrl('may-know'))
      .flatMap(({ valueCode }) => valueCode ?? []),
  );
  return new Set(codes.includes('nothing') ? [] : codes);
}

/** Why somebody close to the person may not be told; undefined when they may. @param topics codes of cn-query-topic */
export function supportRefusal(
  teams: readonly CareTeam[],
  support: string,
  topics: readonly string[],
  outcome?: string,
): ContactRefusal | undefined {
  const knows = knowledgeOf(teams, support);
  if (!knows)
    return {
      rule: MAY_KNOW_RULE,
      sentence:
        'The recipient is in no active care team of the person. Ask the person, and add them to the team with what they may know.',
    };
  if (outcome && UNTOLD.has(outcome)) return undefined;
  const needs = topics.length ? topics.map((topic) => TOPIC_NEEDS[topic] ?? ANYTHING) : [ANYTHING];
  const lacking = needs.find((need) => !knows.has(need));
  if (!lacking) return undefined;
  return {
    rule: MAY_KNOW_RULE,
    sentence: topics.length
      ? `The recipient may not be told this: their place in the care team does not say "${lacking}" in may-know. Speak with the person, or ask them to allow it.`
      : 'The contact says no topic, so it may be about anything, and the recipient may not know everything. Give topic.',
  };
}
