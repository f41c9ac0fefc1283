// One patient's token, every form of request: no byte of another patient, and the same answers whatever that record holds.
// https://hl7.org/fhir/R4/security.html#access-denied
import { setTimeout } from 'node:timers/promises';
import t from 'tap';
import { careForms } from './leak-care.ts';
import { allForms, conditionalForms, type Form, readForms, writeForms } from './leak-requests.ts';
import { type Answer, type Caller, leaksIn, record, settled, startWorld, tokenOf } from './leak-world.ts';

const { server, callers, live, ask } = await startWorld(t);
const everyone = await tokenOf(server, { user: 'nurse', scope: 'user/*.cruds' });
/** Sees every patient, but no provenance. */
const desk = await tokenOf(server, { user: 'navigator', scope: 'user/*.cruds' });
const every = allForms(record.one);
/** What asks for audit events or provenance waits until those of the answers before are stored: it goes first. */
const asksForAudit = ({ url, body }: Form) => /AuditEvent|Provenance/.test(`${url} ${JSON.stringify(body)}`);
const forms = every.filter((form) => !asksForAudit(form));
const conditions = conditionalForms(record.one).filter((form) => !asksForAudit(form));
const [nurse, navigator, , herself, worker, , payer, quality] = callers as Caller[];
const IN_FLIGHT = 12;
/** Every caller asks one of so many forms, each another one. */
const SHARES = 20;

/** Asks all of some forms, a few at a time. @returns their answers by place */
async function answersTo(asked: readonly Form[], token: string): Promise<Answer[]> {
  const answers = new Array<Answer>(asked.length);
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < asked.length; n = next++) answers[n] = await ask(asked[n]!, token);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return answers;
}

/** What stands in answers and is hidden from the caller, a line each. */
const leaksOf = (asked: readonly Form[], answers: readonly Answer[], { hidden }: Pick<Caller, 'hidden'>) =>
  answers.flatMap(({ headers, body }, place) => {
    const { method, url } = asked[place]!;
    const found = leaksIn(asked[place]!, JSON.stringify(headers) + body, hidden);
    return found.length ? [`${method} ${url}: ${found.slice(0, 3)}`] : [];
  });

const failuresOf = (asked: readonly Form[], answers: readonly Answer[]) =>
  answers.flatMap(({ status, body }, place) =>
    status >= 500 ? [`${asked[place]!.method} ${asked[place]!.url}: ${status} ${body}`] : [],
  );

t.test(
  'a nurse in her chart: no form that asks for provenance shows anything of another patient',
  async (t) => {
    const asked = every.filter(asksForAudit).filter((_form, place) => place % 6 === 0);
    const answers = await answersTo(asked, nurse!.token);
    t.ok(asked.length > 80, `${asked.length} requests`);
    t.same(leaksOf(asked, answers, nurse!), []);
    t.same(failuresOf(asked, answers), [], 'no request breaks the server');
  },
);

for (const [n, caller] of callers.entries())
  t.test(`${caller.name}: no form of request shows anything of another patient`, async (t) => {
    const asked = forms.filter(({ url }, place) =>
      caller.only ? url.startsWith(`/${caller.only}`) : place % SHARES === n,
    );
    const answers = await answersTo(asked, caller.token);
    t.ok(asked.length > 400, `${asked.length} requests`);
    t.same(leaksOf(asked, answers, caller), []);
    t.same(failuresOf(asked, answers), [], 'no request breaks the server');
    t.ok(answers.filter(({ status }) => status === 200).length > 20, 'and many are answered');
  });

for (const caller of callers)
  t.test(
    `${caller.name}: no operation of care work shows anything of another patient, or changes it`,
    async (t) => {
      const answers = await answersTo(careForms, caller.token);
      t.same(leaksOf(careForms, answers, caller), []);
      t.same(failuresOf(careForms, answers), [], 'no request breaks the server');
      const done = answers.flatMap(({ status }, place) =>
        status < 300 && !isHarmless(careForms[place]!) ? [careForms[place]] : [],
      );
      t.same(done, [], 'none is carried out');
    },
  );

