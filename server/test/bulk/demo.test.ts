// The demo stories are whole: they parse, their references resolve, they keep the rules of our profiles, on any day.
// https://hl7.org/fhir/R4/http.html#transaction
import { readdirSync, readFileSync } from 'node:fs';
import type {
  BundleEntry,
  CodeSystem,
  ElementDefinition,
  Resource,
  StructureDefinition,
  Task,
} from '@medplum/fhirtypes';
import fc from 'fast-check';
import { compile } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import t from 'tap';
import users from '../../../fixtures/demo/users.json' with { type: 'json' };
import { demoBundles, resolveDates } from '../../bulk/demo.ts';
import { familyCodes } from '../../care/task-family.ts';

const FOLDER = new URL('../../../fixtures/demo/', import.meta.url);
const DEFINITIONS = new URL('../../../profiles/definitions/', import.meta.url);
const BASE = 'https://throughline.example/fhir';
const NOW = new Date('2026-03-05T14:20:09.123Z');

const entriesAt = (now: Date): BundleEntry[] =>
  demoBundles(FOLDER, now).flatMap((bundle) => bundle.entry ?? []);
const resourcesAt = (now: Date): Resource[] => entriesAt(now).flatMap((entry) => entry.resource ?? []);
const tasksAt = (now: Date): Task[] =>
  resourcesAt(now).filter((resource) => resource.resourceType === 'Task');

/** Every object below a value, itself included. */
function* nodes(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const child of Object.values(value)) yield* nodes(child);
}

function definitions<T extends Resource>(type: T['resourceType']): T[] {
  const folder = new URL(`${type}/`, DEFINITIONS);
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T);
}

t.test('Placeholders become dates around the given moment', async (t) => {
  for (const [placeholder, expected] of [
    ['{{now}}', '2026-03-05T14:20:09Z'],
    ['{{now-2d}}', '2026-03-03T14:20:09Z'],
    ['{{now+3h}}', '2026-03-05T17:20:09Z'],
    ['{{now-20m}}', '2026-03-05T14:00:09Z'],
    ['{{now+2b}}', '2026-03-09T14:20:09Z'],
    ['{{today}}', '2026-03-05'],
    ['{{today+1d}}', '2026-03-06'],
    ['{{today+2b}}T15:00:00Z', '2026-03-09T15:00:00Z'],
    ['{{today-4b}}', '2026-02-27'],
    ['{{weekday+2b}} and {{weekday}}', 'Monday and Thursday'],
    ['no placeholder', 'no placeholder'],
  ] as const)
    t.equal(resolveDates(placeholder, NOW), expected, placeholder);
  t.equal(resolveDates('{{today-1b}}', new Date('2026-03-08T23:59:59Z')), '2026-03-06', 'from a Sunday back');
  for (const wrong of ['{{yesterday}}', '{{now+3y}}'])
    t.throws(() => resolveDates(wrong, NOW), new Error(`${wrong} is not a date placeholder.`));
});

t.test('Business days are never a Saturday or a Sunday, and there are that many between', async (t) => {
  const days = fc.integer({ min: -60, max: 60 }).filter((days) => days !== 0);
  const start = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(start, days, (now, days) => {
      const sign = days > 0 ? '+' : '';
      const end = new Date(`${resolveDates(`{{today${sign}${days}b}}`, now)}T00:00:00Z`);
      let working = 0;
      const today = Date.parse(now.toISOString().slice(0, 10));
      for (let day = today; day !== end.getTime(); ) {
        day += Math.sign(days) * 86_400_000;
        if (![0, 6].includes(new Date(day).getUTCDay())) working++;
      }
      return working === Math.abs(days) && ![0, 6].includes(end.getUTCDay());
    }),
  );
  t.pass('100 days');
});

t.test('The stories are transactions of updates with ids that are used once', async (t) => {
  const bundles = demoBundles(FOLDER, NOW);
  t.equal(bundles.length, 8);
  for (const bundle of bundles) t.match(bundle, { resourceType: 'Bundle', type: 'transaction' });
  const urls = entriesAt(NOW).map(({ request, resource }) => {
    t.equal(request?.method, 'PUT');
    t.equal(request?.url, `${resource?.resourceType}/${resource?.id}`);
    return request?.url;
  });
  t.equal(new Set(urls).size, urls.length);
  t.ok(urls.length >= 150 && urls.length <= 300, `${urls.length} resources`);
});

