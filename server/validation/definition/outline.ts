// The elements of a snapshot that is being made: found by id, with children and slices put in where a differential needs them.
// https://hl7.org/fhir/R4/elementdefinition.html#id · https://hl7.org/fhir/R4/profiling.html#slicing
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

/** Most elements of one snapshot; the largest that are published have about 1,500. */
const MAX_ELEMENTS = 20_000;

/** Why there is no snapshot. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

type Structure = (canonical: string) => StructureDefinition | undefined;

const TYPES = 'http://hl7.org/fhir/StructureDefinition/';
const SYSTEM = 'http://hl7.org/fhirpath/System.';
const lastOf = (text: string, mark: string) => text.slice(text.lastIndexOf(mark) + 1);
const parentOf = (id: string) => id.slice(0, id.lastIndexOf('.'));

/** The element and what belongs to it: children, slices and their children; of a slice its reslices. */
function belongs(id: string, of: string): boolean {
  if (!id.startsWith(of)) return false;
  const next = id[of.length];
  const isSlice = lastOf(of, '.').includes(':');
  return next === undefined || next === '.' || next === (isSlice ? '/' : ':');
}

const below = (id: string, of: string) => id.startsWith(`${of}.`);

export class Outline {
  readonly list: ElementDefinition[];
  /** As they were in the base. */
  readonly #base: ReadonlyMap<string, ElementDefinition>;
  readonly #structure: Structure;

  /** @param base elements of the base, with the ids that they have here */
  constructor(base: readonly ElementDefinition[], structure: Structure) {
    this.list = base.map((element) => ({ ...element }));
    this.#base = new Map(base.map((element) => [element.id!, element]));
    this.#structure = structure;
  }

  find(id: string): ElementDefinition | undefined {
    return this.list.find((element) => element.id === id);
  }

  /**
   * The element of an id, made where it is not there yet: an element below a datatype, a slice.
   * @throws SnapshotError when the base has no such element
   */
  at(id: string): ElementDefinition {
    const found = this.find(id);
    if (found) return found;
    if (!id.includes('.')) throw new SnapshotError(`There is no element ${id}.`);
    // A parent that is named by its type (`valueQuantity`) has another id here.
    const parent = this.at(parentOf(id)).id!;
    const [name, slice] = lastOf(id, '.').split(':') as [string, string?];
    if (!this.#hasChildren(parent)) this.#unfold(parent);
    const unsliced = `${parent}.${name}`;
    const choice = this.#choiceOf(parent, name);
    if (choice) return this.#chosen(`${parent}.${choice}`, name);
    if (!this.find(unsliced)) throw new SnapshotError(`There is no element ${unsliced}.`);
    return slice === undefined ? this.find(unsliced)! : this.#addSlice(unsliced, slice);
  }

  #hasChildren(id: string): boolean {
    return this.list.some((element) => below(element.id!, id));
  }

