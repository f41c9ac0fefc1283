// Extensions of ours wherever they stand: each must be defined, and follow its definition, in a profiled resource or not.
// https://hl7.org/fhir/R4/extensibility.html
import { type Json, type Run, report } from '../run.ts';
import type { CheckOf } from './context.ts';

const NAMES: ReadonlySet<string> = new Set(['extension', 'modifierExtension']);

function checkExtension(extension: Json, run: Run, checkOf: CheckOf, isOurs: (url: string) => boolean): void {
  const url = extension.url as string;
  const known = checkOf(url);
  if (known?.type === 'Extension') known.check(extension, run);
  else if (isOurs(url))
    report(run, 'extension', `has the url ${url}, which is not an extension of ours; check the spelling`);
}

/** Walks a resource whose structure is right, so its depth is bounded. */
export function checkExtensions(
  node: Json,
  run: Run,
  checkOf: CheckOf,
  isOurs: (url: string) => boolean,
): void {
  for (const key in node) {
    const value = node[key];
    if (typeof value !== 'object' || value === null) continue;
    const isExtension = NAMES.has(key);
    const list = Array.isArray(value) ? value : undefined;
    run.path.push(key.charCodeAt(0) === 95 ? key.slice(1) : key);
    for (let index = 0; index < (list?.length ?? 1); index++) {
      const item: Json | null | string = list ? list[index] : value;
      if (typeof item !== 'object' || item === null) continue;
      if (list) run.path.push(index);
      if (isExtension) checkExtension(item, run, checkOf, isOurs);
      checkExtensions(item, run, checkOf, isOurs);
      if (list) run.path.pop();
    }
    run.path.pop();
  }
}
