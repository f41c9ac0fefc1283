// A code system of colours and value sets of them, for the tests of terminology operations.
import type { CodeSystem, Resource, ValueSet } from '@medplum/fhirtypes';
import type { Answer, Ask } from '../helpers/server.ts';

export const CODES = 'https://example.org/colours';
export const VS = 'https://example.org/vs';
export const RED = { system: CODES, code: 'red' };

export const colours: CodeSystem = {
  resourceType: 'CodeSystem',
  id: 'colours',
  url: CODES,
  version: '1.0',
  name: 'Colours',
  title: 'The colours',
  status: 'active',
  language: 'en',
  content: 'complete',
  property: [
    { code: 'notSelectable', type: 'boolean' },
    { code: 'status', type: 'code' },
    { code: 'wave', type: 'integer' },
  ],
  concept: [
    {
      code: 'warm',
      display: 'Warm colours',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [
        {
          code: 'red',
          display: 'Red',
          definition: 'The colour of blood.',
          designation: [
            { language: 'de', value: 'Rot' },
            { language: 'es', use: { code: 'short' }, value: 'Rojo' },
          ],
          property: [{ code: 'wave', valueInteger: 700 }],
          concept: [{ code: 'crimson', display: 'Crimson red' }],
        },
        { code: 'orange', display: 'Orange' },
      ],
    },
    { code: 'blue', display: 'Blue', property: [{ code: 'wave', valueInteger: 470 }] },
    { code: 'mauve', display: 'Mauve', property: [{ code: 'status', valueCode: 'retired' }] },
  ],
};

export const valueSet = (id: string, compose: ValueSet['compose'], more: Partial<ValueSet> = {}): ValueSet =>
  ({ resourceType: 'ValueSet', id, url: `${VS}/${id}`, status: 'active', ...more, compose }) as ValueSet;

export const allColours = valueSet('all', { include: [{ system: CODES }] });
export const warmColours = valueSet('warm', {
  include: [{ system: CODES, filter: [{ property: 'concept', op: 'is-a', value: 'warm' }] }],
});

/** Codes of an expansion with those below them in brackets. */
export const tree = ({ body }: Pick<Answer, 'body'>): string => {
  const text = (list: { code: string; contains?: never[] }[] = []): string =>
    list.map(({ code, contains }) => (contains ? `${code}(${text(contains)})` : code)).join(' ');
  return text(body.expansion.contains);
};

/** The value of an out parameter. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into any value
export const out = ({ body }: Pick<Answer, 'body'>, name: string): any => {
  const found = body.parameter?.find((one: { name: string }) => one.name === name);
  return found && Object.entries(found).find(([key]) => key.startsWith('value'))?.[1];
};

export const given = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

/** Stores what a test starts from. @throws Error with the outcome of what is not taken */
export async function stored(ask: Ask, ...resources: Resource[]): Promise<void> {
  for (const one of resources) {
    const { status, body } = await ask('PUT', `/${one.resourceType}/${one.id}`, one);
    if (status !== 201) throw new Error(JSON.stringify(body));
  }
}
