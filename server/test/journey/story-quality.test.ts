// The fifth story: minutes are logged and corrected, the month is summed up, and a quality team exports its group: everybody in
// it and nobody else. Through HTTP alone. https://hl7.org/fhir/uv/bulkdata/STU2/export.html
import type {
  Consent,
  Encounter,
  EpisodeOfCare,
  Group,
  Observation,
  Parameters,
  Patient,
  Provenance,
  Resource,
} from '@medplum/fhirtypes';
import t from 'tap';
import { codesOf, extension, keyOf, ours, refer, refusal, role, type Stored, tellStory } from './story.ts';
import { diagnosis, encounter, enrol, register } from './story-people.ts';

const story = await tellStory(t, '2026-10-06T14:00:00Z');
const { on, write, change, find, tries } = story;
const { person: ana, episode } = await enrol(story, 'Ana Vega', 'MV-7005', 'pin');
const stranger = await register(story, 'Noel Vega', 'MV-7006');

/** Minutes of work for Ana on a day of October, by times of New York. */
const worked = (start: string, end: string, who: string, more: Partial<Observation> = {}): Observation => ({
  resourceType: 'Observation',
  extension: [extension('programme', { valueCode: 'pin' })],
  status: 'final',
  category: [ours('cn-category', 'cn-activity')],
  code: ours('cn-activity-type', 'system-navigation'),
  subject: refer(ana),
  effectivePeriod: { start, end },
  performer: [role(who)],
  valueQuantity: {
    value: (Date.parse(end) - Date.parse(start)) / 60_000,
    unit: 'min',
    system: 'http://unitsofmeasure.org',
    code: 'min',
  },
  ...more,
});
let first: Stored<Observation>;

/** What the summary of October says, as somebody sees it. */
async function october(who: string) {
  const answer = await tries(who, 'GET', `/${keyOf(episode)}/$billing-summary?month=2026-10`);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  const { parameter = [] } = answer.body as Parameters;
  const named = (name: string) => parameter.filter((one) => one.name === name);
  const part = (of: (typeof parameter)[number], name: string) => of.part?.find((one) => one.name === name);
  return {
    minutes: named('minutes')[0]?.valueInteger,
    missing: named('missing').flatMap((one) => codesOf(one.valueCodeableConcept, 'cn-billing-gap')),
    lines: named('line').map((line) => [
      part(line, 'code')?.valueCoding?.code,
      part(line, 'units')?.valuePositiveInt,
    ]),
    unbilled: named('unbilled').map((one) => [
      codesOf(part(one, 'reason')?.valueCodeableConcept, 'cn-billing-gap')[0],
      part(one, 'minutes')?.valueInteger,
    ]),
  };
}

t.test('the visit that opens the programme, and the consent, stand in the enrolment', async (t) => {
  await write('ehr', diagnosis(ana, 'E11.9', 'Type 2 diabetes'));
  const visit = await write<Encounter>(
    'ehr',
    encounter(ana, 'AMB', ['2026-10-06T13:00:00Z', '2026-10-06T13:40:00Z'], {
      participant: [{ individual: role('physician') }],
    }),
  );
  const [consent] = await find<Consent>('navigator', `Consent?patient=${ana.id}`);
  await change<EpisodeOfCare>('navigator', episode, {
    extension: [
      extension('programme-consent', { valueReference: refer(consent!) }),
      extension('initiating-visit', { valueReference: refer(visit) }),
      extension('billing-practitioner', { valueReference: role('physician') }),
    ],
  });
  t.match(await october('supervisor'), { minutes: 0, lines: [], unbilled: [] });
});

t.test('a minute is logged once, by whoever worked', async (t) => {
  on('2026-10-08T20:00:00Z');
  first = await write('navigator', worked('2026-10-08T14:00:00Z', '2026-10-08T14:25:00Z', 'navigator'));
  const tooMuch = { valueQuantity: { ...first.valueQuantity, value: 30 } };
  const wrong = worked('2026-10-08T15:00:00Z', '2026-10-08T15:25:00Z', 'navigator', tooMuch);
  t.same(refusal(await tries('navigator', 'POST', '/Observation', wrong)), [409, 'minutes-of-period']);
  const twice = worked('2026-10-08T14:20:00Z', '2026-10-08T14:40:00Z', 'navigator');
  t.same(refusal(await tries('navigator', 'POST', '/Observation', twice)), [409, 'minutes-overlap']);
  const forAnother = worked('2026-10-08T15:00:00Z', '2026-10-08T15:20:00Z', 'nurse');
  t.equal(
    (await tries('navigator', 'POST', '/Observation', forAnother)).status,
    403,
    'nobody logs for another',
  );
  await write('navigator', worked('2026-10-08T15:00:00Z', '2026-10-08T15:30:00Z', 'navigator'));
  const month = await october('supervisor');
  t.equal(month.minutes, 55);
  t.same(month.lines, [], 'an hour is not reached');
});

