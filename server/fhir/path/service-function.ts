// The functions that an invariant asks others with: memberOf, conformsTo, resolve, htmlChecks, now and today.
// https://hl7.org/fhir/R4/fhirpath.html#functions
import { type Call, type Compiled, literalString } from './call.ts';
import {
  type Code,
  commonFamily,
  type Environment,
  isMixed,
  itemType,
  jsonOf,
  single,
  Unsupported,
} from './code.ts';
import { truth } from './operator.ts';
import { resolved } from './resolve.ts';

/** Asks a question of the single item; it counts as true where nobody is there to answer. */
function asked(
  { input }: Call,
  answer: ((value: unknown, type: string, environment: Environment) => boolean | undefined) | undefined,
): Code {
  if (!answer) return truth(() => true);
  const mixed = isMixed(input.types);
  return truth((self, environment) => {
    const item = input.one(self, environment);
    const value = jsonOf(item, mixed) ?? undefined;
    return value === undefined ? undefined : answer(value, itemType(item, input.types), environment);
  });
}

function memberOf(call: Call): Code {
  const valueSet = literalOrConstant(call);
  const service = call.services?.memberOf;
  return asked(call, service && ((value, type) => service(valueSet, value, type)));
}

function conformsTo(call: Call): Code {
  const profile = literalOrConstant(call);
  const service = call.services?.conformsTo;
  return asked(call, service && ((value, _, environment) => service(profile, value, environment)));
}

/** A canonical URL that is stated as a string or as a variable such as %`vs-name`. */
function literalOrConstant(call: Call): string {
  const { literal } = call.argument(0);
  return typeof literal === 'string' ? literal : literalString(call.args[0]!);
}

function clock(type: 'System.Date' | 'System.DateTime', length: number) {
  return ({ services }: Call): Code => {
    const now = services?.now;
    if (!now) throw new Unsupported('a clock');
    return single([type], () => now().toISOString().slice(0, length));
  };
}

const FULL_LENGTH = '2026-01-05T10:00:00.000Z'.length;
const DATE_LENGTH = '2026-01-05'.length;

/** `htmlChecks()`: a narrative is checked with the structure of its resource, before any invariant. */
function htmlChecks({ input }: Call): Code {
  if (commonFamily(input.types) !== 'string') throw new Unsupported('htmlChecks() of another type');
  return truth(() => true);
}

/** The functions by name; only an invariant has them. */
export const SERVICE_FUNCTIONS = new Map<string, Compiled>(
  Object.entries({
    memberOf: { arity: [1], compile: memberOf },
    conformsTo: { arity: [1], compile: conformsTo },
    resolve: { arity: [0], compile: ({ input }) => resolved(input) },
    htmlChecks: { arity: [0], compile: htmlChecks },
    htmlChecks2: { arity: [0], compile: htmlChecks },
    now: { arity: [0], compile: clock('System.DateTime', FULL_LENGTH) },
    today: { arity: [0], compile: clock('System.Date', DATE_LENGTH) },
  } satisfies Record<string, Compiled>),
);
