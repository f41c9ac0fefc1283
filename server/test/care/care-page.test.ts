// docs/care.md is what the tables of the care engine say. https://hl7.org/fhir/R4/workflow.html
import t from 'tap';
import { carePage, isCurrent } from '../../../scripts/care-page.ts';
import { clocks } from '../../care/clock/index.ts';
import { reactions } from '../../care/reaction/index.ts';
import { BSER_ROWS } from '../../care/state/bser.ts';
import { machines } from '../../care/state/index.ts';

t.test('the page is current; npm run profiles writes it', async (t) => {
  t.ok(isCurrent(), 'docs/care.md is as the code has it');
});

t.test('the page names every machine, transition, reaction and clock', async (t) => {
  const page = carePage();
  for (const { type, rule } of machines) {
    t.match(page, `### ${type}\n`);
    t.match(page, `rule \`${rule}\``);
  }
  for (const { tid, trigger } of BSER_ROWS)
    t.match(page, new RegExp(`\\| ${tid} \\| \\w+ \\| ${trigger} \\|`));
  for (const name of [...reactions.map(({ rule }) => rule), ...clocks.map((one) => one.name)])
    t.match(page, `| \`${name}\` |`);
  for (const name of [...reactions.map(({ rule }) => rule), ...clocks.map((one) => one.name)])
    t.notMatch(page, new RegExp(`\\| \`${name}\` \\| \\w+ \\|  \\|`), `${name} has its sentence`);
});
