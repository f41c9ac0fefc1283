// FHIRPath tokens to a syntax tree: precedence climbing over the operator table of the specification.
// https://hl7.org/fhirpath/N1/#operator-precedence
import { syntaxError, type Token, tokensOf } from './lexer.ts';

/** A literal's System type, as FHIRPath names it. */
export type LiteralType =
  | 'String'
  | 'Boolean'
  | 'Number'
  | 'Long'
  | 'Date'
  | 'DateTime'
  | 'Time'
  | 'Quantity';

/** A node of the syntax tree; `input` is absent where the expression starts at the context item. */
export type Node =
  | { readonly kind: 'empty' | 'this' }
  | { readonly kind: 'literal'; readonly type: LiteralType; readonly value: string | number | boolean }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly input?: Node; readonly name: string }
  | { readonly kind: 'call'; readonly input?: Node; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'index'; readonly input: Node; readonly index: Node }
  | { readonly kind: 'sign'; readonly sign: string; readonly input: Node }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'type'; readonly op: 'is' | 'as'; readonly input: Node; readonly name: string };

const BINDING = new Map<string, number>(
  [
    ['implies'],
    ['or', 'xor'],
    ['and'],
    ['in', 'contains'],
    ['=', '~', '!=', '!~'],
    ['<=', '<', '>', '>='],
    ['|'],
    ['is', 'as'],
    ['+', '-', '&'],
    ['*', '/', 'div', 'mod'],
  ].flatMap((operators, level) => operators.map((operator) => [operator, level + 1] as const)),
);
const SIGN_BINDING = 11;

/** Words that are operators or literals and never the name of an element without backquotes. */
const RESERVED = new Set(['and', 'or', 'xor', 'implies', 'div', 'mod', 'true', 'false']);
const UNITS = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;
const LITERALS: Readonly<Partial<Record<Token['kind'], LiteralType>>> = {
  string: 'String',
  long: 'Long',
  date: 'Date',
  dateTime: 'DateTime',
  time: 'Time',
};
/** Deepest nesting of parentheses, arguments and signs. */
const MAX_DEPTH = 100;

/**
 * Parses a FHIRPath expression.
 * @throws a 400 failure with the position of what is wrong
 */
export function parse(expression: string): Node {
  const parser = new Parser(expression);
  const node = parser.expression(0);
  parser.end();
  return node;
}

class Parser {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(expression: string) {
    this.source = expression;
    this.tokens = tokensOf(expression);
  }

  /** An expression whose operators bind more tightly than `binding`. */
  expression(binding: number): Node {
    if (++this.depth > MAX_DEPTH) throw this.error(`more than ${MAX_DEPTH} levels of nesting`);
    let left = this.operand();
    for (let own = this.operator(); own > binding; own = this.operator()) {
      const op = this.next().text;
      left =
        op === 'is' || op === 'as'
          ? { kind: 'type', op, input: left, name: this.typeName() }
          : { kind: 'binary', op, left, right: this.expression(own) };
    }
    this.depth--;
    return left;
  }

  end(): void {
    if (this.token().kind !== 'end') throw this.error('an operator or the end is expected');
  }

  /** How tightly the operator at the present token binds; 0 when there is none. */
  private operator(): number {
    const { kind, text } = this.token();
    return kind === 'word' || kind === 'mark' ? (BINDING.get(text) ?? 0) : 0;
  }

  /** A term with the invocations and indexers that follow it, or a signed one. */
  private operand(): Node {
    if (this.at('+') || this.at('-')) {
      const sign = this.next().text;
      return { kind: 'sign', sign, input: this.expression(SIGN_BINDING) };
    }
    let node = this.term();
    for (;;) {
      if (this.skip('.')) node = this.invocation(node);
      else if (this.skip('[')) {
        node = { kind: 'index', input: node, index: this.expression(0) };
        this.expect(']');
      } else return node;
    }
  }

  private term(): Node {
    const { kind, text } = this.token();
    if (this.skip('(')) {
      const node = this.expression(0);
      this.expect(')');
      return node;
    }
    if (this.skip('{')) {
      this.expect('}');
      return { kind: 'empty' };
    }
    if (this.skip('%')) return { kind: 'variable', name: this.name('quoted', 'string').text };
    if (kind === 'word' && (text === 'true' || text === 'false')) {
      this.next();
      return { kind: 'literal', type: 'Boolean', value: text === 'true' };
    }
    if (kind === 'number') return this.number();
    const type = LITERALS[kind];
    if (!type) return this.invocation(undefined);
    this.next();
    return { kind: 'literal', type, value: type === 'String' ? text : text.replace('@', '') };
  }

  /** A number, or a quantity where a unit follows. */
  private number(): Node {
    const value = Number(this.next().text);
    const { kind, text } = this.token();
    if (kind !== 'string' && !(kind === 'word' && UNITS.test(text)))
      return { kind: 'literal', type: 'Number', value };
    this.next();
    return { kind: 'literal', type: 'Quantity', value };
  }

  /** What may follow a dot: an element, a function call, or $this, $index, $total. */
  private invocation(input: Node | undefined): Node {
    const { text, kind } = this.token();
    if (kind === 'mark' && text.startsWith('$')) {
      this.next();
      return text === '$this' ? { kind: 'this' } : { kind: 'variable', name: text };
    }
    const name = this.name('quoted').text;
    if (!this.skip('(')) return { kind: 'member', ...(input && { input }), name };
    const args: Node[] = [];
    while (!this.at(')')) {
      args.push(this.expression(0));
      if (!this.skip(',')) break;
    }
    this.expect(')');
    return { kind: 'call', ...(input && { input }), name, args };
  }

  private typeName(): string {
    let name = this.name('quoted').text;
    while (this.skip('.')) name += `.${this.name('quoted').text}`;
    return name;
  }

  private name(...others: Token['kind'][]): Token {
    const token = this.token();
    const isName = token.kind === 'word' && !RESERVED.has(token.text);
    if (!isName && !others.includes(token.kind)) throw this.error('a name, a literal or ( is expected');
    return this.next();
  }

  private expect(mark: string): void {
    if (!this.skip(mark)) throw this.error(`${mark} is expected`);
  }

  private at(mark: string): boolean {
    return this.token().kind === 'mark' && this.token().text === mark;
  }

  private skip(mark: string): boolean {
    const found = this.at(mark);
    if (found) this.position++;
    return found;
  }

  private token(): Token {
    return this.tokens[this.position]!;
  }

  private next(): Token {
    return this.tokens[this.position++]!;
  }

  private error(problem: string): Error {
    return syntaxError(this.source, this.token().at, problem);
  }
}
