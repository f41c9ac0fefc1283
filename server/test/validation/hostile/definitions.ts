// Definitions that are made to keep a validation busy, or to break it. https://hl7.org/fhir/R4/structuredefinition.html
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import { r4 } from '../profile/define.ts';
import { times } from './time.ts';

export const url = (id: string): string => `http://x.example/StructureDefinition/${id}`;
/** What a definition says of its elements: in a differential, or in a snapshot. */
export type Says = Partial<ElementDefinition>[];

export const sd = (id: string, element: Says, more: Partial<StructureDefinition> = {}) =>
  ({
    resourceType: 'StructureDefinition',
    url: url(id),
    id,
    name: id,
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    derivation: 'constraint',
    baseDefinition: r4(more.type ?? 'Patient'),
    differential: { element: element as ElementDefinition[] },
    ...more,
  }) as StructureDefinition;
export const withSnapshot = (id: string, element: Says) =>
  sd(id, [], { snapshot: { element: element as ElementDefinition[] } });
export const at = (id: string, more: Partial<ElementDefinition> = {}): Partial<ElementDefinition> => ({
  id,
  path: id.replace(/:[^.]+/g, ''),
  ...more,
});
export const demanding = (...expressions: string[]): Says => [
  at('Patient', {
    constraint: expressions.map((expression, n) => ({
      key: `x-${n}`,
      severity: 'error',
      human: 'Broken.',
      expression,
    })),
  }),
];
export const typed = (...profile: string[]): Says => [
  at('Patient', { type: [{ code: 'Patient', profile }] }),
];
export const byFamily: ElementDefinition['slicing'] = {
  discriminator: [{ type: 'value', path: 'family' }],
  rules: 'closed',
};
export const sliced = (count: number): Says => [
  at('Patient'),
  at('Patient.name', { slicing: byFamily }),
  ...times(count, (n) => [
    at(`Patient.name:s${n}`, { sliceName: `s${n}` }),
    at(`Patient.name:s${n}.family`, { fixedString: `f${n}` }),
  ]).flat(),
];

export const patient = (count: number) => ({
  resourceType: 'Patient',
  name: times(count, (n) => ({ family: `n${n}`, given: ['a', 'b'] })),
});
export const long = { resourceType: 'Patient', name: [{ family: `${'a'.repeat(40)}!` }] };

type Case = readonly [stored: StructureDefinition[], resource: object, says: RegExp];
export const TOO_LONG = /was not checked whole by q\d*: that takes longer than \d+ ms here\. Send less/;
export const ENDLESS = /refers to itself without end/;
export const NO_SNAPSHOT = /has no snapshot, and none can be made/;

