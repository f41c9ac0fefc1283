// Which local patient an EHR's patient is: bound only when exactly one is meant, and never a guess.
// https://hl7.org/fhir/R4/patient.html
import fc from 'fast-check';
import t from 'tap';
import { type Findings, type LocalPatient, matchPatient } from '../../auth/ehr/link.ts';
import { createCharts } from '../../auth/ehr/link-charts.ts';

const ana: LocalPatient = { id: 'ana', name: 'Ana', birthDate: '1980-02-03' };
const ben: LocalPatient = { id: 'ben', name: 'Ben', birthDate: '1980-02-03' };
const nothing: Findings = { birthDate: '1980-02-03', identified: [], alike: [] };
const sure = (patient: LocalPatient) => ({ sure: true, patient });
const unsure = (...candidates: LocalPatient[]) => ({ sure: false, candidates });

t.test('Exactly one who carries a trusted identifier is bound', async (t) => {
  t.strictSame(matchPatient({ ...nothing, identified: [ana] }), sure(ana));
  t.strictSame(matchPatient({ ...nothing, identified: [ana, ana] }), sure(ana), 'by two identifiers');
  t.strictSame(matchPatient({ ...nothing, identified: [ana, ben] }), unsure(ana, ben));
});

t.test(
  'A birth date that contradicts makes nobody sure; one that is less precise, or missing, does not',
  async (t) => {
    t.strictSame(matchPatient({ ...nothing, birthDate: '1981-02-03', identified: [ana] }), unsure(ana));
    t.strictSame(
      matchPatient({ ...nothing, birthDate: '1981-02-03', identified: [], confirmed: ana }),
      unsure(ana),
    );
    t.strictSame(matchPatient({ ...nothing, birthDate: '1980', identified: [ana] }), sure(ana));
    t.strictSame(matchPatient({ ...nothing, birthDate: undefined, identified: [ana] }), sure(ana));
    const undated = { id: 'cy', name: 'Cy' };
    t.strictSame(matchPatient({ ...nothing, identified: [undated] }), sure(undated));
  },
);

t.test('Whom somebody confirmed is bound while no identifier contradicts', async (t) => {
  t.strictSame(matchPatient({ ...nothing, confirmed: ana }), sure(ana));
  t.strictSame(matchPatient({ ...nothing, identified: [ana, ben], confirmed: ben }), sure(ben));
  t.strictSame(matchPatient({ ...nothing, identified: [ben], confirmed: ana }), unsure(ben, ana));
});

t.test('Who is only alike is a candidate, and never bound', async (t) => {
  t.strictSame(matchPatient({ ...nothing, alike: [ana] }), unsure(ana));
  t.strictSame(matchPatient(nothing), unsure());
});

const person = fc.record({
  id: fc.constantFrom('a', 'b', 'c'),
  name: fc.constant('N'),
  birthDate: fc.constantFrom('1980', '1980-02-03', '1999-01-01'),
});
const findings = fc.record({
  birthDate: fc.constantFrom(undefined, '1980-02-03', '1999-01-01'),
  identified: fc.array(person, { maxLength: 3 }),
  confirmed: fc.option(person, { nil: undefined }),
  alike: fc.array(person, { maxLength: 3 }),
});

t.test(
  'Whoever is bound carries an identifier alone or was confirmed, and is no contradiction',
  async (t) => {
    fc.assert(
      fc.property(findings, (found) => {
        const match = matchPatient(found);
        if (!match.sure) return true;
        const { id } = match.patient;
        const others = found.identified.filter((one) => one.id !== id);
        const carries = found.identified.some((one) => one.id === id);
        if (found.confirmed?.id !== id) return carries && !others.length && found.confirmed === undefined;
        return carries || !others.length;
      }),
    );
    t.pass('for any findings');
  },
);

t.test('Candidates come from what was found, each once', async (t) => {
  fc.assert(
    fc.property(findings, (found) => {
      const match = matchPatient(found);
      if (match.sure) return true;
      const ids = match.candidates.map(({ id }) => id);
      const all = [...found.identified, ...found.alike, ...(found.confirmed ? [found.confirmed] : [])];
      return new Set(ids).size === ids.length && ids.every((id) => all.some((one) => one.id === id));
    }),
  );
  t.pass('for any findings');
});

t.test('The look-ups escape what they search for and leave out who is inactive or merged', async (t) => {
  const asked: (readonly [string, readonly (readonly [string, string])[]])[] = [];
  const stored: Record<string, object[]> = {
    Patient: [
      { id: 'ana', name: [{ given: ['Ana'], family: 'Reyes' }], birthDate: '1980-02-03' },
      { id: 'old', active: false },
      { id: 'merged', link: [{ type: 'replaced-by', other: { reference: 'Patient/ana' } }] },
    ],
    Practitioner: [{ id: 'p' }, { id: 'gone', active: false }],
    PractitionerRole: [{ id: 'r' }, { id: 'ended', active: false }],
  };
  const charts = createCharts(async (type, query) => {
    asked.push([type, query]);
    return stored[type]!.map((resource) => JSON.stringify(resource));
  });
  t.strictSame(await charts.withIdentifier([{ system: 'urn:x', value: 'A,1|2' }]), [
    { id: 'ana', name: 'Ana Reyes', birthDate: '1980-02-03' },
  ]);
  t.strictSame(asked[0], [
    'Patient',
    [
      ['identifier', 'urn:x|A\\,1\\|2'],
      ['_count', '50'],
    ],
  ]);
  t.strictSame(await charts.withIdentifier([]), []);
  t.equal(asked.length, 1, 'nothing is asked for no identifier');
  t.strictSame(await charts.withNpi('9999900004'), ['Practitioner/p', 'PractitionerRole/r']);
  t.strictSame(asked.at(-1), [
    'PractitionerRole',
    [
      ['practitioner', 'Practitioner/p'],
      ['_count', '50'],
    ],
  ]);
});
