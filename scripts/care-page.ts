// The text of docs/care.md: the states of the care engine, what it does by itself and when, from the tables that it works with.
// `npm run profiles` writes it with the other pages; `node scripts/care-page.ts` writes it alone. https://hl7.org/fhir/R4/workflow.html
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CodeSystem } from '@medplum/fhirtypes';
import { clocks } from '../server/care/clock/index.ts';
import { reactions } from '../server/care/reaction/index.ts';
import { BSER_ROWS, BSER_STATES, type BserState } from '../server/care/state/bser.ts';
import { machines } from '../server/care/state/index.ts';
import type { Edge, Machine } from '../server/care/state/machine.ts';
import { HELD_ON_THE_WAY_BACK, UNDO_TIME } from '../server/care/undo.ts';
import { views } from '../server/care/view/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = `${root}docs/care.md`;

const cell = (text: string) => text.replaceAll('|', '\\|');
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), `|${head.map(() => '---|').join('')}`, ...rows.map(row)].join('\n');
const code = (text: string) => `\`${text}\``;

/** Where the page reads code systems. */
type CodeSystems = (id: string) => CodeSystem;

const committed: CodeSystems = (id) =>
  JSON.parse(readFileSync(`${root}profiles/definitions/CodeSystem/${id}.json`, 'utf8')) as CodeSystem;

const shown = ({ to, source, when }: Edge) => `${code(to)} ${source}${when ? ` (${when.words})` : ''}`;

const machineSection = ({ type, rule, expression, about, starts, moves }: Machine): string =>
  [
    `### ${type}`,
    `Element \`${expression}\`, rule ${code(rule)}. Holds for ${about}. A new one starts as ${starts.map(code).join(', ')}.`,
    table(
      ['from', 'may go to'],
      Object.entries(moves).map(([from, edges]) => [
        code(from),
        edges.map(shown).join(', ') || 'nothing: the end',
      ]),
    ),
  ].join('\n\n');

const stateCells = (state: BserState): string[] => {
  const pair = BSER_STATES[state];
  const business = 'code' in pair ? code(pair.code) : state === '5.1' ? 'our stage alone' : '-';
  return [code(pair.status), business];
};

const referralSection = (): string =>
  [
    'A task whose businessStatus has a code of BSeR makes these 34 transitions and no others (rule `referral-transition`). `requested` is held to be `received`, and `ready` to be `accepted`; before anybody has begun, both are just cancelled, with 6.0. 5.1 is told by our stage alone, and may be told more closely by 5.1.1 to 5.1.4. A task on hold keeps its business status.',
    table(
      ['TID', 'who', 'does what', 'from status', 'business status', 'to status', 'business status'],
      BSER_ROWS.map(({ tid, who, trigger, from, to }) => [
        tid,
        who,
        trigger,
        ...stateCells(from),
        ...stateCells(to),
      ]),
    ),
  ].join('\n\n');

const stageSection = (codeSystem: CodeSystems): string =>
  table(
    ['stage', 'meaning'],
    (codeSystem('cn-referral-stage').concept ?? []).map((one) => [code(one.code!), one.definition ?? '']),
  );

const viewSection = (): string =>
  [
    '`GET Task/{id}/$view?guide=…` tells the same task as another guide asks for it, and answers 422 where the guide has no way to tell it.',
    table(
      ['guide', 'how it is told'],
      Object.entries(views).map(([guide, { about }]) => [code(guide), about]),
    ),
  ].join('\n\n');

const undoSection = (): string =>
  [
    `\`POST Task/{id}/$undo\` takes back the change that made the present version of a task, for ${UNDO_TIME / 1000} seconds by the clock of the server: ten for the person, and the way. It takes back everything that was stored with it: the caller's own write and all that followed. What was changed gets the content that it had before, what was made is deleted, and the history keeps all of it, with a Provenance whose reason is "undo". Nothing follows from the way back, and the tables of states do not hold for it.`,
    table(
      ['refused with 409 when', 'why'],
      [
        [
          'the ten seconds are over',
          'Work that is done is reopened by a supervisor, and work that goes on is moved on.',
        ],
        [
          'somebody else made the version',
          'Nobody undoes the work of others. What the rules changed because of a change belongs to whoever made that; what a clock or a program wrote is nobody\u2019s.',
        ],
        [
          'the token reaches less, or further, than that of the change',
          'All of a change goes back, so an app that was opened for one chart takes nothing back in another.',
        ],
        [
          'it was taken back already',
          'A change is taken back once; the way back is none that can be taken back.',
        ],
        ['something of it has been changed since', 'The answer names what the caller may see of that.'],
        [
          'something that it made is named by something else',
          'Somebody has gone on with it: has answered a message, begun a part, booked a visit.',
        ],
        ['a service clock of it has struck', 'Somebody was told.'],
        [
          `${[...HELD_ON_THE_WAY_BACK].map(code).join(', ')} would be broken`,
          'These look beyond what was stored with the change.',
        ],
      ],
    ),
    'Nothing that a change writes leaves the house by itself: a message to the person lies in the record until the portal or the EHR fetches it. Whoever delivers it says so in the record, and whoever reads it may answer: both are a change since.',
  ].join('\n\n');