/** By what they are made to do; each is named q. */
export const CASES: Readonly<Record<string, Case>> = {
  'descendants of each descendant': [
    [sd('q', demanding('descendants().where(%resource.descendants().count() < 5).empty()'))],
    patient(5_000),
    TOO_LONG,
  ],
  'descendants of descendants of descendants of a small resource': [
    [
      sd(
        'q',
        demanding(
          'descendants().where(%resource.descendants().where(%resource.descendants().where(%resource.descendants().count() < 5).exists()).exists()).empty()',
        ),
      ),
    ],
    patient(30),
    TOO_LONG,
  ],
  'selections of selections': [
    [sd('q', demanding(`name${'.select(%resource.name)'.repeat(8)}.count() > 0`))],
    patient(10),
    TOO_LONG,
  ],
  'collections that double': [
    [sd('q', demanding(`name${'.select($this.combine($this))'.repeat(40)}.count() > 0`))],
    patient(10),
    TOO_LONG,
  ],
  'texts that grow': [
    [
      sd(
        'q',
        demanding(`'aaaaaaaaaa'${".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')".repeat(10)}.length() > 0`),
      ),
    ],
    patient(1),
    /takes longer|asks for too much|was not checked/,
  ],
  'repetitions of all that there is': [
    [sd('q', demanding('repeat(%resource.descendants()).exists()'))],
    patient(5_000),
    TOO_LONG,
  ],
  'a pattern that repeats what it repeats': [
    [sd('q', demanding("name.all(family.matches('^(a+)+$'))"))],
    long,
    TOO_LONG,
  ],
  'a pattern that repeats a choice': [
    [
      sd('q', [
        at('Patient.name.family', {
          constraint: [{ key: 'x', severity: 'error', human: 'B', expression: "matches('(a|a)*b')" }],
        }),
      ]),
    ],
    long,
    TOO_LONG,
  ],
  'an expression that fhirpath.js evaluates': [
    [
      sd(
        'q',
        demanding(
          `name.given.aggregate($total & $this, '').matches('^(a+)+$') or ${'true and '.repeat(9)}true`,
        ),
      ),
    ],
    { resourceType: 'Patient', name: [{ given: [`${'a'.repeat(40)}!`] }] },
    /was not checked/,
  ],
  'a profile of itself': [[sd('q', typed(url('q')))], patient(1), ENDLESS],
  'profiles of each other': [[sd('q', typed(url('r'))), sd('r', typed(url('q')))], patient(1), ENDLESS],
  'a circle of 2,000 profiles': [
    times(2_000, (n) => sd(`q${n || ''}`, typed(url(`q${(n + 1) % 2_000 || ''}`)))),
    patient(1),
    /takes longer|refers to itself/,
  ],
  'a base of itself': [[sd('q', [], { baseDefinition: url('q') })], patient(1), NO_SNAPSHOT],
  'bases of each other': [
    [sd('q', [], { baseDefinition: url('r') }), sd('r', [], { baseDefinition: url('q') })],
    patient(1),
    NO_SNAPSHOT,
  ],
  '2,000 definitions based on one another': [
    times(2_000, (n) => sd(`q${n || ''}`, [], n < 1_999 ? { baseDefinition: url(`q${n + 1}`) } : {})),
    patient(1),
    NO_SNAPSHOT,
  ],
  'an element 20,000 levels deep': [
    [sd('q', [at(`Patient${'.extension'.repeat(20_000)}`, { min: 1 })])],
    patient(1),
    /was not checked whole/,
  ],
  'a differential of 5,000 slices with children': [
    [
      sd(
        'q',
        [at('Patient.name', { slicing: byFamily })].concat(
          times(4_999, (n) => at(`Patient.name:s${n}.family`, { fixedString: `f${n}` })),
        ),
      ),
    ],
    patient(1),
    TOO_LONG,
  ],
  'a differential of 10,000 elements': [
    [
      sd(
        'q',
        times(10_000, () => at('Patient.name', { min: 1 })),
      ),
    ],
    patient(1),
    NO_SNAPSHOT,
  ],
  'elements without path': [
    [sd('q', [{ id: 'Patient.name' }, {}])],
    patient(1),
    /the definition is malformed/,
  ],
  'an element without parent': [[withSnapshot('q', [at('a.b.c')])], patient(1), /has no parent/],
  'elements that R4 does not have': [
    [
      withSnapshot('q', [
        at('Patient'),
        at('Patient.__proto__', { min: 1 }),
        at('Patient.nonsense', { min: 1 }),
      ]),
    ],
    patient(1),
    /is not an element of Patient/,
  ],
  'slices of slices without end': [
    [
      withSnapshot('q', [
        at('Patient'),
        at('Patient.name', {
          slicing: { discriminator: [{ type: 'exists', path: 'family' }], rules: 'open' },
        }),
        ...times(1_000, (n) => at(`Patient.name:${times(n + 1, () => 'a').join('/')}`, { min: 1 })),
      ]),
    ],
    patient(1),
    /takes longer|nothing to tell it by/,
  ],
  'discriminators that lead nowhere': [
    [
      withSnapshot('q', [
        at('Patient'),
        at('Patient.name', {
          slicing: {
            discriminator: [
              { type: 'value', path: 'no.such.thing' },
              { type: 'nonsense' as 'value', path: '(' },
              { type: 'profile', path: 'resolve()' },
            ],
            rules: 'closed',
          },
        }),
        at('Patient.name:a', { min: 1 }),
      ]),
    ],
    patient(1),
    /gives nothing to tell it by/,
  ],
  'discriminators of 100,000 steps': [
    [
      withSnapshot('q', [
        at('Patient'),
        at('Patient.name', {
          slicing: {
            discriminator: [
              { type: 'value', path: `${'a.'.repeat(50_000)}a` },
              { type: 'value', path: 'extension('.repeat(20_000) },
            ],
            rules: 'closed',
          },
        }),
        at('Patient.name:a', { min: 1 }),
      ]),
    ],
    patient(1),
    /was not checked whole/,
  ],
  '5,000 slices for 10,000 values': [
    [withSnapshot('q', sliced(5_000))],
    patient(10_000),
    /takes longer|and 4970 others/,
  ],
  'expressions that are too long, or none': [
    [sd('q', demanding('a'.repeat(10_000), '((((('))],
    patient(1),
    /is longer than 4000 characters/,
  ],
  'an expression of 300 descents': [
    [
      sd(
        'q',
        demanding(
          `children()${'.children()'.repeat(300)}.exists()`,
          `descendants()${'.descendants()'.repeat(200)}.exists()`,
        ),
      ),
    ],
    patient(3),
    /takes longer|Broken/,
  ],
};
