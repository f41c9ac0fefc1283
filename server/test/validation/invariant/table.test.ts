// Every invariant of R4 is checked: by the structure, by a plain function, or by its compiled expression.
// https://hl7.org/fhir/R4/conformance-rules.html#constraints
import t from 'tap';
import { compilePredicate, isCompiled } from '../../../fhir/path/index.ts';
import { CHECKED_BY_STRUCTURE, correctionOf, NOT_SAID } from '../../../validation/invariant/corrections.ts';
import { NATIVE } from '../../../validation/invariant/native.ts';
import { expressionFor } from '../../../validation/invariant/rule.ts';
import { constraints } from './run.ts';

const keys = new Set(constraints.map(({ constraint }) => constraint.key));

t.test('the table has the invariants of R4, each once where it is defined', async (t) => {
  t.equal(constraints.length, 240);
  t.equal(keys.size, 238);
  const places = constraints.map(({ constraint, place }) => `${place} ${constraint.key}`);
  t.equal(new Set(places).size, places.length, 'none is there twice');
  for (const { constraint } of constraints) {
    t.match(constraint.key, /^[a-z]+-[0-9]+[ab]?$/);
    t.match(constraint.severity, /^(error|warning)$/);
    t.ok(constraint.human.length > 3 && constraint.expression.length > 3, constraint.key);
  }
});

t.test('every expression is compiled to plain functions, none is left to fhirpath.js', async (t) => {
  const left: string[] = [];
  let compiled = 0;
  for (const { constraint, place, types } of constraints) {
    const expression = expressionFor(constraint);
    if (expression === undefined) continue;
    for (const type of types) {
      if (isCompiled(expression, type, {})) compiled++;
      else left.push(`${place} ${constraint.key}`);
      t.strictSame(compilePredicate(expression, type).assumed, [], 'and asks nobody');
    }
  }
  t.strictSame(left, []);
  t.equal(compiled, 212);
});

t.test('each special rule is for an invariant of the table, and for one reason only', async (t) => {
  const corrected = constraints.flatMap(({ constraint }) => {
    const correction = expressionFor(constraint) && correctionOf(constraint.key, constraint.expression);
    if (!correction) return [];
    t.not(correction.expression, constraint.expression, `${constraint.key} is changed`);
    t.ok(correction.why.length > 5, `${constraint.key}: ${correction.why}`);
    return constraint.key;
  });
  const special = [...CHECKED_BY_STRUCTURE, ...Object.keys(NOT_SAID), ...Object.keys(NATIVE)];
  for (const key of special) t.ok(keys.has(key), key);
  const all = [...special, ...corrected];
  t.equal(new Set(all).size, all.length, 'no invariant has two of them');
  for (const why of Object.values(NOT_SAID)) t.ok(why.length > 5, why);
});
