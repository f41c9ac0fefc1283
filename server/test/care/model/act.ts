// One action of a run: what is done, when it can be done, and the words that a counterexample tells it in.
// https://fast-check.dev/docs/advanced/model-based-testing/
import fc from 'fast-check';
import type { Answer } from '../../helpers/server.ts';
import type { Model, Real } from './world.ts';

export type Act = fc.AsyncCommand<Model, Real>;

/** Says what is done; without words, what was said. */
export type Say = (words?: string) => string;

/**
 * Makes an action.
 * @param run does it and holds the answer against what is foretold
 * @param check whether it can be done; always without one
 */
export function act(
  run: (model: Model, real: Real, say: Say) => Promise<Answer>,
  check: (model: Readonly<Model>) => boolean = () => true,
): Act & fc.WithCloneMethod<Act> {
  let said = 'not done';
  let came = '';
  const say: Say = (words) => {
    if (words !== undefined) said = words;
    return said;
  };
  return {
    check,
    // Shrinking does it again: its words are then its own.
    [fc.cloneMethod]: () => act(run, check),
    async run(model, real) {
      came = '';
      const { status } = await run(model, real, say);
      came = ` → ${status}`;
    },
    toString: () => `${said}${came};`,
  };
}