t.test('Every reference points into the same story or an earlier one', async (t) => {
  const known = new Set<string>();
  let references = 0;
  for (const bundle of demoBundles(FOLDER, NOW)) {
    for (const entry of bundle.entry ?? []) known.add(entry.request?.url ?? '');
    for (const node of nodes(bundle)) {
      if (typeof node.reference !== 'string') continue;
      references++;
      if (!known.has(node.reference)) t.fail(`${node.reference} is not there`);
    }
  }
  t.ok(references > 500, `${references} references`);
});

t.test('Nothing in the stories has a fixed date, but for birth dates and holidays', async (t) => {
  for (const name of readdirSync(FOLDER).filter((name) => /^\d\d-.*\.json$/.test(name))) {
    const text = readFileSync(new URL(name, FOLDER), 'utf8').replaceAll(
      /"birthDate": "[^"]*"|"during": {[^}]*}/g,
      '',
    );
    t.notMatch(text, /"(19|20)\d\d-/, name);
  }
  for (const resource of resourcesAt(NOW))
    t.notMatch(JSON.stringify(resource), '{{', 'all placeholders are resolved');
});

t.test('Every task has exactly one family code, and the profile that belongs to it', async (t) => {
  const profiles: Readonly<Record<string, string>> = {
    nav: 'cn-navigation-task',
    coord: 'cn-coordination-task',
    handoff: 'cn-handoff-task',
    loop: 'cn-loop-closure-task',
  };
  for (const task of tasksAt(NOW)) {
    const codes = familyCodes(task);
    t.equal(codes.length, 1, `${task.id} has one family code`);
    const profile = profiles[codes[0]?.split('-')[0] ?? ''];
    t.same(task.meta?.profile, [`${BASE}/StructureDefinition/${profile}`], `${task.id} claims it`);
  }
});

t.test('Every code of our code systems exists', async (t) => {
  const known = new Set<string>();
  for (const system of definitions<CodeSystem>('CodeSystem'))
    for (const concept of system.concept ?? []) known.add(`${system.url}|${concept.code}`);
  let codings = 0;
  for (const node of nodes(resourcesAt(NOW))) {
    if (typeof node.system !== 'string' || !node.system.startsWith(`${BASE}/CodeSystem/`)) continue;
    codings++;
    if (!known.has(`${node.system}|${node.code}`)) t.fail(`${node.system}|${node.code} does not exist`);
  }
  t.ok(codings > 100, `${codings} codings`);
});

t.test('Every extension of ours exists, with the type of its value', async (t) => {
  const extensions = new Map(
    definitions<StructureDefinition>('StructureDefinition').map((each) => [each.url, each]),
  );
  for (const node of nodes(resourcesAt(NOW))) {
    if (typeof node.url !== 'string' || !node.url.startsWith(`${BASE}/StructureDefinition/`)) continue;
    const elements = extensions.get(node.url)?.snapshot?.element ?? [];
    const value = elements.find((element: ElementDefinition) => element.path === 'Extension.value[x]');
    const names =
      value?.max === '0'
        ? []
        : (value?.type ?? []).map(({ code = '' }) => code[0]?.toUpperCase() + code.slice(1));
    const given = Object.keys(node).find((key) => key.startsWith('value'));
    t.ok(
      given ? names.includes(given.slice(5)) : names.length === 0 && elements.length > 0,
      `${node.url} ${given}`,
    );
  }
});

