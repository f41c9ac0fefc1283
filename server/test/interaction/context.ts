// The context of the interactions on storage of a test's own, without a server around it.
import { type Care, createCare, plainKnowledge } from '../../care/index.ts';
import type { Context } from '../../interaction/context.ts';
import { VersionHistory } from '../../store/history.ts';
import { BASE, NOW, type Storage } from '../search/storage.ts';

/** The interactions' context on counted storage; what is valid and allowed is not the question. */
export function contextOf(
  { store, search, dependencies, registry }: Storage,
  reactionsTo: Care['reactionsTo'] = () => [],
): Context {
  let made = 0;
  const unused = () => Promise.reject(new Error('no entry needs it'));
  return {
    store,
    search,
    cursors: dependencies.cursors,
    history: new VersionHistory({
      ...dependencies,
      types: [],
      compartment: registry.compartment,
      listItem: () => 0,
    }),
    validator: { validate: () => [] },
    care: { ...createCare(plainKnowledge), check: () => {}, reactionsTo },
    now: () => NOW,
    newId: () => `made-${made++}`,
    base: BASE,
    dispatch: unused,
    capabilities: () => ({}),
    terminologyCapabilities: () => ({}),
  };
}
