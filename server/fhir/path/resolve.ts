// resolve(): from references to the resources they point to, as far as these are at hand.
// https://hl7.org/fhir/R4/fhirpath.html#functions · https://hl7.org/fhir/R4/references.html#contained
import { badRequest } from '../errors.ts';
import {
  type Code,
  commonFamily,
  type Environment,
  type Item,
  isMixed,
  multiple,
  Primitive,
  single,
} from './code.ts';

interface Container {
  readonly contained?: readonly { readonly id?: unknown }[];
}

/** What the text of a reference points to: the container, a contained resource, or what the caller finds. */
function targetOf(reference: string, { resource, rootResource, resolve }: Environment): unknown {
  const root = rootResource ?? resource;
  if (reference === '#') return root;
  if (!reference.startsWith('#')) return resolve?.(reference) ?? undefined;
  const id = reference.slice(1);
  return (root as Container).contained?.find((inner) => inner?.id === id);
}

const textOf = (item: Item, isReference: boolean): unknown => {
  if (isReference) return (item as { reference?: unknown }).reference;
  return item instanceof Primitive ? item.value : item;
};

/** The resources that the references, canonicals or addresses of a collection point to; what is not found is left out. */
export function resolved(input: Code): Code {
  const isReference = input.types.length === 1 && input.types[0] === 'Reference';
  if (
    isMixed(input.types) ||
    (!isReference && input.types.length > 0 && commonFamily(input.types) !== 'string')
  ) {
    throw badRequest(
      'In FHIRPath this server supports resolve() for elements of one type: Reference, canonical or uri.',
    );
  }
  const find = (item: Item, environment: Environment): unknown => {
    const text = textOf(item, isReference);
    return typeof text === 'string' ? targetOf(text, environment) : undefined;
  };
  if (!input.single) {
    return multiple(['Resource'], (self, environment) =>
      input.many(self, environment).flatMap((item) => find(item, environment) ?? []),
    );
  }
  return single(['Resource'], (self, environment) => {
    const item = input.one(self, environment);
    return item === undefined ? undefined : find(item, environment);
  });
}
