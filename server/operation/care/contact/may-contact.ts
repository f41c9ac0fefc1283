// $may-contact (ours): whether a person, or somebody close to them, may be contacted, by a channel and at a time.
// https://hl7.org/fhir/R4/operations.html
import type { ParametersParameter } from '@medplum/fhirtypes';
import { contactRefusal, type PlannedContact } from '../../../care/contact/may-contact.ts';
import { badRequest, notSupported } from '../../../fhir/errors.ts';
import { localReference } from '../../../fhir/reference.ts';
import type { Result } from '../../../fhir/result.ts';
import { checkScope } from '../../../interaction/reach.ts';
import { carryOut } from '../../../interaction/store-writes.ts';
import type { OperationHandler } from '../../index.ts';
import { operationParameters } from '../../parameters.ts';
import { visiblePatient } from '../visible.ts';

const NAMES = ['channel', 'at', 'recipient', 'topic'];
const CHANNELS = ['phone', 'video', 'in-person', 'portal', 'sms', 'secure-message', 'fax', 'letter'];
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** The contact that is asked about. @throws FhirError 400 */
function plannedOf(
  parameters: readonly (readonly [string, string])[],
  base: string,
  now: Date,
): PlannedContact {
  const given = new Map(parameters);
  for (const name of given.keys())
    if (!NAMES.includes(name))
      throw notSupported(`$may-contact has no parameter "${name}". It takes ${NAMES.join(', ')}.`);
  const [channel, at, recipient, topic] = NAMES.map((name) => given.get(name));
  if (channel !== undefined && !CHANNELS.includes(channel))
    throw badRequest(`"${channel}" is no channel. Channels are ${CHANNELS.join(', ')}.`);
  const time = at === undefined ? now : new Date(at.replace(' ', '+'));
  if (at !== undefined && (!INSTANT.test(at.replace(' ', '+')) || Number.isNaN(time.getTime())))
    throw badRequest('at must be an instant with a time zone, such as 2026-03-02T15:00:00Z.');
  const local = recipient === undefined ? undefined : localReference(recipient, base);
  if (recipient !== undefined && local?.type !== 'RelatedPerson')
    throw badRequest('recipient must name a RelatedPerson of this server. Leave it out for the person.');
  return {
    channel,
    at: time,
    ...(local && { recipient: `${local.type}/${local.id}` }),
    ...(topic && { topics: [topic] }),
  };
}

/** 200 with `may`, and with `rule` and `reason` when not; 400; 403, 404 and 410 for a person whom the caller may not see. */
export const mayContact: OperationHandler = async (context, request): Promise<Result> => {
  const { access } = request;
  const planned = plannedOf(operationParameters(request), context.base, context.now());
  checkScope(access, 'Flag', 'r');
  const patient = await visiblePatient(context, request, request.path[1]!);
  const { value } = await carryOut(context, request, (_unit, desk) =>
    contactRefusal(desk, `Patient/${patient.id}`, planned),
  );
  const parameter: ParametersParameter[] = [
    { name: 'may', valueBoolean: value === undefined },
    ...(value
      ? [
          { name: 'rule', valueCode: value.rule },
          { name: 'reason', valueString: value.sentence },
        ]
      : []),
  ];
  return { kind: 'json', status: 200, json: { resourceType: 'Parameters', parameter } };
};