  /** `value[x]` for `valueQuantity`, which the snapshot has no element for. */
  #choiceOf(parent: string, name: string): string | undefined {
    if (this.find(`${parent}.${name}`)) return undefined;
    const choices = this.list.filter(({ id }) => id!.endsWith('[x]') && parentOf(id!) === parent);
    const found = choices.find(({ id }) => {
      const stem = lastOf(id!, '.').slice(0, -3);
      return name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length));
    });
    return found && lastOf(found.id!, '.');
  }

  /** `valueQuantity` is the slice of that type; inside another slice it is `value[x]` with no other type. */
  #chosen(unsliced: string, name: string): ElementDefinition {
    const id = `${unsliced}:${name}`;
    if (this.find(id) || !parentOf(unsliced).includes(':')) return this.at(id);
    const element = this.find(unsliced)!;
    element.type = this.#choiceType(element, name) ?? element.type!;
    return element;
  }

  /** Puts the children of an element's type below it. */
  #unfold(id: string): void {
    const element = this.find(id)!;
    const children = element.contentReference
      ? this.#referred(element.contentReference)
      : this.#ofType(element);
    this.#insert(this.list.indexOf(element) + 1, this.#moved(children, id, element.path!));
  }

  #referred(contentReference: string): ElementDefinition[] {
    const id = lastOf(contentReference, '#');
    // The type's own element: what a profile says of its first level does not hold for those further down.
    const list = this.#structure(`${TYPES}${id.split('.')[0]}`)?.snapshot?.element ?? this.list;
    const root = list.find((element) => element.id === id);
    if (!root) throw new SnapshotError(`There is no element ${id}, which a contentReference names.`);
    return [root, ...list.filter((element) => below(element.id!, id))];
  }

  #ofType({ id, type = [] }: ElementDefinition): ElementDefinition[] {
    const [first] = type;
    if (!first || new Set(type.map(({ code }) => code)).size > 1)
      throw new SnapshotError(`${id} has no single type, so nothing can be said of what is below it.`);
    const code = first.code!;
    const profile = type.length === 1 && first.profile?.length === 1 ? first.profile[0]! : undefined;
    const url = code.startsWith(SYSTEM) ? `${TYPES}${code.slice(SYSTEM.length).toLowerCase()}` : code;
    const ofProfile = profile === undefined ? undefined : this.#structure(profile);
    const definition = ofProfile ?? this.#structure(url.includes('://') ? url : `${TYPES}${url}`);
    const list = definition?.snapshot?.element;
    if (!list) throw new SnapshotError(`The type ${profile ?? code} of ${id} is not known.`);
    return list;
  }

  /** Copies of the elements below the first of `tree`, as elements below another one. */
  #moved(tree: readonly ElementDefinition[], id: string, path: string): ElementDefinition[] {
    const [root, ...rest] = tree as [ElementDefinition, ...ElementDefinition[]];
    return rest.map((element) => ({
      ...element,
      id: id + element.id!.slice(root.id!.length),
      path: path + element.path!.slice(root.path!.length),
    }));
  }

  /** A slice behind those that are there: as the base has what it slices, with its children. */
  #addSlice(unsliced: string, slice: string): ElementDefinition {
    const outer = slice.includes('/') ? `${unsliced}:${slice.slice(0, slice.lastIndexOf('/'))}` : unsliced;
    const base = this.#base.get(outer) ?? this.at(outer);
    this.#open(unsliced, slice);
    const id = `${unsliced}:${slice}`;
    const { slicing: _slicing, mustSupport: _mustSupport, ...inherited } = base;
    const choice = unsliced.endsWith('[x]') ? this.#choiceType(base, slice) : undefined;
    const added: ElementDefinition = {
      ...inherited,
      id,
      sliceName: slice,
      min: 0,
      ...(choice && { type: choice, max: '1' }),
    };
    const children = choice ? [] : [...this.#base.values()].filter(({ id: other }) => below(other!, outer));
    const end = this.list.findLastIndex((element) => belongs(element.id!, outer));
    this.#insert(end + 1, [added, ...this.#moved([base, ...children], id, added.path!)]);
    return added;
  }

  /** A required slice that a differential names by its type alone (`valueQuantity`) leaves no room for another type. */
  close({ id, min }: ElementDefinition): void {
    const unsliced = id!.slice(0, id!.lastIndexOf(':'));
    const element = this.find(unsliced)!;
    element.type = this.find(id!)!.type!;
    element.min = Math.max(element.min ?? 0, min ?? 0);
    element.slicing = { ...element.slicing!, rules: 'closed' };
  }

  /** The type that the name of a slice of a choice tells. */
  #choiceType({ id, type = [] }: ElementDefinition, slice: string) {
    const stem = lastOf(id!, '.').slice(0, -3);
    const found = type.filter(
      ({ code }) => `${stem}${code![0]!.toUpperCase()}${code!.slice(1)}` === slice.split('/')[0],
    );
    return found.length ? found : undefined;
  }

  /** Slices of extensions and of choices need no word about how they are told apart. */
  #open(unsliced: string, slice: string): void {
    const element = this.find(unsliced)!;
    if (element.slicing || slice.includes('/')) return;
    const discriminator = unsliced.endsWith('[x]')
      ? ({ type: 'type', path: '$this' } as const)
      : /xtension$/.test(unsliced)
        ? ({ type: 'value', path: 'url' } as const)
        : undefined;
    if (discriminator) element.slicing = { discriminator: [discriminator], ordered: false, rules: 'open' };
  }

  #insert(at: number, elements: readonly ElementDefinition[]): void {
    if (this.list.length + elements.length > MAX_ELEMENTS)
      throw new SnapshotError(`The snapshot would have more than ${MAX_ELEMENTS} elements.`);
    this.list.splice(at, 0, ...elements);
  }
}
