// UCUM units come to the same base units and factors as the tables of @lhncbc/ucum-lhc say. https://ucum.org/ucum
import { createRequire } from 'node:module';
import t from 'tap';
import { canonicalUnit } from '../../fhir/ucum.ts';

interface Unit {
  magnitude_: number;
  isSpecial_: boolean;
  isArbitrary_: boolean;
}
const { UcumLhcUtils, UnitTables } = createRequire(import.meta.url)('@lhncbc/ucum-lhc') as {
  UcumLhcUtils: { getInstance(): { getSpecifiedUnit(code: string, use: string): { unit: Unit | null } } };
  UnitTables: { getInstance(): { getAllUnitCodes(): string[] } };
};

t.test('Every unit of the tables has the factor that they say', (t) => {
  const units = UcumLhcUtils.getInstance();
  const codes = UnitTables.getInstance()
    .getAllUnitCodes()
    .filter((code) => !/\s/.test(code));
  let same = 0;
  for (const code of codes) {
    const { unit } = units.getSpecifiedUnit(code, 'validate');
    if (!unit || unit.isSpecial_ || unit.isArbitrary_) continue;
    const factor = Number(canonicalUnit(code)?.factor);
    if (Math.abs(factor / unit.magnitude_ - 1) < 1e-9) same++;
    else t.fail(`${code} is ${factor}, not ${unit.magnitude_}`);
  }
  t.ok(same > 600, `${same} units`);
  t.end();
});

t.test('Units that mean the same have one canonical form', (t) => {
  for (const [first, ...others] of [
    ['mg/dL', 'g/L', 'ug/mL', 'mg{total}/dL', 'kg/m3'],
    ['/min', '{beats}/min', 'Hz', '1/s', 's-1'],
    ['mm[Hg]', 'kPa', 'cm[H2O]', 'N/m2'],
    ['[iU]/L', 'm[IU]/mL', 'u[iU]/mL'],
    ['10*3/uL', '10*9/L', '/mm3'],
    ['m/s2', 'm/(s.s)', 'm.s-2', '(m/s)/s'],
    ['1', '{score}', '%', '10^2', '[ppm]'],
    ['Cel', '[degF]', 'K'],
  ] as const)
    for (const other of others)
      t.equal(canonicalUnit(other)?.code, canonicalUnit(first)?.code, `${other} is compared with ${first}`);
  t.notSame(canonicalUnit('[iU]')?.code, canonicalUnit('1')?.code);
  t.end();
});

t.test('What is no unit has no canonical form, however long or odd', (t) => {
  const odd = [
    '',
    ' ',
    'foo',
    'mmHg',
    'meter',
    'mg.',
    '.mg',
    '(g',
    'g)',
    '2g',
    'm g',
    '[pH]',
    'dB',
    'constructor',
  ];
  const long = ['('.repeat(99), 'a.'.repeat(49), '['.repeat(99), '{'.repeat(99), 'g'.repeat(5000)];
  for (const text of [...odd, ...long]) t.equal(canonicalUnit(text), undefined, text.slice(0, 20));
  t.end();
});
