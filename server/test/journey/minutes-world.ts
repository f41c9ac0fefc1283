// People whose minutes are logged: the staff of the demo stories on a clock that a test sets, and work entries for Ana.
// https://hl7.org/fhir/R4/observation.html
import type { Observation, OperationOutcome } from '@medplum/fhirtypes';
import type { Test } from 'tap';
import { type Answer, type Ask, asking, laying, startServer } from '../helpers/server.ts';

export const CB = 'https://throughline.example/fhir';
const concept = (system: string, code: string) => ({
  coding: [{ system: `${CB}/CodeSystem/${system}`, code }],
});
export const extension = (id: string, value: object) => ({
  url: `${CB}/StructureDefinition/${id}`,
  ...value,
});

/** A work entry; `minutes` stands where it is not what the times say. */
export function entry(
  start: string,
  end: string,
  {
    performer = 'PractitionerRole/navigator',
    patient = 'Patient/ana-reyes',
    programme = 'pin',
    minutes = Math.floor((Date.parse(end) - Date.parse(start)) / 60_000),
    ...more
  }: Omit<Partial<Observation>, 'performer'> & {
    patient?: string;
    programme?: string;
    minutes?: number;
    performer?: string;
  } = {} as never,
): Observation {
  return {
    resourceType: 'Observation',
    meta: { profile: [`${CB}/StructureDefinition/cn-activity-log`] },
    extension: [extension('programme', { valueCode: programme })],
    status: 'final',
    category: [concept('cn-category', 'cn-activity')],
    code: concept('cn-activity-type', 'support'),
    subject: { reference: patient },
    effectivePeriod: { start, end },
    performer: [{ reference: performer }],
    valueQuantity: { value: minutes, unit: 'min', system: 'http://unitsofmeasure.org', code: 'min' },
    ...more,
  };
}

export const ruleOf = ({ body }: Answer): string | undefined =>
  (body as OperationOutcome).issue?.[0]?.details?.coding?.[0]?.code;

/** A server with the demo stories, whose clock is `clock.now`. */
export async function startMinutes(t: Test, now: string) {
  const clock = { now: new Date(now) };
  const server = await startServer(t, { open: false, demo: true, now: () => clock.now });
  const lay = laying(server);
  const signIn = async (user: string, scope: string): Promise<Ask> => {
    const { statusCode, body } = await server.server.inject({
      method: 'POST',
      url: '/auth/demo-token',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify({ user, scope }),
    });
    if (statusCode !== 200) throw new Error(body);
    return asking(server, { authorization: `Bearer ${JSON.parse(body).access_token}` });
  };
  /** A user, who signs in again whenever the clock was set. */
  const as = (user: string, scope = 'user/*.cruds'): Ask => {
    let since: Date | undefined;
    let ask: Promise<Ask>;
    return async (...request) => {
      if (since !== clock.now) ask = signIn(user, scope);
      since = clock.now;
      return (await ask)(...request);
    };
  };
  return { server, clock, lay, as };
}