const sources = globSync('server/care/**/*.ts', { cwd: root })
  .sort()
  .map((path) => readFileSync(`${root}${path}`, 'utf8').split('\n'));

/** The first sentence of the comment that ends on the line before `end`. */
function commentAbove(lines: readonly string[], end: number): string {
  const text: string[] = [];
  for (let n = end - 1; n >= 0; n--) {
    const line = /^\s*(?:\/\*\*|\*\/|\*|\/\/)\s?(.*)$/.exec(lines[n]!);
    if (!line) break;
    text.unshift(line[1]!.replace(/\*\/\s*$/, '').trim());
  }
  const [said = ''] = text
    .join(' ')
    .trim()
    .split(/ @(?:throws|returns|param)\b/);
  return said.replace(/^@throws FhirError \d+(?:,| with)? rule `[^`]*`,? ?/, 'Refuses what ').trim();
}

/** What is said above the declaration of a function, in the file that names it or else in another one. */
function commentOfFunction(name: string, here: readonly string[]): string {
  const declared = new RegExp(`(?:function|const) ${name}\\b`);
  for (const lines of [here, ...sources]) {
    const at = lines.findIndex((line) => declared.test(line));
    const comment = at < 0 ? '' : commentAbove(lines, at);
    if (comment) return comment;
  }
  return '';
}

/** The function that a reaction or clock works by: given by name, called, or awaited as the last thing that it does. */
const WORKS_BY =
  /\b(?:react|strike): (?:(?!async\b)(\w+)\b|\([^)]*\) =>\s*(\w+)\(|async [\s\S]*?\bawait (\w+)\([^;]*\);\s*\},)/;

/** What a reaction or clock does: the comment above the object that has its name, or above the function that it works by. */
function commentOf(key: 'rule' | 'name', name: string): string {
  for (const lines of sources) {
    const at = lines.findIndex((line) => line.includes(`${key}: '${name}'`));
    if (at < 0) continue;
    let start = at;
    while (start > 0 && !/\{\s*$|\(\{/.test(lines[start]!)) start--;
    const comment = commentAbove(lines, start);
    if (comment) return comment;
    const [own = ''] = lines
      .slice(at)
      .join('\n')
      .split(new RegExp(`\\n\\s*${key}: `), 1);
    const does = WORKS_BY.exec(own)?.slice(1).find(Boolean);
    if (does) return commentOfFunction(does, lines);
  }
  return '';
}

function reactionSection(codeSystem: CodeSystems): string {
  const rules = new Map((codeSystem('cn-rule').concept ?? []).map((one) => [one.code, one.definition]));
  return table(
    ['rule', 'on', 'what follows'],
    reactions.map(({ rule, type }) => [code(rule), type, commentOf('rule', rule) || rules.get(rule) || '']),
  );
}

const clockSection = (): string =>
  clocks.length
    ? table(
        ['clock', 'runs for', 'what is done when it strikes'],
        clocks.map(({ name, type }) => [code(name), type, commentOf('name', name)]),
      )
    : 'None runs.';

/** The parts of the page, in its order; a part is a heading and what makes its text. */
const SECTIONS: readonly (readonly [title: string, text: (codeSystem: CodeSystems) => string])[] = [
  ['States', () => [LEGEND, ...machines.map(machineSection)].join('\n\n')],
  ['Referrals between systems', referralSection],
  ['Stages of a referral', stageSection],
  ['The same task in other guides', viewSection],
  ['What follows from a change', reactionSection],
  ['Taking a change back', undoSection],
  ['Service clocks', clockSection],
];

const LEGEND =
  'A refused move is answered with 409 and an issue `business-rule` that says from where to where, and what is allowed. Where an edge comes from: **E** the diagram of R4, **T** the text of R4, **B** the referral machine of BSeR, **D** our own decision.';

const INTRODUCTION =
  'The care engine is a set of tables and pure functions that every write passes, however it arrives: read and changed by REST, in a batch or transaction, by patch, by an operation. What it refuses, and what it writes beside, is stored with the write or not at all. The server loads histories and demo data as itself, which sets nothing off.';

/** The page. @param codeSystem ours, by id */
export const carePage = (codeSystem: CodeSystems = committed): string =>
  `${[
    '<!-- Written by npm run profiles from the tables of server/care; change them there. -->',
    '# The care engine',
    INTRODUCTION,
    ...SECTIONS.flatMap(([title, text]) => [`## ${title}`, text(codeSystem)]),
  ].join('\n\n')}\n`;

/** Whether the page is as the code has it. */
export const isCurrent = (): boolean => readFileSync(PAGE, 'utf8') === carePage();

if (import.meta.main) writeFileSync(PAGE, carePage());
