// Links between the entries of a transaction: what points at a fullUrl of the bundle will point at the stored resource.
// https://hl7.org/fhir/R4/http.html#trules · https://hl7.org/fhir/R4/bundle.html#references
import { propertiesOf } from '../fhir/elements.ts';
import { badRequest } from '../fhir/errors.ts';
import { isWorldOfItsOwn } from '../fhir/reference.ts';

/** An entry that links can name. */
export interface NamedEntry {
  fullUrl: string | undefined;
  /** The `Type/id` under which it will be stored. */
  address: string;
  /** The version that it will have; 1 for what is new. */
  version?: number;
}

/** An entry whose links are rewritten. */
export interface LinkedEntry {
  fullUrl: string | undefined;
  resource: object;
  /** Where a patch was applied, the rest of the resource was stored before this bundle: its `urn:` links are its own. */
  isPatched?: boolean;
}

/** One text in a resource that may be a link, and where it stands. */
interface Link {
  kind: 'reference' | 'uri' | 'xhtml';
  text: string;
  expression: string;
  replace(text: string): void;
}

/** Conditional references by text: who holds them. */
export type ConditionalLinks = Map<string, Link[]>;

const URIS: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid']);
const CONDITIONAL = /^[A-Z][A-Za-z]+\?./;
const RELATIVE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
/** The base of a fullUrl that is a RESTful address. */
const RESTFUL = /^(https?:\/\/.*\/)[A-Z][A-Za-z]+\/[A-Za-z0-9.-]{1,64}$/;
const HTML_LINK = /\b(href|src)=(["'])([^"']*)\2/g;
const VERSIONED = /^(.*)\/_history\/[A-Za-z0-9.-]{1,64}$/;
const URN = /^urn:(?:uuid|oid):/;

function kindOf(
  holderType: string | undefined,
  name: string,
  type: string | undefined,
): Link['kind'] | undefined {
  if (name === 'reference' && holderType === 'Reference') return 'reference';
  if (type !== undefined && URIS.has(type)) return 'uri';
  return type === 'xhtml' ? 'xhtml' : undefined;
}

type Holder = Record<string | number, unknown>;

/** Visits the texts below `value` whose FHIR type makes them links; types come from R4's tables. */
function visitLinks(
  value: unknown,
  type: string | undefined,
  expression: string,
  visit: (link: Link) => void,
): void {
  if (typeof value !== 'object' || value === null) return;
  const { resourceType } = value as { resourceType?: unknown };
  const own = typeof resourceType === 'string' ? resourceType : type;
  const properties = own === undefined ? undefined : propertiesOf(own);
  for (const [name, child] of Object.entries(value)) {
    if (isWorldOfItsOwn(own, name)) continue;
    const childType = Array.isArray(value)
      ? type
      : name.startsWith('_')
        ? 'Element'
        : properties?.get(name)?.type;
    const path = Array.isArray(value) ? `${expression}[${name}]` : `${expression}.${name}`;
    if (typeof child !== 'string') {
      visitLinks(child, childType, path, visit);
      continue;
    }
    const kind = kindOf(own, name, childType);
    if (kind) {
      const replace = (text: string) => {
        (value as Holder)[name] = text;
      };
      visit({ kind, text: child, expression: path, replace });
    }
  }
}

/** The entries that a transaction's links can name. */
export class Links {
  readonly #entries: ReadonlyMap<string, NamedEntry>;
  readonly #base: string | undefined;
  readonly #undo: (() => void)[] = [];

  /** @param base address of this server, which relative references are relative to unless their entry's fullUrl says otherwise */
  constructor(entries: readonly NamedEntry[], base?: string) {
    this.#entries = new Map(entries.flatMap((entry) => (entry.fullUrl ? [[entry.fullUrl, entry]] : [])));
    this.#base = base && `${base}/`;
  }

  /** Gives every link of an earlier attempt its own text back. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /**
   * Rewrites the links of an entry in place.
   * @param conditional collects the conditional references, which need a search
   * @throws FhirError 400 for a `urn:uuid:` or `urn:oid:` that is no fullUrl of the bundle
   */
  rewrite({ fullUrl, resource, isPatched }: LinkedEntry, conditional: ConditionalLinks): void {
    const base = RESTFUL.exec(fullUrl ?? '')?.[1] ?? this.#base;
    const { resourceType } = resource as { resourceType: string };
    const handlers: Record<Link['kind'], (link: Link) => void> = {
      reference: (link) => {
        const address = this.#addressOf(link.text, base);
        if (address) this.replace(link, address);
        else leftOver(link, conditional, isPatched);
      },
      uri: (link) => {
        const address = this.#addressOf(link.text);
        if (address) this.replace(link, address);
      },
      xhtml: (link) => {
        const html = link.text.replace(HTML_LINK, (whole, attribute: string, quote: string, url: string) => {
          const address = this.#addressOf(url);
          return address ? `${attribute}=${quote}${address}${quote}` : whole;
        });
        if (html !== link.text) this.replace(link, html);
      },
    };
    visitLinks(resource, resourceType, resourceType, (link) => handlers[link.kind](link));
  }

  /** Gives a link another text until `restore`. */
  replace(link: Link, text: string): void {
    this.#undo.push(() => link.replace(link.text));
    link.replace(text);
  }

  /** Where the entry that a link names will be stored; a link to a version names the one that it will have. */
  #addressOf(text: string, base?: string): string | undefined {
    const unversioned = VERSIONED.exec(text)?.[1];
    const named = (name: string) => this.#entries.get(base && RELATIVE.test(name) ? base + name : name);
    const entry = named(text);
    if (entry) return entry.address;
    const versioned = unversioned === undefined ? undefined : named(unversioned);
    return versioned && `${versioned.address}/_history/${versioned.version ?? 1}`;
  }
}

/** A reference that names no entry: it may be conditional. @throws FhirError 400 for one that only an entry could be */
function leftOver(link: Link, conditional: ConditionalLinks, isPatched = false): void {
  const { text, expression } = link;
  if (URN.test(text) && !isPatched)
    throw badRequest(`${expression} is ${text}, which is no fullUrl of this bundle.`, expression);
  if (CONDITIONAL.test(text)) conditional.set(text, [...(conditional.get(text) ?? []), link]);
}
