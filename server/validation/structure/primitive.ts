// What a value of each FHIR primitive type may be: one table that the schema, the explanations and the tests read.
// https://hl7.org/fhir/R4/datatypes.html#primitive

/** One primitive type: its JSON type, the test of a value of that JSON type, and the words that say what is expected. */
export interface Primitive {
  readonly json: 'string' | 'number' | 'boolean';
  /** Linear in the length of the value, whatever it holds; the value has the type `json` says. */
  test(value: never): boolean;
  readonly expected: string;
}

const MAX_STRING = 1024 * 1024;
const FORBIDDEN_CHARACTER = /[^\t\n\r -\uffff]/;
/** White space as the specification's regular expressions mean it (XML Schema): a no-break space is a character like any other. */
const WHITE_SPACE = /[ \t\n\r]/;
const NOT_BASE64 = /[^0-9A-Za-z+/= \t\n\r]/;

/** Text that can be stored and served as it came: no control characters, no half of a surrogate pair. */
const isText = (value: string) => value !== '' && !FORBIDDEN_CHARACTER.test(value) && value.isWellFormed();
const isString = (value: string) => value.length <= MAX_STRING && isText(value);
const isUri = (value: string) => isString(value) && !WHITE_SPACE.test(value);
const matches = (pattern: RegExp) => (value: string) => pattern.test(value);
const integerBetween = (min: number, max: number) => (value: number) =>
  Number.isInteger(value) && value >= min && value <= max;

const YEAR = '(?!0000)[0-9]{4}';
const MONTH = '(?:0[1-9]|1[0-2])';
const DAY = '(?:0[1-9]|[12][0-9]|3[01])';
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?';
const ZONE = '(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))';
const DATE = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY})?)?$`);
const DATE_TIME = new RegExp(`^${YEAR}(?:-${MONTH}(?:-${DAY}(?:T${TIME}${ZONE})?)?)?$`);
const INSTANT = new RegExp(`^${YEAR}-${MONTH}-${DAY}T${TIME}${ZONE}$`);

const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** True when the day of a text that starts `YYYY-MM-DD` is in the calendar; shorter texts have no day. */
function isCalendarDay(text: string): boolean {
  if (text.length < 10) return true;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (month !== 2 || day !== 29) return day <= MONTH_DAYS[month - 1]!;
  const year = Number(text.slice(0, 4));
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
const dated = (pattern: RegExp) => (value: string) => pattern.test(value) && isCalendarDay(value);

/** Base64 characters and white space, a multiple of four without the white space. */
function isBase64(value: string): boolean {
  if (value === '' || NOT_BASE64.test(value)) return false;
  const text = WHITE_SPACE.test(value) ? value.replace(/[ \t\n\r]/g, '') : value;
  return (
    text !== '' &&
    text.length % 4 === 0 &&
    /^[^=]*={0,2}$/.test(text.slice(-4)) &&
    !text.slice(0, -4).includes('=')
  );
}

const string = (test: (value: string) => boolean, expected: string): Primitive => ({
  json: 'string',
  test,
  expected,
});
const number = (test: (value: number) => boolean, expected: string): Primitive => ({
  json: 'number',
  test,
  expected,
});
const text = string(isString, 'text of 1 to 1,048,576 characters without control characters');
const uri = string(isUri, 'a URI without spaces');

/** Every primitive type of R4. `xhtml` is the text of a narrative's div; its markup is checked in narrative.ts. */
export const primitives: Readonly<Record<string, Primitive>> = {
  base64Binary: string(isBase64, 'base64 text'),
  boolean: { json: 'boolean', test: () => true, expected: 'true or false, without quotation marks' },
  canonical: uri,
  code: string(
    (value) => isString(value) && matches(/^[^ \t\n\r]+(?:[ \t\n\r][^ \t\n\r]+)*$/)(value),
    'a code: no space at either end, single spaces inside',
  ),
  date: string(dated(DATE), 'a date: YYYY, YYYY-MM or YYYY-MM-DD'),
  dateTime: string(
    dated(DATE_TIME),
    'a date, or a date and time with seconds and time zone, like 2026-01-31T14:05:00Z',
  ),
  decimal: number(Number.isFinite, 'a number, without quotation marks'),
  id: string(matches(/^[A-Za-z0-9.-]{1,64}$/), 'an id: 1 to 64 letters, digits, "-" and "."'),
  instant: string(
    dated(INSTANT),
    'a date and time with seconds and time zone, like 2026-01-31T14:05:00.000Z',
  ),
  integer: number(integerBetween(-2147483648, 2147483647), 'a whole number from -2147483648 to 2147483647'),
  markdown: text,
  oid: string(matches(/^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/), 'an OID, like urn:oid:1.2.3'),
  positiveInt: number(integerBetween(1, 2147483647), 'a whole number from 1 to 2147483647'),
  string: text,
  time: string(matches(new RegExp(`^${TIME}$`)), 'a time: hh:mm:ss'),
  unsignedInt: number(integerBetween(0, 2147483647), 'a whole number from 0 to 2147483647'),
  uri,
  url: uri,
  uuid: string(
    matches(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    'a UUID in lower case, like urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  ),
  xhtml: string(isText, 'a <div> of XHTML'),
};

/** True when `value` has the JSON type and the form of the primitive type. */
export function isPrimitive(primitive: Primitive, value: unknown): boolean {
  return typeof value === primitive.json && primitive.test(value as never);
}
