// String search as the specification has it. https://hl7.org/fhir/R4/search.html#string
import t from 'tap';
import { answers, openStorage, refuses } from './storage.ts';

t.test('A string matches what starts with it, whatever the case and the accents', async (t) => {
  const s = await openStorage(t);
  const family = (id: string, text: string) => ({ resourceType: 'Patient', id, name: [{ family: text }] });
  await s.save([
    family('son', 'Son'),
    family('sonder', 'Sonder'),
    family('person', 'Person'),
    family('perez', 'Pérez'),
    family('nfd', 'Pe\u0301rez'),
    family('oneill', "O'Neill"),
    family('garcia', 'García  Márquez'),
    family('percent', '100%_sure'),
    family('plain', '100 sure'),
    family('odd', 'a,b|c$d\\e'),
    family('emoji', 'Zoë 😀'),
  ]);
  await answers(t, s, 'Patient', {
    'family=Son': ['son', 'sonder'],
    'family=SON': ['son', 'sonder'],
    'family=on': [],
    'family=perez': ['perez', 'nfd'],
    'family=PÉRE': ['perez', 'nfd'],
    "family=o'n": ['oneill'],
    'family=garcia marq': ['garcia'],
    'family=garcia  marq': ['garcia'],
    'family=marquez': [],
    'family=zoe 😀': ['emoji'],
    'family=son,per': ['son', 'sonder', 'person', 'perez', 'nfd'],
  });
  await t.test(':exact takes case and accents as they are, and the whole', async (t) => {
    await answers(t, s, 'Patient', {
      'family:exact=Son': ['son'],
      'family:exact=son': [],
      'family:exact=Pérez': ['perez'],
      'family:exact=Perez': [],
      'family:exact=Pe\u0301rez': ['nfd'],
      'family:exact=Son,Person': ['son', 'person'],
    });
  });
  await t.test(':contains matches anywhere, whatever the case and the accents', async (t) => {
    await answers(t, s, 'Patient', {
      'family:contains=SON': ['son', 'sonder', 'person'],
      'family:contains=márq': ['garcia'],
      'family:contains=nde,rso': ['sonder', 'person'],
      'family:contains=q_': [],
    });
  });
  await t.test('% and _ are themselves, and what is escaped is itself', async (t) => {
    const escaped = encodeURIComponent('a\\,b\\|c\\$d\\\\e');
    await answers(t, s, 'Patient', {
      'family=100%25': ['percent'],
      'family:contains=%25': ['percent'],
      'family:contains=_': ['percent'],
      'family:contains=%25_S': ['percent'],
      'family=1__': [],
      [`family=${escaped}`]: ['odd'],
      [`family:exact=${escaped}`]: ['odd'],
      [`family:contains=${encodeURIComponent('\\\\')}`]: ['odd'],
    });
  });
  await t.test(':missing asks whether there is a value', async (t) => {
    await s.save([{ resourceType: 'Patient', id: 'nameless' }]);
    await answers(t, s, 'Patient', {
      'family:missing=true': ['nameless'],
      'name:missing=true': ['nameless'],
      'family:missing=false&family=son': ['son', 'sonder'],
    });
  });
});

t.test(
  ':exact matches the entire parameter, and a value matches from the start, however long they are',
  async (t) => {
    const s = await openStorage(t);
    const long = `${'Una línea larga de texto. '.repeat(40)}Fin`;
    const city = (id: string, text: string) => ({ resourceType: 'Patient', id, address: [{ city: text }] });
    await s.save([
      city('long', long),
      city('longer', `${long} y más`),
      city('other', `${long.slice(0, 500)}x`),
    ]);
    const query = (modifier: string, text: string) => `address-city${modifier}=${encodeURIComponent(text)}`;
    await answers(t, s, 'Patient', {
      [query(':exact', long)]: ['long'],
      [query(':exact', long.slice(0, 400))]: [],
      [query(':exact', long.toUpperCase())]: [],
      [query('', long)]: ['long', 'longer'],
      [query('', long.toUpperCase().replaceAll('Í', 'I'))]: ['long', 'longer'],
      [query('', long.slice(0, 450))]: ['long', 'longer', 'other'],
      [query('', `${long}Not`)]: [],
      [query(':contains', long.slice(9, 480))]: ['long', 'longer', 'other'],
      [query(':contains', `${long.slice(9)} y mas`)]: ['longer'],
    });
  },
);

t.test('A name matches by any of its parts, an address too', async (t) => {
  const s = await openStorage(t);
  await s.save([
    {
      resourceType: 'Patient',
      id: 'ana',
      name: [
        { family: 'Ruiz', given: ['Ana', 'María'], prefix: ['Dra.'], suffix: ['PhD'], text: 'Doctora Ruiz' },
        { family: 'Soto' },
      ],
      address: [
        {
          line: ['12 Elm St', 'Apt 4'],
          city: 'Austin',
          district: 'Travis',
          state: 'TX',
          postalCode: '78701',
          country: 'US',
          text: 'at the park',
        },
      ],
    },
    {
      resourceType: 'Patient',
      id: 'bo',
      name: [{ given: ['Bo'] }],
      address: [{ city: 'Boston', use: 'home' }],
    },
  ]);
  const found = Object.fromEntries(
    [
      ...['ruiz', 'ana', 'maria', 'dra', 'phd', 'doctora', 'soto'].map((text) => `name=${text}`),
      ...['12 elm', 'apt', 'austin', 'travis', 'tx', '787', 'us', 'at the'].map((text) => `address=${text}`),
      ...[
        'family=soto',
        'given=mar',
        'given=ana&family=ruiz',
        'name=ana&name=soto',
        'address-city=aus',
        'address-state=tx',
        'address-postalcode=78701',
      ],
    ].map((query) => [query, ['ana']]),
  );
  await answers(t, s, 'Patient', {
    ...found,
    'family=ana': [],
    'address-use=home': ['bo'],
    'name=bo': ['bo'],
  });
});

t.test('A long text matches by as much of it as is indexed', async (t) => {
  const s = await openStorage(t);
  const long = 'é'.repeat(1000);
  await s.save([{ resourceType: 'Patient', id: 'long', name: [{ family: long }] }]);
  await answers(t, s, 'Patient', {
    [`family=${'e'.repeat(900)}`]: ['long'],
    [`family:exact=${long}`]: ['long'],
    [`family=${'e'.repeat(300)}f`]: [],
  });
});

t.test('A value without a letter is refused instead of matching everything', async (t) => {
  const s = await openStorage(t);
  for (const query of ['family=', 'family:contains=', 'family=son,', 'family:exact=']) {
    await refuses(t, s, 'Patient', query, /"family" has an empty value/, 'invalid');
  }
  for (const query of ['family=%20', 'family:contains=%20%20', 'family=%CC%81']) {
    await refuses(t, s, 'Patient', query, /"family" has a value without a letter or digit/, 'invalid');
  }
});