for (const [n, caller] of [nurse!, herself!, worker!].entries())
  t.test(`${caller.name}: no condition tells of another patient`, async (t) => {
    const asked = conditions.filter((_form, place) => place % 4 === n);
    const answers = await answersTo(asked, caller.token);
    t.same(leaksOf(asked, answers, caller), []);
    t.same(failuresOf(asked, answers), [], 'no request breaks the server');
  });

for (const caller of callers)
  t.test(`${caller.name}: no write that names his resources answers with them`, async (t) => {
    const asked = record.one.flatMap(writeForms).filter((form) => !asksForAudit(form));
    const answers = await answersTo(asked, caller.token);
    t.same(leaksOf(asked, answers, caller), []);
    t.same(failuresOf(asked, answers), [], 'no request breaks the server');
    t.same(
      answers.flatMap(({ status }, place) =>
        status < 300 && !asked[place]!.url.includes('$validate') ? [asked[place]] : [],
      ),
      [],
      'and none is carried out',
    );
  });

t.test('the same forms show much of his record to who may see it', async (t) => {
  const asked = forms.filter((_form, place) => place % 20 === 3);
  const answers = await answersTo(asked, everyone);
  const found = leaksOf(asked, answers, nurse!);
  // One of six: which forms the sample has changes with every operation and parameter that is added.
  t.ok(found.length > asked.length / 6, `${found.length} of ${asked.length}`);
  const ofCare = careForms.filter(({ method, url }) => method === 'GET' || /\$(view|apply)/.test(url));
  const foundOfCare = leaksOf(ofCare, await answersTo(ofCare, everyone), nurse!);
  t.ok(foundOfCare.length > 3, `${foundOfCare.length} of ${ofCare.length} of care work`);
});

/** What a reading tells beside the id that it names. */
const withoutId = (answer: Answer, id: string) => settled(answer).replaceAll(id, '…');

for (const caller of [nurse!, herself!, worker!, payer!, quality!])
  t.test(`${caller.name}: a read does not tell whether another patient's resource is there`, async (t) => {
    for (const [type, ids] of [
      ['Observation', ['bo-observation', 'bo-was-hers', 'bo-deleted', 'bo-nobody']],
      ['Task', ['bo-task', 'bo-nobody']],
      ['Patient', ['bo', 'xx']],
      ['Encounter', ['bo-encounter', 'bo-nobody']],
    ] as const) {
      const told = await Promise.all(
        ids.map(async (id) => {
          const asked = readForms({ resourceType: type, id });
          const answers = await answersTo(asked, caller.token);
          return answers.map(
            (answer, place) =>
              `${asked[place]!.method} ${asked[place]!.url.replace(id, '…')} ${withoutId(answer, id)}`,
          );
        }),
      );
      for (const [n, lines] of told.entries()) t.same(lines, told.at(-1), `${type}/${ids[n]}`);
    }
  });

t.test('a reference does not tell whether what it names is there', async (t) => {
  const names = [
    'Binary/bo-binary',
    'Condition/bo-condition',
    'Group/leak-both',
    'Person/bo-person',
    'Patient/bo',
  ];
  for (const caller of [nurse!, navigator!, worker!])
    for (const name of names) {
      const answers = [];
      for (const reference of [name, name.replace(/\/.*/, '/nobody')]) {
        const body = {
          resourceType: 'Task',
          status: 'requested',
          intent: 'order',
          for: { reference: 'Patient/una' },
          focus: { reference },
        };
        const asked = ['/Task', '/Task/$validate?mode=create'].map((url) => ({ method: 'POST', url, body }));
        const told = await answersTo(asked, caller.token);
        answers.push(told.map((answer) => withoutId(answer, reference)));
        t.match(told[0], { status: 422 }, `${caller.name}: ${reference}`);
      }
      t.same(answers[0], answers[1], `${caller.name}: ${name}`);
    }
});

