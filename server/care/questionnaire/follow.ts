// What follows from a response that is done, changed or taken back: its Observations and barriers, once.
// https://hl7.org/fhir/uv/sdc/extraction.html
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Condition, Observation, Questionnaire, QuestionnaireResponse } from '@medplum/fhirtypes';
import { businessRule, unprocessable } from '../../fhir/errors.ts';
import { isStanding, typeOf } from '../barrier/barrier.ts';
import { CATEGORY, keyOf } from '../code.ts';
import { localKey, relativeKey } from '../reference.ts';
import type { Change, Desk } from '../write.ts';
import {
  asksBarriers,
  barrierCondition,
  type NamedBarrier,
  namedBarriers,
  refuted,
  restsOn,
  wantsHelp,
  withWish,
} from './barrier.ts';
import { checkResponse, RESPONSE_RULE } from './check.ts';
import { type Extracted, extracted } from './extract.ts';
import { questionnaireOf } from './find.ts';
import { isDone } from './form.ts';

type ResponseChange = Change<QuestionnaireResponse>;

/** Whether a response is about a person of this server. */
const isOfPerson = ({ subject }: QuestionnaireResponse): boolean =>
  /(?:^|\/)Patient\/[A-Za-z0-9.-]{1,64}$/.test(subject?.reference ?? '');

/**
 * Holds a response against its form, then writes, renews or takes back what it says.
 * @throws FhirError 422 with an issue for each thing that the form does not allow
 */
export async function followResponse(change: ResponseChange, desk: Desk): Promise<void> {
  const { after } = change;
  const questionnaire = await questionnaireOf(after, (query) => desk.find('Questionnaire', query));
  if (!questionnaire) return;
  const issues = checkResponse(questionnaire, after);
  if (issues.length) throw unprocessable(issues);
  if (isOfPerson(after)) await extractAgain(questionnaire, change, desk);
}

/** The id of what is extracted from a response under a key: always the same, so that nothing is extracted twice. */
export const extractedId = (response: string, key: string): string =>
  `qr-${createHash('sha256').update(`${response}\n${key}`).digest('hex').slice(0, 40)}`;

const NOTHING: readonly Extracted[] = [];

/** Writes what a response that is done says, once; an earlier version may have said something else. */
async function extractAgain(
  questionnaire: Questionnaire,
  { before, after }: ResponseChange,
  desk: Desk,
): Promise<void> {
  const [was, is] = [isDone(before), isDone(after)];
  if (!is && !(was && after.status === 'entered-in-error')) return;
  const past = was ? extracted(questionnaire, before!, desk.now) : NOTHING;
  const present = is ? extracted(questionnaire, after, desk.now) : NOTHING;
  await takeBack(keyOf(after), past, present, desk);
  for (const one of present) await put(after, one, desk);
  if (asksBarriers(questionnaire))
    await followBarriers(after, is ? namedBarriers(questionnaire, after) : [], was, desk);
}

const idOf = (response: string, { key }: Pick<Extracted, 'key'>): string => extractedId(response, key);

/** The Observation under an id, locked. @throws FhirError 409 when it is not of this response */
async function own(response: string, id: string, desk: Desk): Promise<Observation | undefined> {
  const found = await desk.lock<Observation>(`Observation/${id}`);
  if (!found || found.derivedFrom?.some(({ reference }) => reference === response)) return found;
  throw businessRule(
    'What this response says cannot be written, for another Observation has the id that is kept for it. Delete that first.',
    'QuestionnaireResponse',
    RESPONSE_RULE,
  );
}

/** What was said before and is not any more was entered in error. */
async function takeBack(
  response: string,
  past: readonly Extracted[],
  present: readonly Extracted[],
  desk: Desk,
): Promise<void> {
  const kept = new Set(present.map(({ key }) => key));
  for (const one of past) {
    if (kept.has(one.key)) continue;
    const found = await own(response, idOf(response, one), desk);
    if (found && found.status !== 'entered-in-error') desk.update({ ...found, status: 'entered-in-error' });
  }
}

/** What a version says, whenever it was stored. */
const saying = ({ issued: _issued, status, meta, ...rest }: Observation): unknown =>
  JSON.parse(JSON.stringify({ ...rest, security: meta?.security, isError: status === 'entered-in-error' }));

async function put(response: QuestionnaireResponse, one: Extracted, desk: Desk): Promise<void> {
  const from = keyOf(response);
  const id = idOf(from, one);
  const found = await own(from, id, desk);
  const hasMember = one.members.map((key) => ({ reference: `Observation/${extractedId(from, key)}` }));
  const observation: Observation = {
    ...one.observation,
    id,
    ...(hasMember.length && { hasMember }),
    ...(found?.effectiveDateTime && !response.authored && { effectiveDateTime: found.effectiveDateTime }),
  };
  if (!found) desk.update(observation);
  else if (!isDeepStrictEqual(saying(found), saying(observation)))
    desk.update({ ...observation, status: 'amended' });
}

/** The barriers that stand in a person's way now, also those that this unit of work has put there. */
async function standing(patient: string, desk: Desk): Promise<Condition[]> {
  const known = await desk.find('Condition', `patient=${patient}&category=${CATEGORY}|cn-barrier`);
  const written = desk.written('Condition').filter(({ subject }) => relativeKey(subject) === patient);
  return [...written, ...known].filter(isStanding);
}

async function followBarriers(
  response: QuestionnaireResponse,
  named: readonly NamedBarrier[],
  wasDone: boolean,
  desk: Desk,
): Promise<void> {
  const patient = await localKey(desk, response.subject, 'Patient');
  if (!patient) return;
  await desk.mutex(`barrier:${patient}`);
  const active = await standing(patient, desk);
  const byType = new Map(active.map((one) => [typeOf(one), one]));
  for (const barrier of named) {
    const there = byType.get(barrier.type);
    if (!there) desk.create(barrierCondition(barrier, response, desk.now));
    else if (barrier.wantsHelp && !wantsHelp(there)) await change(there, withWish, desk);
  }
  if (!wasDone) return;
  const types = new Set(named.map(({ type }) => type));
  for (const one of active)
    if (restsOn(one, keyOf(response)) && !types.has(typeOf(one) ?? '')) await change(one, refuted, desk);
}

async function change(one: Condition, to: (condition: Condition) => Condition, desk: Desk): Promise<void> {
  const locked = await desk.lock<Condition>(keyOf(one));
  if (locked) desk.update(to(locked));
}
