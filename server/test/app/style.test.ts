// The style of an EHR in the app: taken from where it can be trusted, and only as far as everything can still be read.
// https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum.html
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { isTrusted } from '../../../smart-app/smart/style.ts';
import { type Colour, contrast, readColour } from '../../../smart-app/ui/colour.ts';
import { fitStyle, isDark, TOKENS, type Tokens } from '../../../smart-app/ui/fit-style.ts';
import { smartStyle } from '../../auth/discovery.ts';
import { STYLES } from '../../integration/ehr/style.ts';

/** The app's own colours, light and dark, from its style sheet. */
const [LIGHT, DARK] = (() => {
  const css = readFileSync(new URL('../../../smart-app/ui/tokens.css', import.meta.url), 'utf8');
  const blocks = css.split(':root').slice(1, 3);
  return blocks.map((block) =>
    Object.fromEntries(
      TOKENS.map((name) => [name, readColour(new RegExp(`${name}: (#\\w+);`).exec(block)?.[1])!]),
    ),
  ) as [Tokens, Tokens];
})();

t.test('A colour is read in three and in six digits, and nothing else is one', async (t) => {
  t.same(readColour('#fff'), [255, 255, 255]);
  t.same(readColour(' #0e6472 '), [14, 100, 114]);
  for (const odd of ['red', '#ffff', '#12345678', 'rgb(0,0,0)', '', 7, null, undefined, {}, 'url(x)'])
    t.equal(readColour(odd), undefined, String(odd));
  t.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
});

t.test('The styles of the demo chart and of this server can be worn as they are', async (t) => {
  for (const [style, own] of [
    [STYLES.light, LIGHT],
    [STYLES.dark, DARK],
    [smartStyle, LIGHT],
  ] as const) {
    const worn = fitStyle(style, own);
    t.match(worn, {
      '--paper': style.color_background,
      '--ink': style.color_text,
      '--accent': style.color_highlight,
      '--late': style.color_error,
    });
  }
  t.same([isDark(STYLES.dark), isDark(STYLES.light), isDark({}), isDark(null)], [true, false, false, false]);
  t.same(fitStyle(STYLES.dark, LIGHT)['--paper'], undefined, 'no dark paper under dark ink');
});

t.test('A colour that cannot be read is left out, and the others are taken', async (t) => {
  const worn = fitStyle(
    { color_background: '#888888', color_highlight: '#7a1f6b', color_text: 'black' },
    LIGHT,
  );
  t.equal(worn['--paper'], undefined);
  t.equal(worn['--ink'], undefined);
  t.equal(worn['--accent'], '#7a1f6b');
});

t.test('Whatever a style says, text keeps its contrast', async () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
  const style = fc.record(
    { color_background: hex, color_text: hex, color_highlight: hex, color_error: hex },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(style, fc.constantFrom(LIGHT, DARK), (said, own) => {
      const worn = { ...own };
      for (const [name, value] of Object.entries(fitStyle(said, own)))
        (worn as Record<string, Colour>)[name] = readColour(value)!;
      const pairs = [
        ...['--ink', '--ink-2', '--accent', '--accent-strong', '--late', '--soon', '--done'].flatMap(
          (name) => [
            [name, '--paper'],
            [name, '--paper-2'],
          ],
        ),
        ['--on-accent', '--accent'],
        ['--ink', '--accent-soft'],
      ] as [string, string][];
      // Half a step of rounding to whole numbers is no loss that anybody sees.
      return pairs.every(([name, ground]) => contrast(worn[name]!, worn[ground]!) >= 4.45);
    }),
    { numRuns: 500 },
  );
});

t.test('Anything that is no style changes nothing', async (t) => {
  for (const odd of [undefined, null, 7, 'x', [], {}, { color_background: { a: 1 } }, { __proto__: null }])
    t.same(fitStyle(odd, LIGHT), {});
});

t.test('A style comes from https, from the app’s own origin, or from loopback to loopback', async (t) => {
  const own = new URL('https://care.example/app/');
  const local = new URL('http://127.0.0.1:3000/app/');
  for (const [address, at, is] of [
    ['https://ehr.example/style.json', own, true],
    ['http://ehr.example/style.json', own, false],
    ['http://127.0.0.1:9/style.json', own, false],
    ['http://localhost:9/style.json', local, true],
    ['http://127.0.0.1:3000/ehr/style.json', local, true],
    ['https://user:secret@ehr.example/style.json', own, false],
    ['javascript:alert(1)', own, false],
    ['data:application/json,{}', own, false],
    ['/style.json', own, false],
    ['', own, false],
  ] as const)
    t.equal(isTrusted(address, at), is, address);
});
