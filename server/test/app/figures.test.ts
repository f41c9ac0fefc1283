// The answer of $team-figures becomes plain objects for the dashboard, with what is not told left undefined.
// https://hl7.org/fhir/R4/parameters.html
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import t from 'tap';
import { figuresPath, networkShare, readFigures, totals } from '../../../smart-app/fhir/figures.ts';

const line = (name: string, ...part: ParametersParameter[]): ParametersParameter => ({ name, part });
const coding = (name: string, code: string, display?: string): ParametersParameter => ({
  name,
  valueCoding: { system: 'urn:codes', code, ...(display && { display }) },
});
const code = (name: string, valueCode: string): ParametersParameter => ({ name, valueCode });
const count = (name: string, valueInteger: number): ParametersParameter => ({ name, valueInteger });
const saving = (kind: string, service: string, value: number, currency = 'USD') =>
  line('saving', code('kind', kind), coding('service', service), count('count', 1), {
    name: 'amount',
    valueMoney: { value, currency: currency as 'USD' },
  });
const parameters = (...parameter: ParametersParameter[]): Parameters => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'period', valuePeriod: { start: '2026-01-07', end: '2026-04-06' } },
    { name: 'date', valueDateTime: '2026-04-06T15:00:00Z' },
    code('timezone', 'America/New_York'),
    ...parameter,
  ],
});

t.test('what is asked for stands in the path', async (t) => {
  t.equal(figuresPath(), '$team-figures');
  t.equal(
    figuresPath({ organization: 'Organization/a', start: '2026-01-01', end: '2026-02-01' }),
    '$team-figures?organization=Organization%2Fa&period-start=2026-01-01&period-end=2026-02-01',
  );
});

t.test('every line is read, with the words of the server, or the code without any', async (t) => {
  const found = readFigures(
    parameters(
      line(
        'open-work',
        code('by', 'lane'),
        coding('code', 'navigation', 'Navigation'),
        count('count', 3),
        count('age-0-2', 1),
        count('age-over-30', 2),
        count('late', 1),
      ),
      line('clock', code('promise', 'due'), coding('code', 'nav-schedule'), count('kept', 4)),
      count('referrals', 2),
      line('referral-stage', coding('code', 'sent'), count('standing', 1), count('reached', 1)),
      line(
        'referral-stage',
        coding('code', 'no-show'),
        { name: 'fork', valueBoolean: true },
        count('standing', 1),
      ),
      line(
        'minutes',
        coding('programme', 'pin'),
        { name: 'month', valueDate: '2026-03' },
        count('minutes', 7),
      ),
    ),
  );
  t.same([found.start, found.end, found.timeZone], ['2026-01-07', '2026-04-06', 'America/New_York']);
  t.match(found.open, [
    {
      by: 'lane',
      of: { code: 'navigation', display: 'Navigation' },
      count: 3,
      ages: { '0-2': 1, '3-7': 0, 'over-30': 2 },
      late: 1,
      today: 0,
    },
  ]);
  t.match(found.clocks, [{ of: { code: 'nav-schedule', display: 'nav-schedule' }, urgent: false, kept: 4 }]);
  t.match(found.referrals, {
    opened: 2,
    stages: [{ of: { code: 'sent' }, reached: 1 }],
    forks: [{ of: { code: 'no-show' }, standing: 1 }],
  });
  t.match(found.minutes, [{ programme: { code: 'pin' }, month: '2026-03', minutes: 7 }]);
  t.strictSame(found.barriers, [], 'none');
});

t.test('a figure that the user cannot have is undefined, and its reason is kept', async (t) => {
  const absent = (figure: string) =>
    line('absent', code('figure', figure), code('type', 'Observation'), {
      name: 'reason',
      valueString: 'No.',
    });
  const found = readFigures(parameters(absent('minutes'), absent('adjudicated-saving'), absent('referral')));
  t.equal(found.minutes, undefined);
  t.equal(found.adjudicated, undefined);
  t.equal(found.referrals, undefined);
  t.strictSame(found.estimated, []);
  t.strictSame(found.absent[0], { figure: 'minutes', type: 'Observation', reason: 'No.' });
});

t.test('savings are added up by currency, estimates and what claims came to apart', async (t) => {
  const { estimated = [], adjudicated = [] } = readFigures(
    parameters(
      saving('estimated', 'imaging', 0.1),
      saving('estimated', 'referral', 0.2),
      saving('estimated', 'imaging', -5, 'EUR'),
      saving('adjudicated', 'imaging', 80),
    ),
  );
  t.strictSame(totals(estimated), [
    { value: 0.3, currency: 'USD' },
    { value: -5, currency: 'EUR' },
  ]);
  t.strictSame(totals(adjudicated), [{ value: 80, currency: 'USD' }]);
});

t.test('the share within the network is of the decisions that tell a tier', async (t) => {
  const decision = (tier: string | undefined, times: number) =>
    line('network-decision', ...(tier ? [coding('tier', tier)] : []), count('count', times));
  const { decisions = [] } = readFigures(
    parameters(
      decision('direct-contract', 3),
      decision('preferred', 2),
      decision('in-network', 1),
      decision('out-of-network', 2),
      decision('unknown', 4),
      decision(undefined, 5),
    ),
  );
  t.strictSame(networkShare(decisions), { told: 8, inNetwork: 6, direct: 3 });
});