t.test('an export holds the members, and is nobody else’s', async (t) => {
  for (const caller of [payer!, quality!])
    for (const level of ['', '/Patient']) {
      const started = await ask(
        { method: 'GET', url: `${level}/$export`, headers: { prefer: 'respond-async' } },
        caller.token,
      );
      t.equal(started.status, 202, started.body);
      const url = String(started.headers['content-location']).replace(/^.*\/fhir/, '');
      let status = await ask({ method: 'GET', url }, caller.token);
      for (; status.status === 202; status = await ask({ method: 'GET', url }, caller.token))
        await setTimeout(20);
      t.equal(status.status, 200, status.body);
      const { output } = JSON.parse(status.body) as { output: { type: string; url: string }[] };
      t.ok(output.length > 3);
      let text = '';
      for (const { url: file } of output) {
        const form = { method: 'GET', url: file.replace(/^.*\/fhir/, '') };
        const answer = await ask(form, caller.token);
        t.equal(answer.status, 200);
        t.same(leaksOf([form], [answer], caller), [], file);
        text += answer.body;
        for (const other of [herself!, worker!, payer!, quality!].filter((one) => one !== caller))
          t.ok(
            [403, 404].includes((await ask(form, other.token)).status),
            `${other.name} is refused the file`,
          );
      }
      t.match(text, /"own\d+"/, 'her record is there');
      for (const other of [herself!, worker!, payer!, quality!].filter((one) => one !== caller))
        t.equal((await ask({ method: 'GET', url }, other.token)).status, 404, other.name);
    }
});

t.test('the link to a next page shows another caller nothing', async (t) => {
  for (const url of [
    '/Task?_count=1',
    '/Patient?_sort=family&_count=1',
    '/?_type=Task,Observation&_count=1',
    '/Patient/bo/*?_count=1',
    '/Task/_history?_count=1',
    '/_history?_count=1',
    '/Patient/bo/$everything?_count=1',
    '/Patient/$everything?_count=1',
  ]) {
    let next: string | undefined = url;
    for (let page = 0; page < 4 && next; page++) {
      const given: string = next;
      const { body } = await ask({ method: 'GET', url: given }, desk);
      for (const caller of [navigator!, herself!, worker!, payer!, quality!]) {
        const form = { method: 'GET', url: given };
        const answer = await ask(form, caller.token);
        t.same(leaksOf([form], [answer], caller), [], `${caller.name}: ${url}`);
      }
      const { link = [] } = JSON.parse(body) as { link?: { relation: string; url: string }[] };
      next = link.find(({ relation }) => relation === 'next')?.url.replace(/^.*\/fhir/, '');
    }
    t.ok(next, `${url} has pages`);
  }
});

t.test('whatever his record holds, or none at all, the answers are the same', async (t) => {
  const asking = [nurse!, herself!, worker!, payer!, quality!].map((caller, n) => ({
    caller,
    asked: [
      ...forms.filter(({ method, url }, place) => place % 400 === n && !isWrite({ method, url })),
      ...conditions.filter((_form, place) => place % 30 === n),
      ...careForms,
    ],
  }));
  const told = () =>
    Promise.all(asking.map(async ({ caller, asked }) => (await answersTo(asked, caller.token)).map(settled)));
  await live('one');
  const first = await told();
  for (const life of ['other', 'gone'] as const) {
    await live(life);
    const now = await told();
    for (const [n, { caller, asked }] of asking.entries()) {
      t.ok(asked.length > 50, `${caller.name}: ${asked.length} requests`);
      const differing = asked.flatMap(({ method, url }, place) =>
        now[n]![place] === first[n]![place]
          ? []
          : [`${method} ${url}: ${now[n]![place]} / ${first[n]![place]}`],
      );
      t.same(differing, [], `${caller.name}: ${life}`);
    }
  }
});

/** Whether an operation is about nothing of his: it tells of her, or of what was sent. */
function isHarmless({ url }: Form): boolean {
  return /^\/Patient\/una\/\$may-contact|^\/QuestionnaireResponse\/\$extract|^\/\$team-figures/.test(url);
}

/** Whether a refusal may tell that a resource of that id is there. */
function isWrite({ method, url }: { method: string; url: string }): boolean {
  return (
    ['PUT', 'PATCH', 'DELETE'].includes(method) ||
    /\$(meta-|validate|break-glass|import|reindex|export)/.test(url)
  );
}
