// By which ways a person, or somebody close to them, may be reached at a moment: the server is asked, way by way.
// https://hl7.org/fhir/R4/flag.html
import type { CareTeam, Flag, Parameters, RelatedPerson, Timing } from '@medplum/fhirtypes';
import type { Client, Found } from './client.ts';
import { CHANNELS, type Channel, type Topic } from './contact.ts';
import { FhirFailure, WrongPatient } from './failure.ts';
import { humanName } from './people.ts';
import { CONTACT_SAFETY, extensionUrl } from './systems.ts';

/** Why a way is closed. */
export interface Closed {
  readonly channel: Channel;
  /** Name of the rule. */
  readonly rule: string;
  /** The server's own sentence. */
  readonly reason: string;
}

/** The ways that are open, and those that are not. */
export interface Paths {
  readonly open: readonly Channel[];
  readonly closed: readonly Closed[];
}

/** What is asked. */
export interface Plan {
  /** Logical id. */
  readonly patient: string;
  /** `RelatedPerson/…`; absent: the person. */
  readonly support?: string | undefined;
  readonly topic?: Topic | undefined;
  /** Absent: now, by the clock of the server. */
  readonly at?: Date | undefined;
}

const pathOf = ({ patient, support, topic, at }: Plan, channel: Channel): string => {
  const params = new URLSearchParams({ channel });
  if (support) params.set('recipient', support);
  if (topic) params.set('topic', topic);
  if (at) params.set('at', at.toISOString());
  return `Patient/${patient}/$may-contact?${params}`;
};

/** Asks `$may-contact` for every way. */
export async function pathsTo(client: Client, plan: Plan): Promise<Paths> {
  const answers = await Promise.all(
    CHANNELS.map(async (channel) => ({
      channel,
      answer: await client.operation<Parameters>(pathOf(plan, channel)),
    })),
  );
  const open: Channel[] = [];
  const closed: Closed[] = [];
  for (const { channel, answer } of answers) {
    const part = (name: string) => answer.parameter?.find((one) => one.name === name);
    if (part('may')?.valueBoolean) open.push(channel);
    else
      closed.push({
        channel,
        rule: part('rule')?.valueCode ?? '',
        reason: part('reason')?.valueString ?? '',
      });
  }
  return { open, closed };
}

const codesOf = ({ code }: Flag): readonly (string | undefined)[] =>
  (code.coding ?? []).filter(({ system }) => system === CONTACT_SAFETY).map((coding) => coding.code);

/** Whether a voice message may be left. */
export const mayLeaveMessage = (flags: readonly Flag[]): boolean =>
  !flags.some((flag) => codesOf(flag).includes('no-voice-message'));

/** The times at which the person may be reached, as the flags name them. */
export const safeTimesOf = (flags: readonly Flag[]): readonly Timing[] =>
  flags.flatMap(({ extension = [] }) =>
    extension.flatMap(({ url, valueTiming }) =>
      url === extensionUrl('safe-times') && valueTiming ? valueTiming : [],
    ),
  );

/** Somebody close to the person. */
export interface Support {
  /** `RelatedPerson/…`. */
  readonly reference: string;
  readonly name: string;
}

/** Those of the person's active teams who may know something. Nobody for whoever may not see the teams. */
export async function supportsOf(client: Client, patient: string): Promise<readonly Support[]> {
  const found = await client
    .search('CareTeam', {
      patient: `Patient/${patient}`,
      status: 'active',
      _include: 'CareTeam:participant',
      _count: '20',
    })
    .catch((error: unknown): Found => {
      if (error instanceof FhirFailure && error.status === 403) return { resources: [], more: false };
      throw error;
    });
  const teams = found.resources.filter((one): one is CareTeam => one.resourceType === 'CareTeam');
  if (teams.some(({ subject }) => subject?.reference !== `Patient/${patient}`)) throw new WrongPatient();
  const people = new Map(
    found.resources
      .filter((one): one is RelatedPerson => one.resourceType === 'RelatedPerson')
      .map((one) => [`RelatedPerson/${one.id}`, humanName(one.name)]),
  );
  const members = teams.flatMap(({ participant = [] }) => participant.filter(knowsSomething));
  const supports = members.flatMap(({ member }) => {
    const { reference, display } = member ?? {};
    if (!reference?.startsWith('RelatedPerson/')) return [];
    return { reference, name: people.get(reference) || display || reference };
  });
  return [...new Map(supports.map((one) => [one.reference, one])).values()];
}

const knowsSomething = ({ extension = [] }: NonNullable<CareTeam['participant']>[number]): boolean =>
  extension.some(({ url, valueCode }) => url === extensionUrl('may-know') && valueCode !== 'nothing');