t.test('Every resource keeps the invariants of the profiles that it claims', async (t) => {
  const profiles = new Map(
    definitions<StructureDefinition>('StructureDefinition').map((each) => [each.url, each]),
  );
  const predicates = new Map<string, (resource: Resource) => unknown>();
  const invariantsOf = (url: string) =>
    (profiles.get(url)?.snapshot?.element[0]?.constraint ?? []).filter(({ key }) => key?.startsWith('cn-'));
  let checked = 0;
  for (const resource of resourcesAt(NOW))
    for (const url of resource.meta?.profile ?? []) {
      if (!profiles.has(url)) t.fail(`${url} is not one of ours`);
      for (const { key = '', expression = '' } of invariantsOf(url)) {
        const predicate = predicates.get(expression) ?? compile(expression, r4, { async: false });
        predicates.set(expression, predicate);
        checked++;
        t.same(predicate(resource), [true], `${resource.resourceType}/${resource.id} keeps ${key}`);
      }
    }
  t.ok(checked > 300, `${checked} checks`);
});

t.test('On any day, nothing ends before it starts and nothing recorded lies in the future', async (t) => {
  const anyDay = fc.date({ min: new Date('2025-01-01'), max: new Date('2032-01-01'), noInvalidDate: true });
  const past = [
    'authoredOn',
    'lastModified',
    'sent',
    'recorded',
    'recordedDate',
    'effectiveDateTime',
    'date',
  ];
  fc.assert(
    fc.property(anyDay, (now) => {
      for (const node of nodes(resourcesAt(now))) {
        if (node.start && node.end && String(node.start) > String(node.end)) return false;
        if (node.authoredOn && node.lastModified && String(node.authoredOn) > String(node.lastModified))
          return false;
        const { start = '', end = '' } = (node.executionPeriod ?? {}) as { start?: string; end?: string };
        if (Date.parse(start) > now.getTime() || Date.parse(end) > now.getTime()) return false;
        for (const key of past)
          if (typeof node[key] === 'string' && Date.parse(node[key]) > now.getTime()) return false;
      }
      return true;
    }),
    { numRuns: 40 },
  );
  t.pass('40 days');
});

t.test("On any day, Ana's open work shows what the demo is about", async (t) => {
  for (const now of [NOW, new Date('2026-03-07T00:10:00Z'), new Date('2026-03-09T23:50:00Z')]) {
    const tasks = new Map(tasksAt(now).map((task) => [task.id, task]));
    const late = (id: string) => Date.parse(tasks.get(id)?.restriction?.period?.end ?? '') < now.getTime();
    t.match(tasks.get('ana-followup-call'), {
      status: 'in-progress',
      owner: { reference: 'PractitionerRole/nurse' },
    });
    t.ok(late('ana-followup-call'), 'the call is late');
    t.ok(late('ana-receipt-interpreter'), 'the receipt check is late');
    t.notOk(late('ana-ride'), 'the ride is not');
    t.match(tasks.get('ana-handoff'), {
      status: 'requested',
      owner: { reference: 'PractitionerRole/nurse' },
    });
    t.equal(tasks.get('ana-result-review')?.owner, undefined, 'one task waits to be claimed');
  }
});

t.test('The network decision on the MRI saves an estimated 15 %', async (t) => {
  const amounts = new Map<unknown, number>();
  for (const node of nodes(resourcesAt(NOW).find(({ id }) => id === 'ana-mri')))
    if (node.valueMoney) amounts.set(node.url, (node.valueMoney as { value: number }).value);
  const [chosen = 0, reference = 0] = [
    amounts.get('allowedAmountChosen'),
    amounts.get('allowedAmountReference'),
  ];
  t.equal(amounts.get('estimatedSaving'), reference - chosen);
  t.equal((reference - chosen) / reference, 0.15);
});

t.test('Every demo user is a practitioner role of the stories, with the same role', async (t) => {
  const resources = new Map(resourcesAt(NOW).map((each) => [`${each.resourceType}/${each.id}`, each]));
  t.equal(users.users.length, 9);
  for (const { username, name, role, fhirUser } of users.users) {
    t.equal(fhirUser, `PractitionerRole/${username}`);
    t.match(resources.get(fhirUser), {
      code: [{ coding: [{ system: `${BASE}/CodeSystem/cn-role`, code: role }] }],
      practitioner: { display: name },
    });
  }
  t.same(
    users.clients.map(({ id }) => id),
    ['payer', 'quality', 'ehr'],
  );
});