t.test('a supervisor corrects an entry with a reason, and what it was is kept', async (t) => {
  on('2026-10-12T15:00:00Z');
  const longer = worked('2026-10-08T14:00:00Z', '2026-10-08T14:35:00Z', 'navigator', {
    status: 'corrected',
    note: [{ text: 'The call went on until 10:35.' }],
  });
  const own = await tries('navigator', 'PUT', `/${keyOf(first)}`, { ...longer, id: first.id });
  t.equal(own.status, 403, 'not by oneself, days later');
  const { note: _note, ...mute } = longer;
  const reasonless = await tries('supervisor', 'PUT', `/${keyOf(first)}`, { ...mute, id: first.id });
  t.ok(reasonless.status >= 400 && reasonless.status < 500, 'a correction says why');
  const corrected = await tries('supervisor', 'PUT', `/${keyOf(first)}`, { ...longer, id: first.id });
  t.equal(corrected.status, 200, JSON.stringify(corrected.body));
  const why = await find<Provenance>('supervisor', `Provenance?target=${keyOf(first)}`);
  const told = why.filter(({ reason }) => reason?.[0]?.text === 'The call went on until 10:35.');
  t.match(told, [{ agent: [{ who: role('supervisor') }] }], 'who corrected it, and why');
  const { body } = await tries('supervisor', 'GET', `/${keyOf(first)}/_history`);
  t.equal(body.entry.length, 2);
});

t.test('the month is summed up: one candidate line, for a biller to look at', async (t) => {
  on('2026-11-02T15:00:00Z');
  t.same(await october('supervisor'), {
    minutes: 65,
    missing: [],
    lines: [['G0023', 1]],
    unbilled: [['no-full-unit', 5]],
  });
});

/** Exports those whom the client may see, its group, and reads the files. */
async function exported(): Promise<Resource[]> {
  const kickOff = await story.tries('quality', 'GET', '/Patient/$export', undefined, {
    prefer: 'respond-async',
  });
  if (kickOff.status !== 202) throw new Error(JSON.stringify(kickOff.body));
  const path = (url: unknown) => String(url).replace(story.server.base, '');
  for (let n = 0; n < 400; n++) {
    const { status, body } = await tries('quality', 'GET', path(kickOff.headers['content-location']));
    if (status === 200) {
      const files = (body.output as { url: string }[]).map(({ url }) => story.lines('quality', path(url)));
      return (await Promise.all(files)).flat();
    }
    if (status !== 202) throw new Error(JSON.stringify(body));
    await new Promise((done) => setTimeout(done, 25));
  }
  throw new Error('The export does not end.');
}

t.test(
  'the quality team exports its group: whoever joins is in it, with minutes and enrolment',
  async (t) => {
    t.equal(
      (await tries('quality', 'GET', `/Patient/${ana.id}`)).status,
      404,
      'she is in no group of theirs',
    );
    const [panel] = await find<Group>('admin', 'Group?_id=larkfield-panel');
    await change('admin', panel!, {
      member: [...panel!.member!, { entity: refer(ana) as { reference: string } }],
      quantity: panel!.member!.length + 1,
    });
    const all = await exported();
    const of = <T extends Resource>(type: T['resourceType']) =>
      all.filter((one): one is T => one.resourceType === type);
    const people = of<Patient>('Patient').map(({ id }) => id);
    t.equal(people.length, panel!.member!.length + 1);
    t.ok(people.includes(ana.id));
    t.notOk(people.includes(stranger.id!), 'nobody who is not in the group');
    const minutes = of<Observation>('Observation').filter(
      ({ subject, category }) =>
        subject?.reference === `Patient/${ana.id}` &&
        codesOf(category?.[0], 'cn-category').includes('cn-activity'),
    );
    t.equal(
      minutes.reduce((sum, { valueQuantity }) => sum + valueQuantity!.value!, 0),
      65,
    );
    t.ok(of<EpisodeOfCare>('EpisodeOfCare').some(({ id }) => id === episode.id));
    t.notOk(
      all.some(({ meta }) =>
        meta?.security?.some(({ code }) => ['HIV', 'PSYTHPN', 'ETHUD', 'SUD'].includes(code!)),
      ),
      'records with a label are left out',
    );
  },
);

t.test('it reads the summary as everybody else, and changes nothing', async (t) => {
  t.match(await october('quality'), { minutes: 65, lines: [['G0023', 1]] });
  const more = worked('2026-10-20T14:00:00Z', '2026-10-20T14:30:00Z', 'navigator');
  t.equal((await tries('quality', 'POST', '/Observation', more)).status, 403);
  t.equal((await tries('quality', 'GET', `/Patient/${stranger.id}`)).status, 404);
});
