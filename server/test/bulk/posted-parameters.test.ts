// What is posted and what is indexed are brought together. https://hl7.org/fhir/R4/searchparameter.html
import t from 'tap';
import { difference } from '../../bulk/posted-parameters.ts';

const definition = (expression: string) => ({ code: 'nick', type: 'string', url: 'urn:nick', expression });
const posted = (expression: string) => ({ type: 'Patient', definition: definition(expression) });
const row = (id: number, state: 'active' | 'building', expression: string) => ({
  id,
  type: 'Patient',
  code: 'nick',
  state,
  definition: definition(expression),
});

t.test('A new definition is added, one that is there is not', (t) => {
  t.same(difference([posted('a')], []), { retire: [], add: [posted('a')] });
  t.same(difference([posted('a')], [row(1, 'building', 'a')]), { retire: [], add: [] });
  t.same(difference([posted('a')], [row(1, 'active', 'a')]), { retire: [], add: [] });
  t.end();
});

t.test('What is no longer posted is retired, whatever its state', (t) => {
  t.same(difference([], [row(1, 'active', 'a'), row(2, 'building', 'b')]), { retire: [1, 2], add: [] });
  t.end();
});

t.test('A changed definition is built beside the active one', (t) => {
  t.same(difference([posted('b')], [row(1, 'active', 'a')]), { retire: [], add: [posted('b')] });
  t.same(difference([posted('c')], [row(1, 'active', 'a'), row(2, 'building', 'b')]), {
    retire: [2],
    add: [posted('c')],
  });
  t.end();
});

t.test('One that is changed back while it is built stays as it was', (t) => {
  t.same(difference([posted('a')], [row(1, 'active', 'a'), row(2, 'building', 'b')]), {
    retire: [2],
    add: [],
  });
  t.end();
});
t.test('One that is built anew stays beside the active one', (t) => {
  t.same(difference([posted('a')], [row(1, 'active', 'a'), row(2, 'building', 'a')]), {
    retire: [],
    add: [],
  });
  t.end();
});
