// Makes a right resource wrong in exactly one point of a definition: a slice or a binding. What must be said then comes along.
// https://hl7.org/fhir/R4/profiling.html#slicing · https://hl7.org/fhir/R4/terminologies.html#strength
import { readFileSync } from 'node:fs';
import type { ElementDefinition } from '@medplum/fhirtypes';
import type { CodesIn, Json, Place, Walker } from './profile-elements.ts';

/** An issue that must be reported. */
export interface Expected {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  /** Key of the invariant. */
  readonly rule?: string;
  readonly expression: string;
}

type Elements = Record<
  string,
  { elements: Record<string, { targets?: Record<string, string[]> | string[] }> }
>;
const R4 = JSON.parse(
  readFileSync(new URL('../server/fhir/r4/elements.json', import.meta.url), 'utf8'),
) as Elements;
const R4_TYPE = 'http://hl7.org/fhir/StructureDefinition/';
/** Codes that R4 has and our narrower value sets do not, by element. */
const LEFT_OUT: Readonly<Record<string, string>> = { status: 'draft', intent: 'plan', priority: 'stat' };
/** A task code that belongs to no family. */
const NO_FAMILY = 'outreach-attempt';

const error = (code: string, expression: string): Expected => ({ severity: 'error', code, expression });
const listOf = (path: string) => path.replace(/\[\d+\]$/, '');

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key as string];
}

/** Takes the values out of their list; a list that gets empty goes. */
function removeAll(places: readonly Place[], holder: Json, name: string): void {
  for (const place of [...places].reverse()) remove(place);
  if (Array.isArray(holder[name]) && !holder[name].length) delete holder[name];
}

export interface Breaker {
  /** Breaks the slice in the resource, in place. @returns what must be reported, or undefined when it is not in the resource */
  slice(root: Json, id: string): Expected | undefined;
  /** Puts a code that the binding does not have into the resource, in place. */
  binding(root: Json, id: string): Expected | undefined;
}

/**
 * Breaks resources in the points of one definition.
 * @param differential the elements that the definition itself states, in order
 */
export function createBreaker(
  walker: Walker,
  differential: readonly ElementDefinition[],
  codesIn: CodesIn,
): Breaker {
  const { byId, placesOf, discriminatorsOf } = walker;

  function holders(root: Json, id: string): Place[] {
    const above = id.split('.').slice(0, -1).join('.');
    return placesOf(root, above);
  }

  /** A type that R4 allows as the target of the reference and the definition does not. */
  function foreignTarget(id: string, allowed: readonly string[]): string {
    const path = byId.get(id)!.path!.split('.');
    const owner = path.slice(0, -1).join('.');
    const targets = R4[owner]?.elements[path.at(-1)!]?.targets ?? [];
    const base = Array.isArray(targets) ? targets : Object.values(targets).flat();
    const names = base.length && !base.includes('Resource') ? base : ['Medication', 'Patient'];
    return names.find((name) => name !== 'Patient' && !allowed.includes(name)) ?? 'Patient';
  }

  function wrongType(place: Place, id: string): Expected | undefined {
    const types = byId.get(id)!.type ?? [];
    if (id.endsWith('[x]')) {
      const prefix = id.split('.').at(-1)!.slice(0, -3);
      const other = types.some(({ code }) => code === 'boolean') ? ['String', 'yes'] : ['Boolean', true];
      delete (place.parent as Json)[place.key as string];
      (place.parent as Json)[`${prefix}${other[0]}`] = other[1];
      return error('structure', place.path);
    }
    const allowed = types.flatMap(({ targetProfile }) => targetProfile ?? []);
    if (!allowed.length) return undefined;
    const names = allowed.map((url) => url.slice(R4_TYPE.length));
    (place.value as Json).reference = `${foreignTarget(id, names)}/somebody-else`;
    return error('value', place.path);
  }

  /** Breaks a demand inside a slice: drops what is needed, or gives a value of another type or code. */
  function inside(root: Json, slice: string): Expected | undefined {
    const told = discriminatorsOf(slice);
    for (const { id, min, type, binding } of differential) {
      if (!id!.startsWith(`${slice}.`) || told.includes(id!)) continue;
      const place = placesOf(root, id!)[0];
      if (!place) continue;
      if (min && !type) {
        const list = listOf(place.path);
        remove(place);
        return error('required', list);
      }
      if (binding) return bind(root, id!);
      const found = type && wrongType(place, id!);
      if (found) return found;
    }
    return undefined;
  }

  /** An extension whose value has a type that its definition does not know. */
  function wrongExtension(place: Place): Expected {
    const extension = place.value as Json;
    const parts = extension.extension as Json[] | undefined;
    if (parts) {
      extension.extension = parts.slice(1);
      return error('required', `${place.path}.extension`);
    }
    for (const key of Object.keys(extension)) if (key.startsWith('value')) delete extension[key];
    extension.valueBase64Binary = 'AAAA';
    return error('structure', `${place.path}.value`);
  }

  function slice(root: Json, id: string): Expected | undefined {
    const places = placesOf(root, id);
    const place = places[0];
    if (!place) return undefined;
    const { min, max, type } = byId.get(id)!;
    const list = listOf(place.path);
    const name = id.split('.').at(-1)!.split(':')[0]!;
    if (min) {
      const holder = holders(root, id).find(({ value }) => (value as Json)[name] !== undefined)!;
      removeAll(
        places.filter(({ path }) => listOf(path) === list),
        holder.value as Json,
        name,
      );
      return error('required', list);
    }
    if (max === '1') {
      (place.parent as unknown[]).push(structuredClone(place.value));
      return error('structure', list);
    }
    return type?.[0]?.profile ? wrongExtension(place) : inside(root, id);
  }

  /** A coding that the value set does not have; of the same system where the slice is told by it. */
  function wrongCoding(id: string): Json {
    const system = byId.get(`${id}.system`);
    const given = system && Object.entries(system).find(([key]) => /^(fixed|pattern)Uri$/.test(key))?.[1];
    const told = given ?? byId.get(id)?.patternCodeableConcept?.coding?.[0]?.system;
    if (!told) return { system: 'http://example.org/codes', code: 'other' };
    return { system: told, code: String(told).endsWith('/cn-task-code') ? NO_FAMILY : 'no-such-code' };
  }

  function bind(root: Json, id: string): Expected | undefined {
    const { binding, path, max } = byId.get(id)!;
    const place = placesOf(root, id)[0];
    if (!place) return undefined;
    const severity = binding!.strength === 'required' ? 'error' : 'warning';
    const expected = (at: string): Expected => ({ severity, code: 'code-invalid', expression: at });
    const parent = place.parent as Json;
    if (typeof place.value === 'string') {
      parent[place.key as string] = LEFT_OUT[path!.split('.').at(-1)!] ?? 'no-such-code';
      return expected(place.path);
    }
    const concept = (place.value as Json).coding !== undefined;
    const wrong = concept ? { coding: [wrongCoding(id)] } : wrongCoding(id);
    const isSlice = id.split('.').at(-1)!.includes(':');
    if (Array.isArray(place.parent) && !isSlice && max !== '1') {
      place.parent.push(wrong);
      return expected(`${listOf(place.path)}[${place.parent.length - 1}]`);
    }
    parent[place.key as string] = wrong;
    // A slice that is told by its binding is not there any more.
    if (
      discriminatorsOf(id).includes(id) &&
      codesIn(binding!.valueSet!).size &&
      !byId.get(id)!.patternCodeableConcept
    )
      return error('required', listOf(place.path));
    return expected(place.path);
  }
  return { slice, binding: bind };
}
