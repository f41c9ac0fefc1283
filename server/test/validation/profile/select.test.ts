// Profiles of ours apply without being named: to resources that carry codes of ours. https://hl7.org/fhir/R4/profiling.html#resources
import type { StructureDefinition } from '@medplum/fhirtypes';
import t from 'tap';
import {
  BASE,
  coding,
  concept,
  define,
  type Elements,
  observation,
  own,
  packaged,
  profile,
  r4,
  THEIRS,
  valueSetUrl,
} from './define.ts';

const LOINC = 'http://loinc.org';
const slicing = (type: 'pattern' | 'value', path: string) => ({
  max: '*',
  slicing: { discriminator: [{ type, path }], rules: 'open' as const },
});
const chosen = (elements: Elements, more: object) =>
  own(define('x', 'Observation', elements))
    .profilesFor(observation(more))
    .map((url) => url.split('/').at(-1));

t.test(
  'a code of ours in a slice of a list of concepts chooses, also when the slice may be missing',
  async (t) => {
    const elements: Elements = {
      'Observation.category': slicing('pattern', '$this'),
      'Observation.category:ours': { min: 1, max: '1', patternCodeableConcept: concept('a') },
      'Observation.category:other': { min: 0, max: '1', patternCodeableConcept: concept('b') },
      'Observation.category:never': { min: 0, max: '0', patternCodeableConcept: concept('c') },
      'Observation.category:foreign': {
        min: 1,
        max: '1',
        patternCodeableConcept: { coding: [coding('survey', THEIRS)] },
      },
    };
    t.strictSame(chosen(elements, { category: [concept('c'), concept('a')] }), ['x']);
    t.strictSame(chosen(elements, { category: [concept('b')] }), ['x']);
    t.strictSame(chosen(elements, { category: [concept('c')] }), [], 'what is ruled out does not');
    t.strictSame(chosen(elements, { category: [{ coding: [coding('survey', THEIRS)] }] }), [], 'nor others');
    t.strictSame(chosen(elements, {}), []);
  },
);

t.test('a code of ours beside codes of others chooses, and the codes of others do not', async (t) => {
  const elements: Elements = {
    'Observation.code': { min: 1 },
    'Observation.code.coding': slicing('value', '$this'),
    'Observation.code.coding:theirs': { min: 0, max: '1', patternCoding: coding('1-8', LOINC) },
    'Observation.code.coding:ours': { min: 0, max: '1', patternCoding: coding('a') },
  };
  t.strictSame(chosen(elements, { code: { coding: [coding('1-8', LOINC), coding('a')] } }), ['x']);
  t.strictSame(chosen(elements, { code: { coding: [coding('1-8', LOINC)] } }), []);
});

t.test('a slice of one system of ours chooses by each code that its required binding has', async (t) => {
  const elements: Elements = {
    'Observation.category': slicing('pattern', '$this'),
    'Observation.category:ours': {
      min: 0,
      max: '1',
      patternCodeableConcept: { coding: [{ system: coding('a').system }] },
      binding: { strength: 'required', valueSet: valueSetUrl('ab') },
    },
  };
  t.strictSame(chosen(elements, { category: [concept('a')] }), ['x']);
  t.strictSame(chosen(elements, { category: [concept('b')] }), ['x']);
  t.strictSame(chosen(elements, { category: [concept('c')] }), []);
});

t.test('a code of ours in a code that could be a reference chooses', async (t) => {
  const { profilesFor } = own(
    define('x', 'DeviceRequest', {
      'DeviceRequest.code[x]': { min: 1, max: '1', type: [{ code: 'CodeableConcept' }] },
      'DeviceRequest.code[x].coding': slicing('value', '$this'),
      'DeviceRequest.code[x].coding:ours': { min: 0, max: '1', patternCoding: coding('a') },
    }),
  );
  const request = (more: object) => ({ resourceType: 'DeviceRequest', ...more });
  t.strictSame(profilesFor(request({ codeCodeableConcept: concept('a') })), [profile('x')]);
  t.strictSame(profilesFor(request({ codeCodeableConcept: concept('b') })), []);
  t.strictSame(profilesFor(request({ codeReference: { reference: 'Device/1' } })), []);
});

