// Links between the entries of a transaction: what points at a fullUrl of the bundle will point at the stored resource.
// https://hl7.org/fhir/R4/http.html#trules · https://hl7.org/fhir/R4/bundle.html#references
import { propertiesOf } from '../fhir/elements.ts';
import { badRequest } from '../fhir/errors.ts';
import { isWorldOfItsOwn } from '../fhir/reference.ts';

/** An entry's resource with its fullUrl; `address` is the `Type/id` under which it will be stored. */
export interface LinkedEntry {
  fullUrl: string | undefined;
  address: string;
  resource: object;
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
const HTML_LINK = /\b(href|src)="([^"]*)"/g;

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
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #undo: (() => void)[] = [];

  constructor(entries: readonly LinkedEntry[]) {
    this.#addresses = new Map(
      entries.flatMap(({ fullUrl, address }) => (fullUrl ? [[fullUrl, address]] : [])),
    );
  }

  /** Gives every link of an earlier attempt its own text back. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /**
   * Rewrites the links of an entry in place.
   * @param conditional collects the conditional references, which need a search
   * @throws FhirError 400 for a `urn:uuid:` that is no fullUrl of the bundle
   */
  rewrite({ fullUrl, resource }: LinkedEntry, conditional: ConditionalLinks): void {
    const base = RESTFUL.exec(fullUrl ?? '')?.[1];
    const { resourceType } = resource as { resourceType: string };
    const handlers: Record<Link['kind'], (link: Link) => void> = {
      reference: (link) => this.#rewriteReference(link, base, conditional),
      uri: (link) => {
        const address = this.#addresses.get(link.text);
        if (address) this.replace(link, address);
      },
      xhtml: (link) => {
        const html = link.text.replace(HTML_LINK, (whole, attribute: string, url: string) => {
          const address = this.#addresses.get(url);
          return address ? `${attribute}="${address}"` : whole;
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

  #rewriteReference(link: Link, base: string | undefined, conditional: ConditionalLinks): void {
    const { text, expression } = link;
    const absolute = base && RELATIVE.test(text) ? base + text : text;
    const address = this.#addresses.get(absolute);
    if (address) this.replace(link, address);
    else if (text.startsWith('urn:uuid:')) {
      throw badRequest(`${expression} is ${text}, which is no fullUrl of this bundle.`, expression);
    } else if (CONDITIONAL.test(text)) {
      conditional.set(text, [...(conditional.get(text) ?? []), link]);
    }
  }
}