t.test(
  'of a profile and one derived from it, the more general one is chosen by a code of both',
  async (t) => {
    const category = (min: number): Elements => ({
      'Observation.category': slicing('pattern', '$this'),
      'Observation.category:ours': { min, max: '1', patternCodeableConcept: concept('a') },
    });
    const general = define('general', 'Observation', category(0), { baseDefinition: r4('Observation') });
    const special = define('special', 'Observation', category(1), { baseDefinition: profile('general') });
    for (const { profilesFor } of [own(general, special), own(special, general)])
      t.strictSame(profilesFor(observation({ category: [concept('a')] })), [profile('general')]);
  },
);

t.test('a fixed or pattern code of the element itself chooses', async (t) => {
  t.strictSame(
    chosen({ 'Observation.code': { min: 1, patternCodeableConcept: concept('a') } }, { code: concept('a') }),
    ['x'],
  );
  const parts: Elements = {
    'Observation.code': { min: 1 },
    'Observation.code.coding': { min: 1, max: '*' },
    'Observation.code.coding.system': { fixedUri: coding('a').system },
    'Observation.code.coding.code': { fixedCode: 'b' },
  };
  t.strictSame(chosen(parts, { code: concept('b') }), ['x']);
  t.strictSame(chosen(parts, { code: concept('a') }), []);
});

t.test('a required binding of a mandatory slice chooses by each of its codes', async (t) => {
  const elements: Elements = {
    'Observation.code': { min: 1 },
    'Observation.code.coding': slicing('value', 'system'),
    'Observation.code.coding:ours': {
      min: 1,
      binding: { strength: 'required', valueSet: valueSetUrl('ab') },
    },
    'Observation.code.coding:ours.system': { min: 1, fixedUri: coding('a').system },
  };
  t.strictSame(chosen(elements, { code: concept('a') }), ['x']);
  t.strictSame(chosen(elements, { code: concept('b') }), ['x']);
  t.strictSame(chosen(elements, { code: concept('c') }), []);
});

t.test('the code chooses before the category, and codes of others only as the code', async (t) => {
  const both: Elements = {
    'Observation.code': { min: 1, patternCodeableConcept: { coding: [coding('1-8', LOINC)] } },
    'Observation.category': { min: 1, max: '*', patternCodeableConcept: concept('a') },
  };
  const loinc = { coding: [coding('1-8', LOINC)] };
  t.strictSame(chosen(both, { code: loinc }), ['x']);
  t.strictSame(chosen(both, { category: [concept('a')] }), []);
  const foreign: Elements = {
    'Observation.category': {
      min: 1,
      max: '*',
      patternCodeableConcept: { coding: [coding('survey', THEIRS)] },
    },
  };
  t.strictSame(chosen(foreign, { category: [{ coding: [coding('survey', THEIRS)] }] }), []);
});

t.test('type and serviceCategory choose as well', async (t) => {
  const appointment = define('visit', 'Appointment', {
    'Appointment.serviceCategory': slicing('pattern', '$this'),
    'Appointment.serviceCategory:ours': { min: 1, max: '1', patternCodeableConcept: concept('a') },
  });
  const episode = define('episode', 'EpisodeOfCare', {
    'EpisodeOfCare.type': { min: 1, max: '*', patternCodeableConcept: concept('b') },
  });
  const { profilesFor } = own(appointment, episode);
  t.strictSame(
    profilesFor({ resourceType: 'Appointment', serviceCategory: [concept('a')] } as { resourceType: string }),
    [profile('visit')],
  );
  t.strictSame(
    profilesFor({ resourceType: 'EpisodeOfCare', type: [concept('b')] } as { resourceType: string }),
    [profile('episode')],
  );
  t.strictSame(
    profilesFor({ resourceType: 'EpisodeOfCare', type: [concept('a')] } as { resourceType: string }),
    [],
  );
});

t.test('profiles of packages apply when they are named only', async (t) => {
  const theirs: StructureDefinition = define(
    'x',
    'Observation',
    { 'Observation.code': { min: 1, patternCodeableConcept: concept('a') } },
    { base: THEIRS },
  );
  const { profilesFor } = packaged(theirs);
  t.strictSame(profilesFor(observation({ code: concept('a') })), []);
  const claims = { meta: { profile: [profile('x', THEIRS), `${BASE}/StructureDefinition/none`] } };
  t.strictSame(profilesFor(observation({ code: concept('a'), ...claims })), [profile('x', THEIRS)]);
});
